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
    let envelope: Envelope<'_> = serde_json::from_str(body)?;
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
    let object = Object::parse(answer.body.trim())?;
    T::read(object).map_err(Unparsed::Other)
}

fn items<T: Item>(list: &str) -> Result<Listed<T>, Unparsed> {
    let elements: Vec<&RawValue> = serde_json::from_str(list)?;
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
