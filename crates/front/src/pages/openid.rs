//! People sign in by an OpenID Connect issuer.

use axum::Form;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use axum_extra::extract::Query;
use credential::oidc::{Answer, Claims};
use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use store::people::{NewUser, User};
use url::Url;
use uuid::Uuid;

use crate::audit::entry_of;
use crate::openid::{OpenId, problem};
use crate::pages::sign_in;
use crate::{Limited, Problem, Ticket, Visit, cookie, users};

pub(super) const CALLBACK: &str = "/sign-in/oidc/callback";
/// How long somebody may take at the issuer.
const WITHIN: SignedDuration = SignedDuration::from_mins(10);

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    return_to: String,
}

#[derive(Deserialize)]
pub(super) struct Came {
    #[serde(default)]
    state: String,
    code: Option<SecretString>,
    iss: Option<String>,
    error: Option<String>,
}

/// What the browser keeps in the meantime, in a cookie that only it has.
struct Kept {
    state: Ticket,
    nonce: String,
    verifier: SecretString,
    return_to: String,
}

pub(super) async fn begin(
    _: Limited,
    visit: Visit,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let door = &visit.door;
    let openid = door.openid().ok_or_else(not_offered)?;
    let provider = openid.provider().await?;
    let beginning = provider.begin(&redirect(&visit)?).map_err(problem)?;
    let now = door.now();
    let ends = now.checked_add(WITHIN).map_err(Problem::internal)?;
    let kept = Kept {
        state: Ticket::shown(&beginning.state),
        nonce: beginning.nonce,
        verifier: beginning.verifier,
        return_to: door.landing(&asked.return_to).to_owned(),
    };
    let hash = kept.state.hash();
    door.store().openid_begin(&hash, now, ends).await?;
    let keep = [(
        header::SET_COOKIE,
        cookie::set(cookie::SIGN_IN, &kept.write()),
    )];
    let target = Redirect::to(beginning.url.as_str());
    Ok((AppendHeaders(keep), target).into_response())
}

pub(super) async fn end(
    _: Limited,
    visit: Visit,
    headers: HeaderMap,
    Query(came): Query<Came>,
) -> Result<Response, Problem> {
    let door = &visit.door;
    let openid = door.openid().ok_or_else(not_offered)?;
    let kept = cookie::get(&headers, cookie::SIGN_IN)
        .and_then(Kept::read)
        .filter(|kept| kept.state.is(&came.state))
        .ok_or_else(not_begun)?;
    // Once: whoever comes second with the same state comes too late.
    let state = kept.state.hash();
    if !door.store().openid_end(&state, door.now()).await? {
        return Err(not_begun());
    }
    let Some(code) = came.code.filter(|_| came.error.is_none()) else {
        return Err(refused(came.error.as_deref().unwrap_or_default()));
    };
    let answer = Answer {
        code,
        issuer: came.iss,
        verifier: kept.verifier,
        nonce: kept.nonce,
        redirect: redirect(&visit)?,
    };
    let claims = openid
        .provider()
        .await?
        .redeem(answer)
        .await
        .map_err(problem)?;
    let user = vouched(&visit, openid, &claims).await?;
    let old = cookie::get(&headers, cookie::SESSION).map(Ticket::shown);
    let target = door.landing(&kept.return_to);
    let entered = sign_in::enter(&visit, old.as_ref(), user.id, &user.name, target).await?;
    let forget = [(header::SET_COOKIE, cookie::clear(cookie::SIGN_IN))];
    Ok((AppendHeaders(forget), entered).into_response())
}

/// The user of whom the issuer speaks. A name that somebody else has gets a tail: names never make two people one.
async fn vouched(visit: &Visit, openid: &OpenId, claims: &Claims) -> Result<User, Problem> {
    let door = &visit.door;
    let called = claims.email.as_deref().unwrap_or(&claims.name);
    let called: String = called
        .chars()
        .filter(|letter| !letter.is_control())
        .take(80)
        .collect();
    let called = users::name(&called).unwrap_or("somebody");
    let id = Uuid::new_v4();
    let tail = id.simple().to_string();
    let tail = tail.get(..8).unwrap_or_default();
    for name in [called.to_owned(), format!("{called} ({tail})")] {
        let new = NewUser {
            id,
            name: &name,
            role: openid.role(&claims.subject, claims.email.as_deref()),
            created_at: door.now(),
        };
        let entry = entry_of(visit, &name, "user.vouch", &name, &claims.issuer);
        let vouched = door
            .store()
            .user_vouched(&claims.issuer, &claims.subject, &new, &entry);
        if let Some(user) = vouched.await? {
            return Ok(user);
        }
    }
    Err(Problem::conflict(
        "Others have your name already.",
        "Ask an administrator to look at the users.",
    ))
}

impl Kept {
    /// All parts but the last one are of letters, digits, `-` and `_`.
    fn write(&self) -> String {
        let verifier = self.verifier.expose_secret();
        let (state, nonce) = (self.state.text(), &self.nonce);
        format!("{state}~{nonce}~{verifier}~{}", self.return_to)
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, '~');
        Some(Self {
            state: Ticket::shown(parts.next()?),
            nonce: parts.next()?.to_owned(),
            verifier: SecretString::from(parts.next()?.to_owned()),
            return_to: parts.next()?.to_owned(),
        })
    }
}

fn redirect(visit: &Visit) -> Result<Url, Problem> {
    Url::parse(&visit.door.url(CALLBACK)).map_err(Problem::internal)
}

fn not_offered() -> Problem {
    Problem::not_found("Adit has no identity provider: sign in with a password.")
}

fn not_begun() -> Problem {
    Problem::invalid(
        "This sign-in was not begun in this browser, took longer than ten minutes, or was used already.",
        "Begin again at the sign-in page.",
    )
}

/// The issuer's own words are not shown: whoever makes the link chooses them.
fn refused(error: &str) -> Problem {
    let detail = match error {
        "access_denied" => "You, or the identity provider, refused.",
        _ => "The identity provider did not let you in.",
    };
    Problem::new(
        StatusCode::BAD_REQUEST,
        "sign-in-refused",
        "You are not signed in",
        detail,
        "Begin again at the sign-in page, or ask whoever runs the identity provider.",
    )
}
