//! The envelope of a page: what its headers say.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use prost::Message;
use uuid::Uuid;

use crate::{
    Entity, entity,
    proto::control::v1::{GapOutcomes, Outcome},
};

/// Names of headers.
mod name {
    pub(super) const CONTENT_TYPE: &str = "Content-Type";
    pub(super) const CONNECTION: &str = "Adit-Connection";
    pub(super) const FEED: &str = "Adit-Feed";
    pub(super) const EPOCH: &str = "Adit-Epoch";
    pub(super) const PAGE: &str = "Adit-Page";
    pub(super) const ENTITY: &str = "Adit-Entity";
    pub(super) const ORGANIZATION: &str = "Adit-Organization";
    pub(super) const PROJECT: &str = "Adit-Project";
    pub(super) const REPOSITORY: &str = "Adit-Repository";
    pub(super) const OBSERVED_AT: &str = "Adit-Observed-At";
    pub(super) const CURSOR: &str = "Adit-Cursor";
    pub(super) const GAPS: &str = "Adit-Gaps";
    pub(super) const OUTCOME: &str = "Adit-Outcome";
}

/// The message of an [`Content::Unreadables`] page.
const UNREADABLES: &str = "adit.control.v1.Unreadables";
/// The message of a [`Content::Deletions`] page.
const DELETIONS: &str = "adit.control.v1.Deletions";

/// What the payload of a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Records of the entity, in its page message.
    Records,
    /// Keys of rows that are known to be gone (`Deletions`).
    Deletions,
    /// Parts of answers that could not be read as records (`Unreadables`).
    Unreadables,
}

/// The envelope of a page: which run it belongs to, and what committing it moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// Connection whose credential read it.
    pub connection: Uuid,
    /// Feed that it advances.
    pub feed: Uuid,
    /// Number of the feed's run.
    pub epoch: i64,
    /// Number of the page within the run, from 1 without a hole.
    pub page: i64,
    /// Entity that the feed reads.
    pub entity: &'static Entity,
    /// Organization that it was read from.
    pub organization: Uuid,
    /// Project, when the feed covers one.
    pub project: Option<Uuid>,
    /// Repository, when the feed covers one.
    pub repository: Option<Uuid>,
    /// What the payload is.
    pub content: Content,
    /// Azure DevOps' own time of the reading (its `Date` header).
    pub observed_at: Timestamp,
    /// Where the feed stands once this page and all before it are committed; nothing when it does not move.
    pub cursor: Option<Vec<u8>>,
    /// Gaps that the page answers.
    pub gaps: Option<GapOutcomes>,
    /// How the run ended; only on its last page.
    pub outcome: Option<Outcome>,
}

/// Why headers are no envelope.
#[derive(Debug, thiserror::Error)]
pub enum HeaderError {
    /// A header that must be there is not.
    #[error("the header {0} is missing")]
    Missing(&'static str),
    /// A header does not hold what it should.
    #[error("the header {0} cannot be read: `{1}`")]
    Invalid(&'static str, String),
}

impl Envelope {
    /// The id by which the page stream drops what was sent twice within its window.
    pub fn message_id(&self) -> String {
        format!("{}/{}/{}", self.feed, self.epoch, self.page)
    }

    /// The headers.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let message = match self.content {
            Content::Records => self.entity.page_message,
            Content::Deletions => DELETIONS,
            Content::Unreadables => UNREADABLES,
        };
        let mut headers = vec![
            (name::CONTENT_TYPE, content_type(message)),
            (name::CONNECTION, self.connection.to_string()),
            (name::FEED, self.feed.to_string()),
            (name::EPOCH, self.epoch.to_string()),
            (name::PAGE, self.page.to_string()),
            (name::ENTITY, self.entity.name.to_owned()),
            (name::ORGANIZATION, self.organization.to_string()),
            (name::OBSERVED_AT, self.observed_at.to_string()),
        ];
        if let Some(project) = self.project {
            headers.push((name::PROJECT, project.to_string()));
        }
        if let Some(repository) = self.repository {
            headers.push((name::REPOSITORY, repository.to_string()));
        }
        if let Some(cursor) = &self.cursor {
            headers.push((name::CURSOR, BASE64_URL_SAFE_NO_PAD.encode(cursor)));
        }
        if let Some(gaps) = &self.gaps {
            headers.push((name::GAPS, encode(gaps)));
        }
        if let Some(outcome) = &self.outcome {
            headers.push((name::OUTCOME, encode(outcome)));
        }
        headers
    }

    /// Reads the headers; `get` finds one by its name.
    pub fn read<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Result<Self, HeaderError> {
        let must = |name: &'static str| get(name).ok_or(HeaderError::Missing(name));
        let entity_name = must(name::ENTITY)?;
        let entity = entity(entity_name)
            .ok_or_else(|| HeaderError::Invalid(name::ENTITY, entity_name.to_owned()))?;
        let message = must(name::CONTENT_TYPE)?;
        let content = if message == content_type(DELETIONS) {
            Content::Deletions
        } else if message == content_type(UNREADABLES) {
            Content::Unreadables
        } else if message == content_type(entity.page_message) {
            Content::Records
        } else {
            return Err(HeaderError::Invalid(name::CONTENT_TYPE, message.to_owned()));
        };
        Ok(Self {
            connection: parse(name::CONNECTION, must(name::CONNECTION)?)?,
            feed: parse(name::FEED, must(name::FEED)?)?,
            epoch: parse(name::EPOCH, must(name::EPOCH)?)?,
            page: parse(name::PAGE, must(name::PAGE)?)?,
            entity,
            organization: parse(name::ORGANIZATION, must(name::ORGANIZATION)?)?,
            project: get(name::PROJECT)
                .map(|id| parse(name::PROJECT, id))
                .transpose()?,
            repository: get(name::REPOSITORY)
                .map(|id| parse(name::REPOSITORY, id))
                .transpose()?,
            content,
            observed_at: parse(name::OBSERVED_AT, must(name::OBSERVED_AT)?)?,
            cursor: get(name::CURSOR)
                .map(|text| bytes(name::CURSOR, text))
                .transpose()?,
            gaps: get(name::GAPS)
                .map(|text| decode(name::GAPS, text))
                .transpose()?,
            outcome: get(name::OUTCOME)
                .map(|text| decode(name::OUTCOME, text))
                .transpose()?,
        })
    }
}

/// The content type of a message, with its full name.
pub fn content_type(message: &str) -> String {
    format!("application/x-protobuf; messageType={message}")
}

fn encode(message: &impl Message) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(message.encode_to_vec())
}

fn bytes(name: &'static str, text: &str) -> Result<Vec<u8>, HeaderError> {
    BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| HeaderError::Invalid(name, text.to_owned()))
}

fn decode<M: Message + Default>(name: &'static str, text: &str) -> Result<M, HeaderError> {
    M::decode(bytes(name, text)?.as_slice())
        .map_err(|_| HeaderError::Invalid(name, text.to_owned()))
}

fn parse<T: std::str::FromStr>(name: &'static str, text: &str) -> Result<T, HeaderError> {
    text.parse()
        .map_err(|_| HeaderError::Invalid(name, text.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::{ENTITIES, proto::control::v1::Completeness};

    fn envelope() -> Envelope {
        Envelope {
            connection: Uuid::from_u128(1),
            feed: Uuid::from_u128(2),
            epoch: 3,
            page: 4,
            entity: ENTITIES[0],
            organization: Uuid::from_u128(5),
            project: Some(Uuid::from_u128(6)),
            repository: None,
            content: Content::Records,
            observed_at: "2026-11-23T06:40:00Z".parse().unwrap(),
            cursor: Some(b"813;350;1".to_vec()),
            gaps: None,
            outcome: Some(Outcome {
                completeness: Completeness::Complete.into(),
                requests: 7,
                ..Outcome::default()
            }),
        }
    }

    fn read(headers: &[(&'static str, String)]) -> Result<Envelope, HeaderError> {
        let headers: HashMap<_, _> = headers.iter().cloned().collect();
        Envelope::read(|name| headers.get(name).map(String::as_str))
    }

    #[test]
    fn headers_carry_the_whole_envelope() {
        for content in [Content::Records, Content::Deletions, Content::Unreadables] {
            let envelope = Envelope {
                content,
                ..envelope()
            };
            assert_eq!(read(&envelope.headers()).unwrap(), envelope);
        }
    }

    #[test]
    fn what_must_be_there_is_named_when_it_is_not() {
        let whole = envelope().headers();
        for missing in 0..8 {
            let mut headers = whole.clone();
            let (name, _) = headers.remove(missing);
            let error = read(&headers).unwrap_err().to_string();
            assert!(error.contains(name), "{error} names {name}");
        }
    }
}
