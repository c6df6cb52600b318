//! One trace over many processes: the W3C trace context, carried in the headers of messages.

use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

const HEADERS: [&str; 2] = ["traceparent", "tracestate"];

/// The span, of another process perhaps, that work continues.
#[derive(Debug, Clone, Default)]
pub struct Parent(Context);

impl Parent {
    /// False when the message carried no trace, or one that cannot be read.
    pub fn is_present(&self) -> bool {
        self.0.span().span_context().is_valid()
    }

    /// The trace's id as 32 hexadecimal digits, if there is a trace.
    pub fn trace_id(&self) -> Option<String> {
        self.is_present()
            .then(|| self.0.span().span_context().trace_id().to_string())
    }
}

/// Gives the current span's context as headers to `put`; nothing when nobody traces.
pub fn inject(put: &mut impl FnMut(&str, String)) {
    struct Put<'a, F>(&'a mut F);
    impl<F: FnMut(&str, String)> Injector for Put<'_, F> {
        fn set(&mut self, key: &str, value: String) {
            // An empty tracestate says nothing, and costs a header in every message.
            if !value.is_empty() {
                (self.0)(key, value);
            }
        }
    }
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut Put(put));
}

/// Reads a context from headers; what is absent or malformed gives an empty one.
pub fn extract(get: impl Fn(&str) -> Option<String>) -> Parent {
    struct Headers([Option<String>; 2]);
    impl Extractor for Headers {
        fn get(&self, key: &str) -> Option<&str> {
            let index = HEADERS
                .iter()
                .position(|header| header.eq_ignore_ascii_case(key))?;
            self.0[index].as_deref()
        }
        fn keys(&self) -> Vec<&str> {
            HEADERS.to_vec()
        }
    }
    Parent(
        TraceContextPropagator::new()
            .extract_with_context(&Context::new(), &Headers(HEADERS.map(get))),
    )
}

/// Makes `span` a child of `parent`. Call it before the span is entered: a span that has begun keeps its parent.
pub fn set_parent(span: &Span, parent: &Parent) {
    if parent.is_present() {
        // Fails only where no layer listens to this span, and then there is nothing to be joined.
        let _ = span.set_parent(parent.0.clone());
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn traced(body: impl FnOnce()) {
        let tracer = SdkTracerProvider::builder().build().tracer("test");
        let layer = tracing_opentelemetry::layer().with_tracer(tracer);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), body);
    }

    fn injected() -> Vec<(String, String)> {
        let mut headers = Vec::new();
        inject(&mut |key: &str, value| headers.push((key.to_owned(), value)));
        headers
    }

    #[test]
    fn a_trace_goes_on_in_the_next_process() {
        let parent = extract(|key| (key == "traceparent").then(|| TRACEPARENT.to_owned()));
        assert_eq!(
            parent.trace_id().as_deref(),
            Some("0af7651916cd43dd8448eb211c80319c")
        );
        traced(|| {
            let span = tracing::info_span!("commit the page");
            set_parent(&span, &parent);
            let headers = span.in_scope(injected);
            assert_eq!(headers.len(), 1);
            let (key, value) = &headers[0];
            assert_eq!(key, "traceparent");
            assert!(
                value.starts_with("00-0af7651916cd43dd8448eb211c80319c-"),
                "{value}"
            );
            assert_ne!(value, TRACEPARENT);
        });
    }

    #[test]
    fn malformed_headers_are_no_parent() {
        for header in [
            "",
            "00-zz-11-01",
            "nonsense",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        ] {
            assert!(
                !extract(|_| Some(header.to_owned())).is_present(),
                "{header}"
            );
        }
    }

    #[test]
    fn nothing_is_put_when_nobody_traces() {
        assert!(injected().is_empty());
    }
}
