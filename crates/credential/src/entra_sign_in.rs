//! People sign in at Entra: with a browser, or with a code on another device.

use std::time::Duration;

use jsonwebtoken::Algorithm;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;
use uuid::Uuid;

use crate::application::Application;
use crate::entra::{Authority, SCOPE_OF_PEOPLE, Tokens, seconds, tokens_timed};
use crate::fault::{self, Fault};
use crate::form::Form;
use crate::id_token::{self, Claims, Expected, invalid};
use crate::keys::Keys;
use crate::random::{self, Verifier};
use crate::sign_in::{Answer, Beginning, DeviceCode, DevicePoll, SignedIn};
use crate::tenant::{self, Tenant};
use crate::{Description, Http, Refusal, address};

/// Entra wants to be asked less often by so much (RFC 8628, 3.5).
const SLOW_DOWN: Duration = Duration::from_secs(5);

/// How people come in.
#[derive(Debug)]
pub(crate) struct EntraSignIn {
    pub(crate) http: Http,
    pub(crate) authority: Authority,
    pub(crate) application: Application,
    /// Tenants that are let in; none is all.
    pub(crate) tenants: Vec<Uuid>,
    pub(crate) keys: Keys,
}

/// How somebody signed in.
#[derive(Clone, Copy)]
enum How<'a> {
    Browser { nonce: &'a str },
    Device,
}

#[derive(Deserialize)]
struct DeviceAnswer {
    device_code: SecretString,
    user_code: String,
    verification_uri: Url,
    #[serde(default)]
    message: String,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
    #[serde(default, deserialize_with = "seconds")]
    interval: Option<u64>,
}

impl EntraSignIn {
    pub(crate) fn begin(&self, tenant: &str, redirect: &Url) -> Result<Beginning, Refusal> {
        address::check(redirect, "the redirect address (ADIT_PUBLIC_URL)")?;
        let tenant = self.tenant(tenant)?;
        let (state, nonce, verifier) = (random::word()?, random::word()?, Verifier::new()?);
        let mut url = self.authority.authorize(&tenant);
        url.query_pairs_mut()
            .append_pair("client_id", &self.application.client_id.to_string())
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", redirect.as_str())
            .append_pair("response_mode", "query")
            .append_pair("scope", SCOPE_OF_PEOPLE)
            .append_pair("state", &state)
            .append_pair("nonce", &nonce)
            .append_pair("code_challenge", &verifier.challenge)
            .append_pair("code_challenge_method", "S256")
            .append_pair("prompt", "select_account");
        Ok(Beginning {
            url,
            state,
            nonce,
            verifier: verifier.secret,
        })
    }

    pub(crate) async fn redeem(&self, answer: Answer) -> Result<SignedIn, Refusal> {
        let tenant = self.tenant(&answer.tenant)?;
        if let Some(issuer) = &answer.issuer {
            self.check_issuer(issuer, &tenant)?;
        }
        let endpoint = self.authority.token(&tenant);
        let form = |now| {
            let form = Form::default()
                .plain("grant_type", "authorization_code")
                .plain("scope", SCOPE_OF_PEOPLE)
                .plain("redirect_uri", answer.redirect.as_str())
                .secret("code", &answer.code)
                .secret("code_verifier", &answer.verifier);
            self.application.prove(form, &endpoint, now)
        };
        let tokens = tokens_timed(&self.http, &endpoint, form).await?;
        let nonce = &answer.nonce;
        self.signed_in(&tokens, &tenant, How::Browser { nonce })
            .await
    }

    pub(crate) async fn device_begin(&self, tenant: &str) -> Result<DeviceCode, Refusal> {
        let endpoint = self.authority.device_code(&self.tenant(tenant)?);
        let form = Form::default()
            .plain("client_id", self.application.client_id.to_string())
            .plain("scope", SCOPE_OF_PEOPLE);
        let reply = self.http.post(&endpoint, &form).await?;
        if !reply.is_success() {
            return Err(fault::refusal(&reply, &form));
        }
        let answer: DeviceAnswer = reply.json().ok_or_else(|| reply.unreadable())?;
        // People are sent there.
        if !address::is_private(&answer.verification_uri) {
            return Err(reply.unreadable());
        }
        Ok(DeviceCode {
            device_code: answer.device_code,
            user_code: answer.user_code,
            verification_uri: answer.verification_uri,
            message: answer.message,
            expires_in: Duration::from_secs(answer.expires_in.unwrap_or(900)),
            interval: Duration::from_secs(answer.interval.unwrap_or(5)),
        })
    }

    pub(crate) async fn device_poll(
        &self,
        device_code: &SecretString,
        tenant: &str,
    ) -> Result<DevicePoll, Refusal> {
        let tenant = self.tenant(tenant)?;
        let endpoint = self.authority.token(&tenant);
        let form = Form::default()
            .plain("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
            .secret("device_code", device_code);
        let form = self
            .application
            .public()
            .prove(form, &endpoint, self.http.now())?;
        let reply = self.http.post(&endpoint, &form).await?;
        if reply.is_success() {
            let tokens: Tokens = reply.json().ok_or_else(|| reply.unreadable())?;
            let signed_in = self.signed_in(&tokens, &tenant, How::Device).await?;
            return Ok(DevicePoll::SignedIn(Box::new(signed_in)));
        }
        let refusal = fault::refusal(&reply, &form);
        let error = Fault::read(&reply)
            .map(|fault| fault.error)
            .unwrap_or_default();
        match (reply.status, error.as_str()) {
            (400..429, "authorization_pending") => Ok(DevicePoll::Pending { slow_down: None }),
            (400..429, "slow_down") => Ok(DevicePoll::Pending {
                slow_down: Some(SLOW_DOWN),
            }),
            (400..429, "authorization_declined" | "access_denied") => {
                Ok(DevicePoll::Declined(refusal))
            }
            (400..429, "expired_token" | "code_expired" | "bad_verification_code") => {
                Ok(DevicePoll::Expired(refusal))
            }
            _ => Err(refusal),
        }
    }

    async fn signed_in(
        &self,
        tokens: &Tokens,
        tenant: &Tenant,
        how: How<'_>,
    ) -> Result<SignedIn, Refusal> {
        let id_token = tokens.id_token.as_ref();
        let id_token = id_token.ok_or_else(|| invalid("is missing"))?;
        let client = self.application.client_id.to_string();
        let expected = Expected {
            client: &client,
            nonce: match how {
                How::Browser { nonce } => Some(nonce),
                How::Device => None,
            },
            algorithms: &[Algorithm::RS256],
            now: self.http.now(),
        };
        let (claims, key) = id_token::verify(id_token, &self.keys, expected).await?;
        let tid = claims
            .tid
            .as_deref()
            .and_then(|tid| tid.parse::<Uuid>().ok());
        let tid = tid.ok_or_else(|| invalid("names no tenant"))?;
        let issuer = self.authority.issuer(tid);
        let key_fits = key
            .issuer
            .is_none_or(|template| template.replace("{tenantid}", &tid.to_string()) == issuer);
        if claims.iss != issuer || !key_fits {
            return Err(invalid("is of another issuer"));
        }
        if matches!(tenant, Tenant::Id(id) if *id != tid) {
            return Err(invalid("is of another tenant"));
        }
        self.admit(tid)?;
        let refresh_token = tokens.refresh_token.clone().ok_or_else(|| {
            Refusal::misconfigured(
                "no_refresh_token",
                "Entra gave no refresh token, so the sign-in would end in an hour",
                "let the application have the permission offline_access in Entra (API permissions), then sign in again",
            )
        })?;
        let mut granted = tokens.granted();
        granted.renewed = None;
        Ok(SignedIn {
            description: self.describe(&claims, tid, how),
            refresh_token,
            granted,
            beyond_reading: beyond_reading(&tokens.scope),
        })
    }

    fn describe(&self, claims: &Claims, tenant_id: Uuid, how: How<'_>) -> Description {
        let object_id = claims.oid.clone().unwrap_or_else(|| claims.sub.clone());
        let account = [&claims.preferred_username, &claims.email];
        let account = account.into_iter().flatten().find(|name| !name.is_empty());
        let account = account.unwrap_or(&object_id).clone();
        let display_name = claims.name.clone().unwrap_or_default();
        let issued_at = Some(self.http.now());
        match how {
            How::Browser { .. } => Description::EntraUser {
                tenant_id,
                account,
                object_id,
                display_name,
                issued_at,
            },
            How::Device => Description::DeviceCode {
                tenant_id,
                account,
                object_id,
                display_name,
                issued_at,
            },
        }
    }

    fn tenant(&self, text: &str) -> Result<Tenant, Refusal> {
        let tenant = text.parse()?;
        if let Tenant::Id(id) = &tenant {
            self.admit(*id)?;
        }
        Ok(tenant)
    }

    fn admit(&self, tenant: Uuid) -> Result<(), Refusal> {
        admit(&self.tenants, tenant)
    }

    /// Who answers must be a tenant at our Entra, and the one that was asked.
    fn check_issuer(&self, issuer: &str, tenant: &Tenant) -> Result<(), Refusal> {
        let mut parts = issuer.trim_end_matches('/').rsplit('/');
        let _version = parts.next();
        let named = parts.next().and_then(|id| id.parse::<Uuid>().ok());
        let ours = named.is_some_and(|id| self.authority.issuer(id) == issuer);
        let asked = !matches!(tenant, Tenant::Id(id) if named != Some(*id));
        if ours && asked {
            return Ok(());
        }
        Err(Refusal::dead(
            "invalid_identity",
            "somebody else answers than was asked",
            "begin the sign-in again",
        ))
    }
}

/// Refuses tenants that the operator has not named, if any are named.
pub(crate) fn admit(tenants: &[Uuid], tenant: Uuid) -> Result<(), Refusal> {
    tenant::check(tenant)?;
    if tenants.is_empty() || tenants.contains(&tenant) {
        return Ok(());
    }
    Err(Refusal::misconfigured(
        "tenant_not_allowed",
        format!("the tenant {tenant} is none of those that may be connected here"),
        "sign in with an account of another tenant, or add this one to ADIT_ENTRA_TENANTS",
    ))
}

/// Rights that allow more than Adit ever does.
fn beyond_reading(scope: &str) -> Vec<String> {
    let names = scope
        .split(' ')
        .filter_map(|scope| scope.rsplit('/').next());
    let more = [
        "user_impersonation",
        "_write",
        "_manage",
        "_full",
        "_execute",
    ];
    names
        .filter(|name| more.iter().any(|end| name.ends_with(end)))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_to_change_something_are_noticed() {
        let scope = "499b84ac-1321-427f-aa17-267ca6975798/vso.code 499b84ac-1321-427f-aa17-267ca6975798/vso.work_write openid";
        assert_eq!(beyond_reading(scope), ["vso.work_write"]);
        let scope = "499b84ac-1321-427f-aa17-267ca6975798/user_impersonation";
        assert_eq!(beyond_reading(scope), ["user_impersonation"]);
        assert!(beyond_reading("499b84ac-1321-427f-aa17-267ca6975798/.default").is_empty());
    }
}
