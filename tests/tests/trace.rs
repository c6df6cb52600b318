//! A run is one trace: from the decision to order it, through the fetcher, to the committed rows.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    common::v1::{AnyValue, any_value},
    trace::v1::ResourceSpans,
};
use testkit::{Stack, StackOptions, until};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;
use tonic::{Request, Response, Status, transport::server::TcpIncoming};

const PATIENCE: Duration = Duration::from_mins(4);

/// Keeps what it is sent.
#[derive(Clone, Debug, Default)]
struct Collector(Arc<Mutex<Vec<ResourceSpans>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spans.extend(request.into_inner().resource_spans);
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Collector {
    /// The spans of each trace, as `service: span`.
    fn traces(&self) -> BTreeMap<Vec<u8>, BTreeSet<String>> {
        let mut traces: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for one in kept.iter() {
            let service = service(one);
            for span in one.scope_spans.iter().flat_map(|scope| &scope.spans) {
                let spans = traces.entry(span.trace_id.clone()).or_default();
                spans.insert(format!("{service}: {}", span.name));
            }
        }
        traces
    }
}

fn service(spans: &ResourceSpans) -> &str {
    let attributes = spans.resource.iter().flat_map(|one| &one.attributes);
    let mut names = attributes.filter(|pair| pair.key == "service.name");
    let name = names.next().and_then(|pair| pair.value.as_ref());
    match name {
        Some(AnyValue {
            value: Some(any_value::Value::StringValue(name)),
        }) => name,
        _ => "nobody",
    }
}

#[tokio::test]
async fn the_order_the_fetch_and_the_commit_of_a_run_are_one_trace() -> anyhow::Result<()> {
    let collector = Collector::default();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let server = tonic::transport::Server::builder()
        .add_service(TraceServiceServer::new(collector.clone()))
        .serve_with_incoming(TcpIncoming::from(listener));
    let tracker = TaskTracker::new();
    let serving = tracker.spawn(server);

    let options = StackOptions::default().with("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
    let stack = Stack::start(&options).await?;
    stack.connect().await?;
    stack.settle(PATIENCE).await?;
    for (fetcher, entity) in [
        ("fetch-boards", "projects"),
        ("fetch-git", "commits"),
        ("fetch-pipelines", "timelines"),
        ("fetch-tfvc", "changesets"),
    ] {
        let run = [
            format!("scheduler: order {entity}"),
            format!("{fetcher}: fetch {entity}"),
            format!("writer: commit {entity}"),
        ];
        // Spans are sent in batches, some seconds later.
        until(&format!("one trace of {run:?}"), PATIENCE, async || {
            let traces = collector.traces();
            let whole = |spans: &BTreeSet<_>| run.iter().all(|span| spans.contains(span));
            Ok(traces.values().any(whole).then_some(()))
        })
        .await?;
    }
    serving.abort();
    stack.passed()
}
