//! What can be done with tokens of the API, for pages and API alike.

use jiff::{SignedDuration, Timestamp};
use store::people::{NewToken, Role, Token};
use uuid::Uuid;

use crate::{Caller, Problem, Ticket, entry};

/// By which people and scanners of leaked secrets recognize one.
const PREFIX: &str = "adit_";
const LONGEST_DAYS: u32 = 10 * 366;

/// A token that has just been made: the only time that it is known.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) secret: Ticket,
}

/// Makes a token of the caller. One made by a token can do no more, and lives no longer, than that one.
pub(crate) async fn make(
    caller: &Caller,
    name: &str,
    role: Role,
    days: Option<u32>,
) -> Result<Made, Problem> {
    let Some(user) = caller.user_id() else {
        return Err(Problem::conflict(
            "ADIT_ADMIN_TOKEN belongs to no user, so it can have no tokens.",
            "Sign in as a user and make the token there.",
        ));
    };
    let name = crate::users::name(name)
        .map_err(|wrong| Problem::invalid(wrong, "Say in a few words what the token is for."))?;
    if role > caller.role {
        return Err(Problem::forbidden());
    }
    let now = caller.visit.door.now();
    let asked = days.map(|days| end(now, days)).transpose()?;
    let expires_at = match (asked, caller.ends_at) {
        (Some(asked), Some(own)) => Some(asked.min(own)),
        (asked, own) => asked.or(own),
    };
    let (id, secret) = (Uuid::new_v4(), Ticket::with_prefix(PREFIX));
    let new = NewToken {
        id,
        user,
        name,
        role,
        hash: &secret.hash(),
        created_at: now,
        expires_at,
    };
    let entry = entry(caller, "token.make", name, role.as_str());
    caller.visit.door.store().token_add(&new, &entry).await?;
    Ok(Made {
        id,
        name: name.to_owned(),
        secret,
    })
}

/// The tokens that the caller may see: an administrator those of all.
pub(crate) async fn list(caller: &Caller) -> Result<Vec<Token>, Problem> {
    Ok(caller.visit.door.store().token_list(reach(caller)).await?)
}

/// Ends a token that the caller may see.
pub(crate) async fn revoke(caller: &Caller, id: Uuid) -> Result<(), Problem> {
    let found = list(caller).await?.into_iter().find(|token| token.id == id);
    let token = found.ok_or_else(|| Problem::not_found("There is no such token."))?;
    let whose = format!("of {}", token.user_name);
    let entry = entry(caller, "token.revoke", token.name, whose);
    let store = caller.visit.door.store();
    store.token_revoke(id, reach(caller), &entry).await?;
    Ok(())
}

fn reach(caller: &Caller) -> Option<Uuid> {
    (!caller.is_administrator()).then_some(caller.id)
}

fn end(now: Timestamp, days: u32) -> Result<Timestamp, Problem> {
    if !(1..=LONGEST_DAYS).contains(&days) {
        return Err(Problem::invalid(
            format!("A token cannot be good for {days} days."),
            "Choose from 1 to 3660 days, or none for a token that does not end.",
        ));
    }
    let span = SignedDuration::from_hours(24 * i64::from(days));
    Ok(now.checked_add(span).unwrap_or(Timestamp::MAX))
}
