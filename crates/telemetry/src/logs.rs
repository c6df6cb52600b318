//! Log lines on standard error, for people or for machines.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use tracing::Subscriber;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::fmt::format;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, fmt};

use crate::{Error, Escaped, LogFormat, Options};

/// Libraries that say much and mean little. A filter that names one of them overrides its line.
const QUIET: &str = "async_nats=warn,h2=warn,hyper=warn,hyper_util=warn,opentelemetry=warn,opentelemetry_sdk=warn,\
    opentelemetry-otlp=warn,reqwest=warn,rustls=warn,sqlx=warn,tonic=warn,tower=warn";

/// The layer that writes what the options ask for.
///
/// Standard output stays free for data (`adit records tail -o json`).
pub(crate) fn layer<S>(options: &Options) -> Result<Box<dyn Layer<S> + Send + Sync>, Error>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let filter = filter(&options.log)?;
    let terminal = std::io::stderr().is_terminal();
    let layer = fmt::layer().with_writer(std::io::stderr);
    Ok(match options.log_format {
        LogFormat::Text => layer
            .with_ansi(terminal)
            .fmt_fields(fields())
            .with_filter(filter)
            .boxed(),
        LogFormat::Json => layer
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .with_filter(filter)
            .boxed(),
    })
}

fn filter(asked: &str) -> Result<EnvFilter, Error> {
    EnvFilter::builder()
        .parse(format!("{QUIET},{asked}"))
        .map_err(|source| Error::Filter {
            filter: asked.to_owned(),
            source,
        })
}

/// Fields as `name=value`, escaped: the message and `%` fields are written as they are by default.
fn fields() -> impl for<'writer> fmt::FormatFields<'writer> + Clone + Send + Sync + 'static {
    format::debug_fn(|writer, field, value| {
        let name = field.name();
        if name == "message" {
            write!(Escaped(writer), "{value:?}")
        } else if name.starts_with("log.") {
            // The bridge of the `log` crate repeats the target and line here; they are in the line already.
            Ok(())
        } else {
            write!(
                Escaped(writer),
                "{}={value:?}",
                name.trim_start_matches("r#")
            )
        }
    })
    .delimited(" ")
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(body: impl FnOnce()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let layer = fmt::layer()
            .with_writer(move || writer.clone())
            .with_ansi(false)
            .without_time();
        let subscriber = tracing_subscriber::registry().with(layer.fmt_fields(fields()));
        tracing::subscriber::with_default(subscriber, body);
        let bytes = lines.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_stranger_cannot_forge_a_log_line() {
        let title = "fine\nERROR everything is lost \u{1b}[2J";
        let text = logged(|| {
            let _entered = tracing::info_span!("page", title = %title).entered();
            tracing::info!(title = %title, other = title, "stored {title}");
        });
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(text.contains(r"stored fine\nERROR"), "{text}");
    }

    #[test]
    fn a_field_is_written_with_its_name() {
        let text = logged(|| tracing::warn!(build.id = 7, reason = "late", "kept the build"));
        assert_eq!(
            text.trim(),
            "WARN telemetry::logs::tests: kept the build build.id=7 reason=\"late\""
        );
    }

    #[test]
    fn an_unreadable_filter_is_an_error() {
        assert!(filter("info,fetch=loud").is_err());
        assert!(filter("debug,sqlx=info").is_ok());
    }
}
