//! From what Azure DevOps writes to what records carry: absent text is empty, ids are lower-case text.

use jiff::Timestamp;
use uuid::Uuid;
use wire::proto::core::v1::Identity;

/// Text; absent is empty.
pub fn text(text: Option<String>) -> String {
    text.unwrap_or_default()
}

/// A guid; absent is empty.
pub fn id(id: Option<Uuid>) -> String {
    id.map_or_else(String::new, |id| id.to_string())
}

/// A moment.
pub fn time(time: Option<Timestamp>) -> Option<prost_types::Timestamp> {
    time.map(wire::from_timestamp)
}

/// A person, group or service.
pub fn identity(identity: Option<azdo::Identity>) -> Option<Identity> {
    let identity = identity?;
    Some(Identity {
        id: id(identity.id),
        display_name: text(identity.display_name),
        unique_name: text(identity.unique_name),
        descriptor: text(identity.descriptor),
        is_container: identity.is_container.unwrap_or_default(),
    })
}

/// The members that have no field: an empty object is nothing.
pub fn extra(extra: String) -> String {
    if extra == "{}" { String::new() } else { extra }
}
