//! Recognizes who asks, by the cookie of a session or a token, and keeps out who may not.

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;
use store::people::{Role, SessionLimits};
use uuid::Uuid;

use crate::{Caller, Layout, Problem, Ticket, Via, Visit, cookie, csrf, tell};

/// A session ends when nobody was seen for this long, …
const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// … and at the latest now.
const LONGEST: SignedDuration = SignedDuration::from_hours(12);
/// How often it is noted that a session is in use.
const NOTE_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// The session that a request belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: Ticket,
    /// What forms of this session carry.
    pub(crate) csrf: Ticket,
}

impl Session {
    pub(crate) fn of(id: Ticket) -> Self {
        let csrf = id.derive("csrf");
        Self { id, csrf }
    }
}

/// Which sessions still last now.
pub(crate) fn limits(now: Timestamp) -> SessionLimits {
    let before = |span| now.checked_sub(span).unwrap_or(Timestamp::MIN);
    SessionLimits {
        began_after: before(LONGEST),
        seen_after: before(IDLE),
    }
}

/// Recognizes who asks, and refuses what another site made their browser ask.
pub(crate) async fn admit(mut request: Request, next: Next) -> Response {
    let Some(visit) = request.extensions().get::<Visit>().cloned() else {
        return Problem::internal(anyhow::anyhow!("a request did not come through the door"))
            .into_response();
    };
    let (caller, session) = match recognize(&visit, request.headers()).await {
        Ok(known) => known,
        Err(problem) => return problem.into_response(),
    };
    let layout = Layout::new(&visit, caller.as_ref(), session.as_ref());
    let has_token = matches!(
        caller.as_ref().map(|caller| &caller.via),
        Some(Via::Token(_))
    );
    let checked = if has_token {
        Ok(request)
    } else {
        csrf::check(&visit, session.as_ref(), request).await
    };
    request = match checked {
        Ok(request) => request,
        Err(problem) => {
            return tell::tell(problem.into_response(), &visit, Some(layout)).await;
        }
    };
    let extensions = request.extensions_mut();
    if let Some(caller) = caller {
        extensions.insert(caller);
    }
    if let Some(session) = session {
        extensions.insert(session);
    }
    extensions.insert(layout.clone());
    tell::tell(next.run(request).await, &visit, Some(layout)).await
}

/// Keeps out who is not signed in, and from changes who is no administrator.
pub(crate) async fn guard(
    caller: Option<axum::Extension<Caller>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(axum::Extension(caller)) = caller else {
        return Problem::not_signed_in().into_response();
    };
    if !request.method().is_safe() && !caller.is_administrator() {
        return Problem::forbidden().into_response();
    }
    next.run(request).await
}

/// Keeps out who is not signed in.
pub(crate) async fn known(
    caller: Option<axum::Extension<Caller>>,
    request: Request,
    next: Next,
) -> Response {
    if caller.is_none() {
        return Problem::not_signed_in().into_response();
    }
    next.run(request).await
}

async fn recognize(
    visit: &Visit,
    headers: &HeaderMap,
) -> Result<(Option<Caller>, Option<Session>), Problem> {
    // Tokens are for programs: pages look at cookies only.
    if visit.path.starts_with("/api/")
        && let Some(authorization) = headers.get(header::AUTHORIZATION)
    {
        let token = authorization
            .to_str()
            .ok()
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| Ticket::shown(token.trim()))
            .ok_or_else(Problem::bad_token)?;
        return Ok((Some(by_token(visit, &token).await?), None));
    }
    let Some(id) = cookie::get(headers, cookie::SESSION).map(Ticket::shown) else {
        return Ok((None, None));
    };
    let caller = by_session(visit, &id).await?;
    let session = caller.is_some().then(|| Session::of(id));
    Ok((caller, session))
}

async fn by_token(visit: &Visit, token: &Ticket) -> Result<Caller, Problem> {
    let door = &visit.door;
    if let Some(secret) = door.admin_token() {
        let given = secret.read().map_err(Problem::internal)?;
        if token.is(given.expose_secret()) {
            return Ok(Caller {
                id: Uuid::nil(),
                name: "ADIT_ADMIN_TOKEN".to_owned(),
                role: Role::Administrator,
                via: Via::Token("ADIT_ADMIN_TOKEN".to_owned()),
                ends_at: None,
                visit: visit.clone(),
            });
        }
    }
    let found = door.store().token_use(&token.hash(), door.now()).await?;
    let user = found.ok_or_else(Problem::bad_token)?;
    Ok(Caller {
        id: user.user_id,
        name: user.user_name,
        role: user.role,
        via: Via::Token(user.name),
        ends_at: user.expires_at,
        visit: visit.clone(),
    })
}

async fn by_session(visit: &Visit, id: &Ticket) -> Result<Option<Caller>, Problem> {
    let (door, hash) = (&visit.door, id.hash());
    let now = door.now();
    let Some(visitor) = door.store().session_visitor(&hash, limits(now)).await? else {
        return Ok(None);
    };
    // A page that is left open asks by itself for its live parts; nobody is there.
    if !visit.is_part && now.duration_since(visitor.seen_at) >= NOTE_EVERY {
        door.store().session_seen(&hash, now).await?;
    }
    Ok(Some(Caller {
        id: visitor.id,
        name: visitor.name,
        role: visitor.role,
        via: Via::Session,
        ends_at: None,
        visit: visit.clone(),
    }))
}
