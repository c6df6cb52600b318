//! What can be done with users, for pages and API alike.

use jiff::{SignedDuration, Timestamp};
use store::people::{Change, NewUser, Role, User};
use uuid::Uuid;

use crate::{Administrator, Caller, Problem, Ticket, entry};

const INVITATION: SignedDuration = SignedDuration::from_hours(7 * 24);
const RESET: SignedDuration = SignedDuration::from_hours(24);
const LONGEST_NAME: usize = 100;

/// A link by which somebody chooses a password.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) user: Uuid,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) expires_at: Timestamp,
}

/// A name that can be one, or what is wrong with it.
pub(crate) fn name(given: &str) -> Result<&str, &'static str> {
    let name = given.trim();
    if name.is_empty() {
        return Err("A name is needed.");
    }
    if name.chars().count() > LONGEST_NAME {
        return Err("The name has more than 100 characters.");
    }
    if name.chars().any(char::is_control) {
        return Err("The name holds control characters.");
    }
    Ok(name)
}

/// Adds a user who chooses a password by a link.
pub(crate) async fn invite(
    Administrator(caller): &Administrator,
    given: &str,
    role: Role,
) -> Result<Link, Problem> {
    let door = &caller.visit.door;
    let name = name(given).map_err(|wrong| Problem::invalid(wrong, "Choose another name."))?;
    let now = door.now();
    let (id, ticket, expires_at) = (Uuid::new_v4(), Ticket::new(), after(now, INVITATION));
    let new = NewUser {
        id,
        name,
        role,
        created_at: now,
    };
    let entry = entry(caller, "user.invite", name, role.as_str());
    let is_added = door
        .store()
        .user_invite(&new, &ticket.hash(), expires_at, &entry)
        .await?;
    if !is_added {
        return Err(taken(name));
    }
    Ok(link(caller, id, name, &ticket, expires_at))
}

/// A link by which a user chooses a new password.
pub(crate) async fn reset(
    Administrator(caller): &Administrator,
    id: Uuid,
) -> Result<Link, Problem> {
    let door = &caller.visit.door;
    let user = get(caller, id).await?;
    let (ticket, expires_at) = (Ticket::new(), after(door.now(), RESET));
    let entry = entry(caller, "user.reset", &user.name, "");
    let is_made = door
        .store()
        .link_password(id, &ticket.hash(), expires_at, &entry)
        .await?;
    if !is_made {
        return Err(Problem::conflict(
            format!("{} signs in by an identity provider.", user.name),
            "Change the password there.",
        ));
    }
    Ok(link(caller, id, &user.name, &ticket, expires_at))
}

/// Changes what a user may do.
pub(crate) async fn set_role(
    Administrator(caller): &Administrator,
    id: Uuid,
    role: Role,
) -> Result<(), Problem> {
    let user = get(caller, id).await?;
    let entry = entry(caller, "user.role", &user.name, role.as_str());
    let store = caller.visit.door.store();
    told(store.user_set_role(id, role, &entry).await?)
}

/// Keeps a user out, or lets them in again.
pub(crate) async fn set_disabled(
    Administrator(caller): &Administrator,
    id: Uuid,
    is_disabled: bool,
) -> Result<(), Problem> {
    let user = get(caller, id).await?;
    let action = if is_disabled {
        "user.disable"
    } else {
        "user.enable"
    };
    let since = is_disabled.then(|| caller.visit.door.now());
    let entry = entry(caller, action, &user.name, "");
    let store = caller.visit.door.store();
    told(store.user_disable(id, since, &entry).await?)
}

/// Removes a user.
pub(crate) async fn remove(Administrator(caller): &Administrator, id: Uuid) -> Result<(), Problem> {
    let user = get(caller, id).await?;
    let entry = entry(caller, "user.remove", &user.name, "");
    let store = caller.visit.door.store();
    told(store.user_remove(id, &entry).await?)
}

/// The user of this id.
pub(crate) async fn get(caller: &Caller, id: Uuid) -> Result<User, Problem> {
    let user = caller.visit.door.store().user_get(id).await?;
    user.ok_or_else(no_user)
}

fn no_user() -> Problem {
    Problem::not_found("There is no such user.")
}

fn taken(name: &str) -> Problem {
    Problem::conflict(
        format!("There is a user {name} already (case does not matter)."),
        "Choose another name.",
    )
}

fn told(change: Change) -> Result<(), Problem> {
    match change {
        Change::Made => Ok(()),
        Change::NoUser => Err(no_user()),
        Change::LastAdministrator => Err(Problem::conflict(
            "Nobody would be left who can administer Adit.",
            "Make somebody else an administrator first.",
        )),
    }
}

fn link(caller: &Caller, user: Uuid, name: &str, ticket: &Ticket, expires_at: Timestamp) -> Link {
    let path = format!("/invitation?token={}", ticket.text());
    Link {
        user,
        name: name.to_owned(),
        url: caller.visit.door.url(&path),
        expires_at,
    }
}

fn after(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.checked_add(span).unwrap_or(Timestamp::MAX)
}
