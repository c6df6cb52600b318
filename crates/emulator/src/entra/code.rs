//! Authorization codes: what was agreed to, until the application fetches its tokens.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Entra, Grant, Platform, Refusal, Scopes,
    asked::Asked,
    client::{Client, is_any},
    key::hashed,
    token::Moment,
};

/// An authorization code.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub account: Uuid,
    pub tenant: Uuid,
    pub client: Uuid,
    pub redirect: String,
    pub platform: Platform,
    pub scopes: Scopes,
    pub nonce: Option<String>,
    pub challenge: Option<Challenge>,
    /// By the world's clock.
    pub expires: Timestamp,
    pub redeemed: bool,
}

/// What the redeemer must know the answer to.
#[derive(Clone, Debug)]
pub(super) struct Challenge {
    pub value: String,
    /// The value is a hash of the answer, and not the answer itself.
    pub hashed: bool,
}

impl Entra {
    /// Tokens for an authorization code.
    pub(super) fn redeem(
        &mut self,
        client: &Client,
        asked: &Asked,
        moment: Moment<'_>,
    ) -> Result<Value, Refusal> {
        let text = asked.needed("code")?;
        let redirect = asked.needed("redirect_uri")?;
        let verifier = asked.form.get("code_verifier");
        let code = self.codes.get(text).cloned().ok_or_else(|| {
            Refusal::grant(
                9_002_313,
                "Invalid request. Request is malformed or invalid.",
            )
        })?;
        code.check(client, redirect, verifier, moment.now)?;
        let tenant = self.directory.tenant(&asked.tenant);
        if !is_any(&asked.tenant) && tenant.is_none_or(|tenant| tenant.id != code.tenant) {
            return Err(Refusal::grant(
                700_005,
                "Provided Authorization Code is intended to use against other tenant, thus rejected.",
            ));
        }
        if code.platform == Platform::Web {
            client.must_be_confidential()?;
        }
        if let Some(kept) = self.codes.get_mut(text) {
            kept.redeemed = true;
        }
        let grant = self.first_grant(&code, client.confidential, moment);
        Ok(self.answer(grant, code.nonce.as_deref(), moment))
    }

    fn first_grant(&self, code: &Code, confidential: bool, moment: Moment<'_>) -> Grant {
        let spa = code.platform == Platform::Spa;
        let life = if spa {
            24 * 3_600
        } else {
            self.settings.refresh_seconds
        };
        Grant {
            account: code.account,
            tenant: code.tenant,
            client: code.client,
            scopes: code.scopes.clone(),
            confidential,
            spa,
            expires: moment.now + SignedDuration::from_secs(life),
            revoked: false,
        }
    }
}

impl Code {
    fn check(
        &self,
        client: &Client,
        redirect: &str,
        verifier: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if self.redeemed {
            return Err(Refusal::grant(
                54_005,
                "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
            ));
        }
        if self.client != client.id {
            return Err(Refusal::grant(
                70_000,
                "The provided value for the 'code' parameter is not valid. The code was issued to another application.",
            ));
        }
        if self.expires <= now {
            return Err(Refusal::grant(
                70_008,
                "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
            ));
        }
        if self.redirect != redirect {
            return Err(Refusal::client(
                500_112,
                format!(
                    "The reply address '{redirect}' does not match the reply address '{}' provided when requesting Authorization code.",
                    self.redirect
                ),
            ));
        }
        match (&self.challenge, verifier) {
            (Some(challenge), Some(verifier)) if challenge.is_answered_by(verifier) => Ok(()),
            (Some(_), Some(_)) => Err(Refusal::grant(
                501_481,
                "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
            )),
            (Some(_), None) => Err(Refusal::grant(
                50_148,
                "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.",
            )),
            (None, None) => Ok(()),
            (None, Some(_)) => Err(Refusal::grant(
                501_491,
                "A code_verifier was sent, and the authorization request had no code_challenge.",
            )),
        }
    }
}

impl Challenge {
    fn is_answered_by(&self, verifier: &str) -> bool {
        if self.hashed {
            self.value == hashed(verifier)
        } else {
            self.value == verifier
        }
    }
}
