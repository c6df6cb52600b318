//! What an operator may say about logs, traces and metrics.

use clap::ValueEnum;

/// Flatten this into a command's options.
///
/// Only the endpoint is an option here. The other `OTEL_…` variables (`OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`,
/// `OTEL_TRACES_SAMPLER`, `OTEL_METRIC_EXPORT_INTERVAL`, …) have their standard meaning: the SDK reads them.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Telemetry")]
#[group(skip)]
pub struct Options {
    /// What is logged: a level, or levels by target such as `info,fetch=debug`
    #[arg(long, env = "ADIT_LOG", default_value = "info", value_name = "FILTER")]
    pub log: String,

    /// How a log line looks
    #[arg(long, env = "ADIT_LOG_FORMAT", default_value = "text", value_enum)]
    pub log_format: LogFormat,

    /// Where traces and metrics go by OTLP over gRPC; nowhere when absent
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp_endpoint: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            log: "info".to_owned(),
            log_format: LogFormat::Text,
            otlp_endpoint: None,
        }
    }
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people: one line an event
    Text,
    /// For machines: one JSON object a line
    Json,
}
