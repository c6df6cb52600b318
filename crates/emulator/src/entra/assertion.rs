//! Client assertions: a token signed with the application's certificate, or one of an issuer that it trusts.

use jiff::SignedDuration;
use jsonwebtoken::{Algorithm, Validation, dangerous::insecure_decode, decode};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    Application, Entra, Federation, Refusal,
    asked::Asked,
    key::{CERTIFICATE, CLUSTER, Key},
};

/// The kind of assertion that a client says it sends.
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far clocks may differ.
const LEEWAY_SECONDS: i64 = 300;
/// The longest life that an assertion of a certificate may have.
const LONGEST_SECONDS: i64 = 600;

/// A time in a token: it may have a fraction (RFC 7519, 2), and Microsoft's own client sends one.
#[derive(Clone, Copy, Deserialize)]
struct Seconds(f64);

impl Seconds {
    fn whole(self) -> i64 {
        SignedDuration::try_from_secs_f64(self.0).map_or(0, |since| since.as_secs())
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    exp: Seconds,
    #[serde(default)]
    nbf: Option<Seconds>,
    #[serde(default)]
    jti: Option<String>,
}

impl Entra {
    /// Refuses an assertion that does not stand for this application.
    pub(super) fn check_assertion(
        &mut self,
        application: &Application,
        assertion: &str,
        asked: &Asked,
    ) -> Result<(), Refusal> {
        if asked.needed("client_assertion_type")? != TYPE {
            return Err(Refusal::client(
                50_027,
                "JWT token is invalid or malformed. The client_assertion_type is not supported.",
            ));
        }
        let read = insecure_decode::<Claims>(assertion)
            .map_err(|_| Refusal::client(50_027, "JWT token is invalid or malformed."))?;
        let (header, claims) = (read.header, read.claims);
        let is_own = claims.iss == application.client_id.to_string();
        if is_own || header.x5t.is_some() || header.x5t_s256.is_some() {
            // Microsoft's own client pads it.
            let known = [header.x5t_s256, header.x5t]
                .into_iter()
                .flatten()
                .all(|print| is_registered(print.trim_end_matches('=')));
            if !application.certificate || !known {
                return Err(Refusal::client(
                    700_027,
                    "Client assertion contains an invalid signature. [Reason - The key was not found.]",
                ));
            }
            check_signature(assertion, &CERTIFICATE.key)?;
            check_time(&claims, asked)?;
            return self.check_own(application, &claims, asked);
        }
        let federation = application
            .federation
            .as_ref()
            .ok_or_else(|| unmatched(700_211, "assertion issuer", &claims.iss))?;
        check_federated(federation, &claims)?;
        check_signature(assertion, &CLUSTER)?;
        check_time(&claims, asked)
    }

    /// What the application itself signed: it speaks of nobody else, to nobody else, once.
    fn check_own(
        &mut self,
        application: &Application,
        claims: &Claims,
        asked: &Asked,
    ) -> Result<(), Refusal> {
        let id = application.client_id;
        if claims.iss != id.to_string() || claims.sub != claims.iss {
            return Err(Refusal::client(
                700_021,
                "Client assertion application identifier doesn't match 'client_id' parameter.",
            ));
        }
        if !self.audiences(asked).contains(&claims.aud) {
            return Err(Refusal::client(
                700_023,
                format!(
                    "Client assertion audience claim does not match Realm issuer. The audience was '{}'.",
                    claims.aud
                ),
            ));
        }
        let outside = asked.emulator.clock().outside().as_second();
        if claims.exp.whole() > outside + LONGEST_SECONDS + LEEWAY_SECONDS {
            return Err(Refusal::client(
                700_024,
                "Client assertion is not within its valid time range: it is valid for longer than ten minutes.",
            ));
        }
        let Some(jti) = claims.jti.clone() else {
            return Err(Refusal::client(
                50_027,
                "JWT token is invalid or malformed: it has no 'jti'.",
            ));
        };
        if !self.assertions.insert((id, jti)) {
            return Err(Refusal::client(
                50_013,
                "Assertion failed validation: it was used before.",
            ));
        }
        Ok(())
    }

    /// The token endpoint of the tenant, under each of its names, and its issuer.
    fn audiences(&self, asked: &Asked) -> Vec<String> {
        let mut names = vec![asked.tenant.clone()];
        if let Some(tenant) = self.directory.tenant(&asked.tenant) {
            names.extend([tenant.id.to_string(), String::from(tenant.domain)]);
        }
        let origin = &asked.origin;
        names
            .into_iter()
            .flat_map(|name| {
                ["oauth2/v2.0/token", "v2.0"].map(|path| format!("{origin}/login/{name}/{path}"))
            })
            .collect()
    }
}

fn is_registered(thumbprint: &str) -> bool {
    thumbprint == CERTIFICATE.thumbprint() || thumbprint == CERTIFICATE.old_thumbprint()
}

fn check_signature(assertion: &str, key: &Key) -> Result<(), Refusal> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.algorithms = vec![Algorithm::RS256, Algorithm::PS256];
    // These are checked here, with our own clock and Entra's own words.
    validation.validate_exp = false;
    validation.validate_aud = false;
    decode::<Claims>(assertion, key.public(), &validation)
        .map(drop)
        .map_err(|_| {
            Refusal::client(
                700_027,
                "Client assertion failed signature validation. [Reason - The key used is not the one that was registered.]",
            )
        })
}

fn check_time(claims: &Claims, asked: &Asked) -> Result<(), Refusal> {
    let now = asked.emulator.clock().outside().as_second();
    let early = claims
        .nbf
        .is_some_and(|nbf| nbf.whole() > now + LEEWAY_SECONDS);
    if early || claims.exp.whole() < now - LEEWAY_SECONDS {
        return Err(Refusal::client(
            700_024,
            "Client assertion is not within its valid time range.",
        ));
    }
    Ok(())
}

fn check_federated(federation: &Federation, claims: &Claims) -> Result<(), Refusal> {
    for (code, what, given, expected) in [
        (700_211, "assertion issuer", &claims.iss, federation.issuer),
        (
            700_213,
            "assertion subject",
            &claims.sub,
            federation.subject,
        ),
        (
            700_212,
            "assertion audience",
            &claims.aud,
            federation.audience,
        ),
    ] {
        if given != expected {
            return Err(unmatched(code, what, given));
        }
    }
    Ok(())
}

fn unmatched(code: u32, what: &str, given: &str) -> Refusal {
    Refusal::client(
        code,
        format!(
            "No matching federated identity record found for presented {what} '{given}'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
        ),
    )
}

/// A token of a service account of the cluster, as its file has it.
pub(super) fn service_account_token(
    issuer: &str,
    subject: &str,
    audience: &str,
    from: i64,
    seconds: i64,
) -> String {
    CLUSTER.sign(&serde_json::json!({
        "iss": issuer,
        "sub": subject,
        "aud": audience,
        "iat": from,
        "nbf": from,
        "exp": from + seconds,
        "jti": Uuid::new_v4(),
    }))
}
