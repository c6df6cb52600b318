//! Writes down who changed what.

use store::people::audit::Entry;

use crate::{Caller, Problem, Visit};

/// An entry about what somebody does, for a change that writes it in its own transaction.
pub fn entry(
    caller: &Caller,
    action: &'static str,
    subject: impl Into<String>,
    detail: impl Into<String>,
) -> Entry {
    Entry {
        user_id: caller.user_id(),
        via: caller.via.to_string(),
        ..entry_of(&caller.visit, &caller.name, action, subject, detail)
    }
}

/// Writes down what somebody did. Where the change is one of the database, give its transaction the [`entry`] instead.
pub async fn audit(
    caller: &Caller,
    action: &'static str,
    subject: impl Into<String> + Send,
    detail: impl Into<String> + Send,
) -> Result<(), Problem> {
    let entry = entry(caller, action, subject, detail);
    Ok(caller.visit.door.store().audit_add(&entry).await?)
}

/// An entry about somebody of whom only a name is known.
pub(crate) fn entry_of(
    visit: &Visit,
    who: &str,
    action: &'static str,
    subject: impl Into<String>,
    detail: impl Into<String>,
) -> Entry {
    Entry {
        at: visit.door.now(),
        user_id: None,
        who: who.to_owned(),
        via: String::new(),
        action,
        subject: subject.into(),
        detail: detail.into(),
        address: visit.address.to_string(),
        correlation_id: visit.correlation_id,
    }
}
