//! Telemetry begins here, once in a process.

use opentelemetry::trace::TracerProvider as _;
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, filter};

use crate::export::Providers;
use crate::{Guard, Options, logs, metrics};

/// Spans of the carriers of spans would beget spans for ever.
const TRACED: &str = "info,h2=off,hyper=off,hyper_util=off,opentelemetry=off,opentelemetry_sdk=off,reqwest=off,tonic=off,tower=off";

/// Why telemetry did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `ADIT_LOG` is not a filter.
    #[error("the log filter `{filter}` cannot be read")]
    Filter {
        /// As it was given.
        filter: String,
        /// Where it ends to make sense.
        source: filter::ParseError,
    },
    /// The endpoint is not one.
    #[error("the OTLP endpoint `{endpoint}` cannot be used")]
    Exporter {
        /// As it was given.
        endpoint: String,
        /// What is wrong with it.
        source: opentelemetry_otlp::ExporterBuildError,
    },
    /// The exporter's connection needs a runtime.
    #[error("telemetry with an OTLP endpoint must start inside a tokio runtime")]
    NoRuntime,
    /// A process has one subscriber.
    #[error("telemetry has started already")]
    Started(#[source] tracing_subscriber::util::TryInitError),
}

/// Starts logs, and traces and metrics where an endpoint is given.
pub fn init(
    service: &'static str,
    version: &'static str,
    options: &Options,
) -> Result<Guard, Error> {
    let mut layers: Vec<Box<dyn Layer<Registry> + Send + Sync>> = vec![logs::layer(options)?];
    let endpoint = options
        .otlp_endpoint
        .as_deref()
        .filter(|endpoint| !endpoint.is_empty());
    let providers = endpoint
        .map(|endpoint| Providers::new(service, version, endpoint))
        .transpose()?;
    if let Some(providers) = &providers {
        let tracer = providers.tracer.tracer("adit");
        layers.push(
            tracing_opentelemetry::layer()
                .with_tracer(tracer)
                .with_filter(EnvFilter::new(TRACED))
                .boxed(),
        );
    }
    tracing_subscriber::registry()
        .with(layers)
        .try_init()
        .map_err(Error::Started)?;
    if let Some(providers) = &providers {
        opentelemetry::global::set_meter_provider(providers.meter.clone());
    }
    // Instruments keep the provider that they are born with, so they are born now.
    metrics();
    Ok(Guard { providers })
}
