//! What the payload of a page holds.

use prost::Message;
use wire::{
    Content,
    proto::control::v1::{Deletions, Unreadable, Unreadables},
};

use crate::{PageIn, mapping::Mapping, row::Records};

/// A payload, decoded.
pub(super) enum Payload {
    /// Records.
    Records(Box<dyn Records>),
    /// Keys of rows that are known to be gone.
    Deletions(Vec<String>),
    /// Parts of answers that the fetcher could not read.
    Unreadables(Vec<Unreadable>),
    /// Bytes that are not what the headers say.
    Undecodable {
        /// Why.
        reason: String,
        /// The bytes.
        raw: Vec<u8>,
    },
}

pub(super) fn decode(mapping: &'static Mapping, page: &PageIn<'_>) -> Payload {
    let undecodable = |reason: String| Payload::Undecodable {
        reason,
        raw: page.payload.to_vec(),
    };
    if let Some(defect) = page.defect {
        return undecodable(defect.to_owned());
    }
    match page.envelope.content {
        Content::Records => match mapping.decode(page.payload) {
            Ok(records) => Payload::Records(records),
            Err(error) => undecodable(error.to_string()),
        },
        Content::Deletions => match Deletions::decode(page.payload) {
            Ok(deletions) => Payload::Deletions(deletions.keys),
            Err(error) => undecodable(error.to_string()),
        },
        Content::Unreadables => match Unreadables::decode(page.payload) {
            Ok(unreadables) => Payload::Unreadables(unreadables.records),
            Err(error) => undecodable(error.to_string()),
        },
    }
}
