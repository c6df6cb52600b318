//! What Entra has given out: access tokens, refresh tokens, and the id tokens that it signs.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Entra, Principal, Refusal, Scopes,
    directory::Account,
    key::{ENTRA, FORGER, hashed, unguessable},
};

/// An access token that was given out.
#[derive(Clone, Debug)]
pub struct Access {
    pub principal: Principal,
    pub for_azure_devops: bool,
    /// By the world's clock.
    pub expires: Timestamp,
}

/// A refresh token that was given out.
#[derive(Clone, Debug)]
pub struct Grant {
    pub account: Uuid,
    /// The tenant that was signed in to.
    pub tenant: Uuid,
    pub client: Uuid,
    pub scopes: Scopes,
    /// The client authenticated itself when it got this, and must again.
    pub confidential: bool,
    /// A single page's: it lives for a day, and so do those that it is renewed to.
    pub spa: bool,
    /// By the world's clock.
    pub expires: Timestamp,
    pub revoked: bool,
}

/// What makes an id token wrong, for clients that must notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spoil {
    Signature,
    Issuer,
    Audience,
    Tenant,
    Nonce,
    Expired,
    /// `alg` is `none`, and there is no signature.
    Unsigned,
    /// It is not there at all.
    Missing,
}

/// The circumstances of an answer with tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment<'a> {
    /// By the world's clock.
    pub now: Timestamp,
    /// By everybody else's clock.
    pub outside: Timestamp,
    /// Scheme and authority as they were asked.
    pub origin: &'a str,
}

impl Entra {
    /// An answer with a new access token and all that comes with it.
    pub(super) fn answer(
        &mut self,
        grant: Grant,
        nonce: Option<&str>,
        moment: Moment<'_>,
    ) -> Value {
        let Some(account) = self.directory.account_of(grant.account).cloned() else {
            return Value::Null;
        };
        let principal = Principal {
            object_id: account.object_id,
            tenant: grant.tenant,
            client: grant.client,
            is_user: true,
        };
        let mut answer = self.access(principal, &grant.scopes, moment);
        answer["scope"] = Value::from(grant.scopes.granted());
        if grant.scopes.openid
            && let Some(token) = self.id_token(&account, &grant, nonce, moment)
        {
            answer["id_token"] = Value::from(token);
        }
        if grant.scopes.offline {
            let token = format!("1.{}", unguessable());
            answer["refresh_token"] = Value::from(token.as_str());
            self.grants.insert(token, grant);
        }
        answer
    }

    /// An answer with a new access token alone.
    pub(super) fn access(
        &mut self,
        principal: Principal,
        scopes: &Scopes,
        moment: Moment<'_>,
    ) -> Value {
        let life = self.settings.token_seconds;
        let token = ENTRA.sign(&access_claims(&principal, scopes, life, moment));
        self.tokens.insert(
            token.clone(),
            Access {
                principal,
                for_azure_devops: scopes.for_azure_devops(),
                expires: moment.now + jiff::SignedDuration::from_secs(life),
            },
        );
        json!({
            "token_type": "Bearer",
            "expires_in": life,
            "ext_expires_in": life,
            "access_token": token,
        })
    }

    /// Who has an access token that is good now.
    pub fn bearer(&self, token: &str, now: Timestamp) -> Option<&Principal> {
        self.tokens
            .get(token)
            .filter(|access| access.for_azure_devops && access.expires > now)
            .map(|access| &access.principal)
    }

    /// True where the token is one of ours, good or not.
    pub fn gave(&self, token: &str) -> bool {
        self.tokens.contains_key(token)
    }

    /// A refresh token of this client that can still be used.
    pub(super) fn grant(
        &self,
        token: &str,
        client: Uuid,
        now: Timestamp,
    ) -> Result<Grant, Refusal> {
        let grant = self.grants.get(token).ok_or_else(|| {
            Refusal::grant(
                9_002_313,
                "Invalid request. Request is malformed or invalid.",
            )
        })?;
        if grant.client != client {
            return Err(Refusal::grant(
                70_000,
                "Provided grant is invalid or malformed. The refresh token was issued to another application.",
            ));
        }
        if grant.revoked {
            return Err(Refusal::grant(
                50_173,
                "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.",
            )
            .suberror("bad_token"));
        }
        if grant.expires <= now {
            return Err(if grant.spa {
                Refusal::grant(
                    700_084,
                    "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which can't be extended.",
                )
            } else {
                Refusal::grant(
                    700_082,
                    "The refresh token has expired due to inactivity. The token was inactive for 90.00:00:00.",
                )
            });
        }
        Ok(grant.clone())
    }

    fn id_token(
        &mut self,
        account: &Account,
        grant: &Grant,
        nonce: Option<&str>,
        moment: Moment<'_>,
    ) -> Option<String> {
        let Moment {
            outside, origin, ..
        } = moment;
        let mut claims = json!({
            "aud": grant.client,
            "iss": issuer(origin, grant.tenant),
            "iat": outside.as_second(),
            "nbf": outside.as_second(),
            "exp": outside.as_second() + 3_600,
            "name": account.display_name,
            "preferred_username": account.name,
            "email": account.name,
            "oid": account.object_id,
            // Another for each application, as Entra has it.
            "sub": hashed(&format!("{} {}", account.object_id, grant.client)),
            "tid": grant.tenant,
            "ver": "2.0",
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = Value::from(nonce);
        }
        let spoil = self.spoil.take();
        match spoil {
            Some(Spoil::Issuer) => claims["iss"] = Value::from("https://issuer.example/v2.0"),
            Some(Spoil::Audience) => claims["aud"] = json!(Uuid::new_v4()),
            Some(Spoil::Tenant) => claims["tid"] = json!(super::foreign_tenant()),
            Some(Spoil::Nonce) => claims["nonce"] = Value::from("another"),
            Some(Spoil::Expired) => {
                claims["exp"] = Value::from(outside.as_second() - 3_600);
                claims["nbf"] = Value::from(outside.as_second() - 7_200);
            }
            Some(Spoil::Missing) => return None,
            Some(Spoil::Signature | Spoil::Unsigned) | None => {}
        }
        Some(match spoil {
            Some(Spoil::Signature) => FORGER.sign(&claims),
            Some(Spoil::Unsigned) => unsigned(&claims),
            _ => ENTRA.sign(&claims),
        })
    }
}

/// The issuer of a tenant's id tokens.
pub(super) fn issuer(origin: &str, tenant: Uuid) -> String {
    format!("{origin}/login/{tenant}/v2.0")
}

fn unsigned(claims: &Value) -> String {
    let part = |value: &Value| super::key::encoded(value.to_string().as_bytes());
    format!(
        "{}.{}.",
        part(&json!({ "alg": "none", "typ": "JWT" })),
        part(claims)
    )
}

fn access_claims(principal: &Principal, scopes: &Scopes, life: i64, moment: Moment<'_>) -> Value {
    let at = moment.outside.as_second();
    let mut claims = json!({
        "aud": scopes.resource,
        "iss": format!("https://sts.windows.net/{}/", principal.tenant),
        "iat": at,
        "nbf": at,
        "exp": at + life,
        "appid": principal.client,
        "idtyp": if principal.is_user { "user" } else { "app" },
        "oid": principal.object_id,
        "tid": principal.tenant,
        "uti": unguessable(),
        "ver": "1.0",
    });
    if principal.is_user {
        claims["scp"] = Value::from(scopes.claimed());
    }
    claims
}
