//! What a collector receives.

use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use telemetry::{JobOutcome, Options, RowOutcome, metrics};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

#[derive(Clone, Default)]
struct Collector {
    traces: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
    metrics: Arc<Mutex<Vec<ExportMetricsServiceRequest>>>,
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.traces
            .lock()
            .expect("no panic")
            .push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        self.metrics
            .lock()
            .expect("no panic")
            .push(request.into_inner());
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_of_two_processes_are_one_trace_and_metrics_have_bounded_labels() {
    let collector = Collector::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let server = tonic::transport::Server::builder()
        .add_service(TraceServiceServer::new(collector.clone()))
        .add_service(MetricsServiceServer::new(collector.clone()))
        .serve_with_incoming(TcpIncoming::from(listener));
    let tracker = TaskTracker::new();
    tracker.spawn(server);

    let options = Options {
        otlp_endpoint: Some(endpoint),
        ..Options::default()
    };
    let guard = telemetry::init("writer", "1.2.3", &options).unwrap();
    let mut headers = Vec::new();
    tracing::info_span!("fetch the page").in_scope(|| {
        telemetry::inject(&mut |key: &str, value| headers.push((key.to_owned(), value)));
    });
    let find = |key: &str| {
        headers
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.clone())
    };
    let span = tracing::info_span!("commit the page", entity = "builds");
    telemetry::set_parent(&span, &telemetry::extract(find));
    span.in_scope(|| tracing::info!("committed"));
    drop(span);
    metrics().rows("builds", RowOutcome::Created, 3);
    metrics().job("pipelines", JobOutcome::Done);
    guard.shutdown().await;

    let traces = collector.traces.lock().unwrap().clone();
    let resources: Vec<_> = traces
        .iter()
        .flat_map(|request| &request.resource_spans)
        .collect();
    let service = resources[0]
        .resource
        .as_ref()
        .unwrap()
        .attributes
        .iter()
        .find(|pair| pair.key == "service.name");
    assert!(format!("{service:?}").contains("writer"), "{service:?}");
    let spans: Vec<_> = resources
        .iter()
        .flat_map(|one| &one.scope_spans)
        .flat_map(|scope| &scope.spans)
        .collect();
    let named = |name: &str| *spans.iter().find(|span| span.name == name).unwrap();
    let (fetch, commit) = (named("fetch the page"), named("commit the page"));
    assert_eq!(fetch.trace_id, commit.trace_id);
    assert_eq!(fetch.span_id, commit.parent_span_id);

    let received = format!("{:?}", collector.metrics.lock().unwrap());
    for expected in ["adit.rows", "adit.jobs", "created", "pipelines"] {
        assert!(
            received.contains(expected),
            "{expected} is missing in {received}"
        );
    }
}
