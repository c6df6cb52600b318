//! Headers of messages, and the trace context in them.

use async_nats::{HeaderMap, HeaderName, HeaderValue};
use telemetry::Parent;

/// Headers that carry the current span's context.
pub(crate) fn traced() -> HeaderMap {
    let mut headers = HeaderMap::new();
    telemetry::inject(&mut |name, value| put(&mut headers, name, &value));
    headers
}

/// Adds a header. Line ends in a value would begin a header of their own; they are escaped as in a URL.
pub(crate) fn put(headers: &mut HeaderMap, name: &str, value: &str) {
    let value = if value.contains(['\r', '\n']) {
        value.replace('\r', "%0D").replace('\n', "%0A")
    } else {
        value.to_owned()
    };
    if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
        headers.insert(name, value);
    }
}

/// A header's value.
pub(crate) fn get<'a>(headers: Option<&'a HeaderMap>, name: &str) -> Option<&'a str> {
    headers?.get(name).map(HeaderValue::as_str)
}

/// Whether the message was not published by somebody but given out of a stream. JetStream sends what it is asked for to any
/// subject that the asker names, one that he may not publish to as well, and says with this header where it has it from.
pub(crate) fn is_given_out(headers: Option<&HeaderMap>) -> bool {
    get(headers, "Nats-Stream").is_some()
}

/// The trace that a message belongs to.
pub(crate) fn parent(headers: Option<&HeaderMap>) -> Parent {
    telemetry::extract(|name| get(headers, name).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_begin_another_header() {
        let mut headers = HeaderMap::new();
        put(&mut headers, "Adit-Key", "a\r\nNats-Rollup: all");
        assert_eq!(headers.len(), 1);
        assert_eq!(
            get(Some(&headers), "Adit-Key"),
            Some("a%0D%0ANats-Rollup: all")
        );
    }
}
