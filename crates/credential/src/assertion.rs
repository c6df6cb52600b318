//! What an application with a certificate signs to prove itself (RFC 7523).
//!
//! <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::RSA_PSS_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::json;
use url::Url;
use uuid::Uuid;

use crate::certificate::Certificate;
use crate::form::Form;
use crate::{Refusal, random};

/// Entra takes up to ten minutes. It is used at once.
const LIFE_SECONDS: i64 = 300;

pub(crate) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The form with a fresh assertion in it.
pub(crate) fn sign(
    form: Form,
    certificate: &Certificate,
    client_id: Uuid,
    endpoint: &Url,
    now: Timestamp,
) -> Result<Form, Refusal> {
    let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": certificate.sha256 });
    let begin = now.as_second();
    let claims = json!({
        "aud": endpoint.as_str(),
        "iss": client_id,
        "sub": client_id,
        "jti": random::word()?,
        "iat": begin,
        "nbf": begin,
        "exp": begin + LIFE_SECONDS,
    });
    let encode = |part: serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let mut signature = vec![0; certificate.key.public_modulus_len()];
    let failed = |_| {
        Refusal::misconfigured(
            "bad_certificate",
            "the private key of the certificate cannot sign",
            "give an RSA key of 2048 to 8192 bits",
        )
    };
    certificate
        .key
        .sign(
            &RSA_PSS_SHA256,
            &SystemRandom::new(),
            signed.as_bytes(),
            &mut signature,
        )
        .map_err(failed)?;
    let assertion = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
    Ok(attach(form, &SecretString::from(assertion)))
}

/// The form with an assertion in it that somebody else has signed.
pub(crate) fn attach(form: Form, assertion: &SecretString) -> Form {
    form.plain("client_assertion_type", TYPE)
        .secret("client_assertion", assertion)
}
