//! Identity tokens: who signed in, as the issuer says it (OpenID Connect Core, 3.1.3.7).

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::Refusal;
use crate::keys::{Key, Keys};

/// So far may the issuer's clock and ours be apart.
const SKEW: SignedDuration = SignedDuration::from_mins(10);

/// What must stand in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    /// Our name at the issuer.
    pub(crate) client: &'a str,
    /// What we sent with the browser; a device has none.
    pub(crate) nonce: Option<&'a str>,
    pub(crate) algorithms: &'a [Algorithm],
    pub(crate) now: Timestamp,
}

/// What it says.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) sub: String,
    exp: f64,
    nbf: Option<f64>,
    azp: Option<String>,
    nonce: Option<String>,
    pub(crate) tid: Option<String>,
    pub(crate) oid: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) preferred_username: Option<String>,
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) email_verified: Option<serde_json::Value>,
}

/// Checks the signature, for whom it is, its time and the nonce. The issuer is left to the caller: see the key's own.
pub(crate) async fn verify(
    token: &SecretString,
    keys: &Keys,
    expected: Expected<'_>,
) -> Result<(Claims, Key), Refusal> {
    let token = token.expose_secret();
    let header = decode_header(token)
        .map_err(|_| invalid("is none, or is signed in no way that is known here"))?;
    if !expected.algorithms.contains(&header.alg) {
        return Err(invalid("is signed in a way that is not allowed"));
    }
    let key = keys.find(header.kid.as_deref()).await?;
    let key =
        key.ok_or_else(|| invalid("is signed with a key that its issuer does not publish"))?;
    let decoding = key.decoding(header.alg);
    let decoding = decoding.ok_or_else(|| invalid("is signed with a key of another kind"))?;
    let mut validation = Validation::new(header.alg);
    // Times are checked below, by the clock that we are given.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    validation.set_audience(&[expected.client]);
    let claims = decode::<Claims>(token, &decoding, &validation)
        .map_err(|_| invalid("has a wrong signature, or is for somebody else"))?
        .claims;
    if claims
        .azp
        .as_ref()
        .is_some_and(|party| party != expected.client)
    {
        return Err(invalid("was asked for by somebody else"));
    }
    if expected.nonce.is_some() && claims.nonce.as_deref() != expected.nonce {
        return Err(invalid("answers another sign-in"));
    }
    let at = |seconds: f64| Timestamp::from_second(whole(seconds)).ok();
    let fresh = at(claims.exp).is_some_and(|end| expected.now.duration_since(end) <= SKEW);
    let begun = claims.nbf.is_none_or(|begin| {
        at(begin).is_some_and(|begin| begin.duration_since(expected.now) <= SKEW)
    });
    if !fresh || !begun {
        return Err(invalid(
            "is not valid at this time: is this machine's clock right?",
        ));
    }
    Ok((claims, key))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast of a float saturates; what is out of range is no time"
)]
fn whole(seconds: f64) -> i64 {
    seconds as i64
}

pub(crate) fn invalid(how: &str) -> Refusal {
    Refusal::dead(
        "invalid_identity",
        format!("the identity token of this sign-in {how}"),
        "begin the sign-in again; if that does not help, check that the address of the issuer and the client id are right",
    )
}
