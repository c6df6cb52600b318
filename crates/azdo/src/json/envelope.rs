//! The envelopes that lists come in.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::object::{Item, Object, text};
use crate::answer::{Answer, Unparsed};
use crate::paging::Unreadable;

/// What one answer to a listing holds.
#[derive(Debug)]
pub(crate) struct Listed<T> {
    pub(crate) items: Vec<T>,
    pub(crate) unreadable: Vec<Unreadable>,
    /// How many elements the list had, the unreadable and the null ones too.
    pub(crate) length: usize,
    /// Tells whether another page is this page again.
    pub(crate) print: u64,
    /// `continuationToken` of the body, or the one within its `nextLink`.
    pub(crate) token: Option<String>,
    pub(crate) is_last_batch: Option<bool>,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    /// The reporting feeds' name for it.
    #[serde(borrow)]
    values: Option<&'a RawValue>,
    #[serde(borrow, rename = "continuationToken")]
    continuation_token: Option<&'a RawValue>,
    #[serde(borrow, rename = "nextLink")]
    next_link: Option<&'a RawValue>,
    #[serde(borrow, rename = "isLastBatch")]
    is_last_batch: Option<&'a RawValue>,
}

/// Reads a list. An answer without one is unreadable, never an empty list.
pub(crate) fn listed<T: Item>(answer: &Answer) -> Result<Listed<T>, Unparsed> {
    let body = answer.body.trim();
    if body.is_empty() {
        return Err(Unparsed::Cut);
    }
    // `accounts` was recorded as a bare list.
    if body.starts_with('[') {
        return items(body);
    }
    let envelope: Envelope<'_> = parsed(body)?;
    let Some(list) = envelope.value.or(envelope.values) else {
        return Err(Unparsed::Other("no list in the answer".to_owned()));
    };
    let mut listed = items(list.get())?;
    let member = |raw: Option<&RawValue>| text(raw?.get()).filter(|text| !text.is_empty());
    listed.token =
        member(envelope.continuation_token).or_else(|| token_of_link(&member(envelope.next_link)?));
    listed.is_last_batch =
        member(envelope.is_last_batch).map(|text| text.eq_ignore_ascii_case("true"));
    Ok(listed)
}

/// Reads one object.
pub(crate) fn single<T: Item>(answer: &Answer) -> Result<T, Unparsed> {
    let object = parsed(answer.body.trim())?;
    T::read(object).map_err(Unparsed::Other)
}

fn items<T: Item>(list: &str) -> Result<Listed<T>, Unparsed> {
    let elements: Vec<&RawValue> = parsed(list)?;
    let mut listed = Listed {
        items: Vec::with_capacity(elements.len()),
        unreadable: Vec::new(),
        length: elements.len(),
        print: print(&elements),
        token: None,
        is_last_batch: None,
    };
    for element in elements {
        let raw = element.get();
        // With `errorPolicy=omit`, what may not be seen comes as null.
        if raw == "null" {
            continue;
        }
        let read = Object::parse(raw)
            .map_err(|error| error.to_string())
            .and_then(T::read);
        match read {
            Ok(item) => listed.items.push(item),
            Err(reason) => listed.unreadable.push(Unreadable {
                reason,
                raw: raw.to_owned(),
            }),
        }
    }
    Ok(listed)
}

fn parsed<'a, T: Deserialize<'a>>(body: &'a str) -> Result<T, Unparsed> {
    serde_json::from_str(body).map_err(|error| Unparsed::of_json(&error, body))
}

/// Of the length and both ends: pages that agree in these are one page.
fn print(elements: &[&RawValue]) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};

    let mut hasher = DefaultHasher::new();
    elements.len().hash(&mut hasher);
    elements.first().map(|raw| raw.get()).hash(&mut hasher);
    elements.last().map(|raw| raw.get()).hash(&mut hasher);
    hasher.finish()
}

/// Only the token is taken from a link, never its host: links name old hosts and organizations, and
/// following one could carry the token of the credential elsewhere.
fn token_of_link(link: &str) -> Option<String> {
    let url = url::Url::parse(link).ok()?;
    let mut pairs = url.query_pairs();
    pairs
        .find(|(name, _)| name.eq_ignore_ascii_case("continuationToken"))
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::clean;

    #[derive(Debug)]
    struct Thing(i64);

    impl Item for Thing {
        fn read(mut object: Object<'_>) -> Result<Self, String> {
            object.key_int("id").map(Self)
        }
    }

    fn read(body: &[u8]) -> Result<Listed<Thing>, Unparsed> {
        listed(&Answer {
            status: 200,
            body: clean::owned(body.to_vec()),
            date: Timestamp::UNIX_EPOCH,
            token: None,
            tenant: None,
        })
    }

    #[test]
    fn all_envelopes_are_opened() {
        for (body, token, is_last) in [
            (r#"{"count":1,"value":[{"id":1}]}"#, None, None),
            (r#"[{"id":1}]"#, None, None),
            (
                r#"{"values":[{"id":1}],"continuationToken":"a;b","isLastBatch":true}"#,
                Some("a;b"),
                Some(true),
            ),
            (
                r#"{"values":[{"id":1}],"continuationToken":17,"isLastBatch":"False"}"#,
                Some("17"),
                Some(false),
            ),
            (
                r#"{"values":[{"id":1}],"nextLink":"https://x/y?a=b&continuationtoken=1%3B2"}"#,
                Some("1;2"),
                None,
            ),
            (
                r#"{"values":[{"id":1}],"continuationToken":null,"nextLink":"nonsense"}"#,
                None,
                None,
            ),
        ] {
            let listed = read(body.as_bytes()).unwrap();
            assert_eq!(listed.items[0].0, 1, "{body}");
            assert_eq!(listed.token.as_deref(), token, "{body}");
            assert_eq!(listed.is_last_batch, is_last, "{body}");
        }
    }

    #[test]
    fn what_holds_no_list_is_not_an_empty_list() {
        for body in [
            "{}",
            r#"{"value":null}"#,
            r#"{"value":{}}"#,
            r#"{"value":"x"}"#,
            "7",
            "null",
        ] {
            assert!(
                matches!(read(body.as_bytes()), Err(Unparsed::Other(_))),
                "{body}"
            );
        }
        assert!(matches!(read(b" "), Err(Unparsed::Cut)));
    }

    proptest! {
        #[test]
        fn a_body_cut_at_any_byte_is_never_a_shorter_list(
            ids in prop::collection::vec(any::<i64>(), 0..5),
            text in any::<String>(),
            cut in any::<prop::sample::Index>(),
        ) {
            let items: Vec<_> = ids.iter().map(|id| serde_json::json!({"id": id, "x": text})).collect();
            for body in [
                serde_json::json!({"count": ids.len(), "value": items}).to_string(),
                serde_json::json!(items).to_string(),
                format!("\u{FEFF}{}", serde_json::json!({"value": items, "isLastBatch": true})),
            ] {
                let cut = cut.index(body.len());
                let result = read(&body.as_bytes()[..cut]);
                prop_assert!(matches!(result, Err(Unparsed::Cut)), "{}: {:?}", &body.len(), result);
                prop_assert_eq!(read(body.as_bytes()).unwrap().items.len(), ids.len());
            }
        }
    }
}
