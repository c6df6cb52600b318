//! Spoils the page of a list.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderValue, StatusCode};
use bytes::Bytes;
use serde_json::value::RawValue;

use super::AGAIN;

/// An answer whose body is in memory.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// The members of an envelope, unread: what is in them need not be readable.
type Envelope = BTreeMap<String, Box<RawValue>>;

/// Leaves out so many percent of a page's items; a body that is no list stays as it is.
pub fn drop_items(page: Page, percent: usize) -> Page {
    keep(page, |place| (place * 37 + 11) % 100 >= percent)
}

/// Leaves out all items, and gives a token that brings them; `token` is the one asked with.
pub fn empty_page(page: Page, token: &str) -> Page {
    let mut page = keep(page, |_| false);
    let again = format!("{AGAIN}{token}");
    if let Some(mut envelope) =
        read(&page.body).filter(|envelope| envelope.contains_key("isLastBatch"))
    {
        // The body's own way to go on, in both of its places.
        put(&mut envelope, "isLastBatch", "false");
        put(&mut envelope, "continuationToken", &format!("\"{again}\""));
        if let Some(link) = envelope.get("nextLink").map(|link| link.get().to_owned()) {
            put(&mut envelope, "nextLink", &with_token(&link, &again));
        }
        page.body = write(&envelope);
    } else if let Ok(value) = HeaderValue::from_str(&again) {
        page.headers.insert("x-ms-continuationtoken", value);
    }
    page
}

fn with_token(link: &str, token: &str) -> String {
    let Some(start) = link.find("continuationToken=") else {
        return link.to_owned();
    };
    let rest = &link[start + "continuationToken=".len()..];
    let end = rest.find(['&', '"']).unwrap_or(rest.len());
    format!(
        "{}continuationToken={token}{}",
        &link[..start],
        &rest[end..]
    )
}

fn keep(mut page: Page, keep: impl Fn(usize) -> bool) -> Page {
    let Some(mut envelope) = read(&page.body) else {
        return page;
    };
    for name in ["value", "values", "comments"] {
        let Some(items) = envelope
            .get(name)
            .and_then(|list| serde_json::from_str::<Vec<&RawValue>>(list.get()).ok())
        else {
            continue;
        };
        let kept: Vec<&str> = items
            .iter()
            .enumerate()
            .filter(|(place, _)| keep(*place))
            .map(|(_, item)| item.get())
            .collect();
        let (count, list) = (kept.len().to_string(), format!("[{}]", kept.join(",")));
        put(&mut envelope, name, &list);
        if envelope.contains_key("count") {
            put(&mut envelope, "count", &count);
        }
    }
    page.body = write(&envelope);
    page
}

fn read(body: &[u8]) -> Option<Envelope> {
    serde_json::from_slice(body).ok()
}

fn put(envelope: &mut Envelope, name: &str, text: &str) {
    if let Ok(raw) = RawValue::from_string(text.to_owned()) {
        envelope.insert(name.to_owned(), raw);
    }
}

fn write(envelope: &Envelope) -> Bytes {
    serde_json::to_vec(envelope).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> Page {
        Page {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    #[test]
    fn items_are_dropped_unread_and_the_count_follows() {
        let dropped = drop_items(page(r#"{"count":3,"value":["\ud83d",2,3]}"#), 50);
        assert_eq!(dropped.body, r#"{"count":1,"value":[3]}"#);
    }

    #[test]
    fn an_empty_page_says_how_to_go_on() {
        let emptied = empty_page(page(r#"{"count":1,"value":[1]}"#), "7");
        assert_eq!(emptied.body, r#"{"count":0,"value":[]}"#);
        assert_eq!(emptied.headers["x-ms-continuationtoken"], "again.7");
        let body =
            r#"{"values":[1],"nextLink":"http://h?continuationToken=8;1&a=b","isLastBatch":true}"#;
        let emptied = empty_page(page(body), "7;1");
        assert_eq!(
            emptied.body,
            r#"{"continuationToken":"again.7;1","isLastBatch":false,"nextLink":"http://h?continuationToken=again.7;1&a=b","values":[]}"#
        );
    }
}
