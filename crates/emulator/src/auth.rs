//! Who asks: a PAT by Basic with any user name, or a Bearer token; and the many faces of a bad one.

use std::sync::Arc;

use axum::http::{HeaderMap, Method, header::AUTHORIZATION, request::Parts};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use uuid::Uuid;

use crate::{
    emulator::Emulator,
    organization::{Place, User, WhoAmI},
    refusal::{Content, Refusal},
};

/// The body of the sign-in page that a 203 carries.
pub const SIGN_IN_PAGE: &str = "<!DOCTYPE html><html lang=\"en\"><head><title>Azure DevOps Services | Sign In</title></head><body></body></html>";

/// Settles who asks, or how the credential is refused.
pub fn caller(
    emulator: &Emulator,
    parts: &Parts,
    organization: Option<&str>,
    anonymous: bool,
) -> Result<Arc<User>, Refusal> {
    let world = emulator.world();
    let place = organization
        .map(|name| world.place(name).ok_or_else(no_organization))
        .transpose()?;
    if let Some(place) = &place {
        place.check_all()?;
    }
    let tenant = place.as_ref().map(Place::tenant);
    let Some(token) = token(&parts.headers) else {
        return if anonymous {
            Ok(Arc::new(User::nobody()))
        } else {
            Err(refused(parts, tenant))
        };
    };
    let principal = world.entra.bearer(&token, emulator.clock().now());
    let who = match (&place, principal) {
        (Some(place), _) => place.who(&token, principal),
        (None, Some(principal)) => world.organization.who_signed_in(principal.object_id),
        (None, None) => world.organization.who_is(&token),
    };
    match who {
        WhoAmI::Member(user) => {
            if let Some(place) = &place {
                place.check_known(&user)?;
            }
            Ok(user)
        }
        WhoAmI::Stranger(id) if organization.is_some() => {
            Err(with_tenant(Refusal::not_a_member(&id.to_string()), tenant))
        }
        // Who is nobody's member still is somebody.
        WhoAmI::Stranger(id) if principal.is_some() => {
            let account = world.entra.directory.account_of(id);
            Ok(Arc::new(account.map_or_else(User::nobody, |account| {
                User::outsider(account.object_id, &account.name, &account.display_name)
            })))
        }
        _ if anonymous => Ok(Arc::new(User::nobody())),
        _ => Err(refused(parts, tenant)),
    }
}

/// 404 with a page: there is no organization of this name.
fn no_organization() -> Refusal {
    Refusal::bare(
        404,
        Content::Text {
            media_type: "text/html; charset=utf-8",
            text: String::from(
                "<!DOCTYPE html><html><head><title>Azure DevOps Services | 404</title></head><body></body></html>",
            ),
        },
    )
}

/// Tells the tenant that tokens must be of.
fn with_tenant(refusal: Refusal, tenant: Option<Uuid>) -> Refusal {
    match tenant {
        Some(tenant) => refusal.header("x-vss-resourcetenant", tenant.to_string()),
        None => refusal,
    }
}

/// The token of the Authorization header.
pub fn token(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(String::from(rest.trim()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    decoded
        .split_once(':')
        .map(|(_, token)| String::from(token))
}

/// True where the credential is a Bearer token.
pub fn is_bearer(headers: &HeaderMap) -> bool {
    headers
        .get(AUTHORIZATION)
        .is_some_and(|value| value.as_bytes().to_ascii_lowercase().starts_with(b"bearer"))
}

/// The answer to a bad credential depends on the method, on the header that suppresses the sign-in page, and on its kind.
fn refused(parts: &Parts, tenant: Option<Uuid>) -> Refusal {
    let suppressed = parts
        .headers
        .get("x-tfs-fedauthredirect")
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"suppress"));
    let bearer = is_bearer(&parts.headers);
    let challenge = format!(
        "Bearer authorization_uri=https://login.microsoftonline.com/{}",
        tenant.unwrap_or_default()
    );
    if parts.method == Method::PATCH || (suppressed && bearer) {
        let refusal = Refusal::unauthorized("").header("www-authenticate", challenge);
        return with_tenant(refusal, tenant);
    }
    if suppressed || parts.uri.path().contains("/_git/") {
        let refusal = Refusal::bare(401, Content::Nothing);
        // Who shows nothing is told of every way in.
        let refusal = if parts.headers.contains_key(AUTHORIZATION) {
            refusal
        } else {
            refusal.header("www-authenticate", challenge)
        };
        let refusal = refusal.header(
            "www-authenticate",
            "Basic realm=\"https://tfsprodneu1.visualstudio.com/\"",
        );
        return with_tenant(refusal, tenant);
    }
    let refusal = Refusal::bare(
        302,
        Content::Text {
            media_type: "text/html; charset=utf-8",
            text: String::from(
                "<html><head><title>Object moved</title></head><body></body></html>",
            ),
        },
    )
    .header("location", "/login/_signin?realm=dev.azure.com");
    with_tenant(refusal, tenant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_by_basic_or_bearer() {
        for (value, expected) in [
            (
                format!("Basic {}", STANDARD.encode(":secret")),
                Some("secret"),
            ),
            (
                format!("basic {}", STANDARD.encode("any name:secret")),
                Some("secret"),
            ),
            (String::from("Bearer secret"), Some("secret")),
            (String::from("Digest secret"), None),
            (String::from("Basic !"), None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, value.parse().unwrap());
            assert_eq!(token(&headers).as_deref(), expected, "{value}");
        }
    }
}
