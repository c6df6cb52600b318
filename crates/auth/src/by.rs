//! Who does something, as the audit tells it.

use front::Caller;
use jiff::Timestamp;
use store::people::audit::Entry;
use uuid::Uuid;

/// Who does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// The user's id; nil for who is none.
    pub id: Uuid,
    /// The name.
    pub name: String,
    /// What they came with.
    pub via: String,
    /// The address they came from.
    pub address: String,
    /// The request that they came by.
    pub correlation_id: Uuid,
}

impl By {
    /// Adit itself, by one of its loops.
    pub(crate) fn itself() -> Self {
        Self {
            id: Uuid::nil(),
            name: "adit".to_owned(),
            via: String::new(),
            address: String::new(),
            correlation_id: Uuid::new_v4(),
        }
    }

    pub(crate) fn entry(
        &self,
        at: Timestamp,
        action: &'static str,
        subject: &str,
        detail: impl Into<String>,
    ) -> Entry {
        Entry {
            at,
            user_id: Some(self.id).filter(|id| !id.is_nil()),
            who: self.name.clone(),
            via: self.via.clone(),
            action,
            subject: subject.to_owned(),
            detail: detail.into(),
            address: self.address.clone(),
            correlation_id: self.correlation_id,
        }
    }
}

impl From<&Caller> for By {
    fn from(caller: &Caller) -> Self {
        Self {
            id: caller.id,
            name: caller.name.clone(),
            via: caller.via.to_string(),
            address: caller.visit.address.to_string(),
            correlation_id: caller.visit.correlation_id,
        }
    }
}
