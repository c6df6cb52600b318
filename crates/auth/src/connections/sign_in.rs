//! The sign-in of a person with a browser.
//!
//! What comes back is believed when its state was given to this browser, for this person, within ten minutes, and has not come
//! back before (FAULTS.md, M1). The state is spent by whoever shows it, rightly or not.

use std::time::Duration;

use credential::Answer;
use front::Ticket;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use store::connections::NewSignIn;
use url::Url;
use uuid::Uuid;

use super::Connections;
use crate::by::By;
use crate::grants::describe;
use crate::refusal::{Refusal, RefusalKind};
use crate::vault::Place;

/// How long a person may take at Microsoft.
const LIFE: Duration = Duration::from_mins(10);
/// Where people of any tenant sign in.
const ANY_TENANT: &str = "organizations";
const SECRET: &str = "sign_in";

/// What a sign-in is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInFor {
    /// A new connection.
    New,
    /// The connection of this name or guid, again.
    Again(String),
}

/// Where to sign in. Neither: at whichever tenant the person belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignInAt {
    /// A tenant, by guid or domain.
    pub tenant: Option<String>,
    /// The tenant of this organization.
    pub organization: Option<String>,
}

/// A sign-in that has begun.
#[derive(Clone, Debug)]
pub struct SignInBegun {
    /// Where the browser goes.
    pub url: Url,
    /// What the browser keeps as a cookie until it comes back.
    pub browser: Ticket,
}

/// What the browser came back with.
#[derive(Clone, Debug, Default)]
pub struct SignInAnswer {
    /// `state`.
    pub state: String,
    /// `code`.
    pub code: Option<SecretString>,
    /// `error`.
    pub error: String,
    /// `error_description`.
    pub error_description: String,
    /// `iss`.
    pub issuer: Option<String>,
}

/// How a sign-in ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInEnded {
    /// With this draft of a new connection.
    Draft(Uuid),
    /// This connection has signed in again.
    Again(Uuid),
}

/// What is kept sealed until the browser comes back.
#[derive(Serialize, Deserialize)]
struct Kept {
    verifier: String,
    nonce: String,
}

impl Connections {
    /// Begins a sign-in: the browser is to go to Microsoft.
    pub async fn sign_in_begin(
        &self,
        by: &By,
        purpose: SignInFor,
        at: SignInAt,
    ) -> Result<SignInBegun, Refusal> {
        let (connection, tenant) = self.sign_in_place(purpose, at, "entra_user").await?;
        let beginning = self.0.ways.sign_in(&tenant, &self.0.callback)?;
        let (id, browser) = (Uuid::new_v4(), Ticket::new());
        let kept = Kept {
            verifier: beginning.verifier.expose_secret().to_owned(),
            nonce: beginning.nonce,
        };
        let kept = serde_json::to_string(&kept).map_err(|_| foreign())?;
        let place = Place::alone(id, SECRET);
        let sealed = self.0.vault.seal(&place, &SecretString::from(kept))?;
        let new = NewSignIn {
            id,
            state_hash: &Ticket::shown(&beginning.state).hash(),
            browser_hash: &browser.hash(),
            person: by.id,
            connection,
            tenant: &tenant,
            key_id: &sealed.key_id,
            sealed: &sealed.sealed,
            life: LIFE,
        };
        self.0.store.sign_in_begin(&new).await?;
        Ok(SignInBegun {
            url: beginning.url,
            browser,
        })
    }

    /// The browser has come back. `browser` is what it kept.
    pub async fn sign_in_complete(
        &self,
        by: &By,
        answer: SignInAnswer,
        browser: &Ticket,
    ) -> Result<SignInEnded, Refusal> {
        let state = Ticket::shown(&answer.state).hash();
        let taken = self
            .0
            .store
            .sign_in_take(&state, &browser.hash(), by.id)
            .await?;
        let taken = taken.ok_or_else(foreign)?;
        if !answer.error.is_empty() {
            let declined = self
                .0
                .ways
                .declined(&answer.error, &answer.error_description);
            return Err(declined.into());
        }
        let code = answer.code.ok_or_else(foreign)?;
        let place = Place::alone(taken.id, SECRET);
        let kept = self.0.vault.unseal(&place, &taken.key_id, &taken.sealed)?;
        let kept: Kept = serde_json::from_str(kept.expose_secret()).map_err(|_| foreign())?;
        let signed_in = self
            .0
            .ways
            .redeem(Answer {
                code,
                issuer: answer.issuer,
                verifier: SecretString::from(kept.verifier),
                nonce: kept.nonce,
                tenant: taken.tenant,
                redirect: self.0.callback.clone(),
            })
            .await?;
        if let Some(connection) = taken.connection {
            self.reauthenticate_signed_in(by, connection, signed_in)
                .await?;
            return Ok(SignInEnded::Again(connection));
        }
        let draft = Uuid::new_v4();
        self.draft_keep(by, draft, signed_in).await?;
        Ok(SignInEnded::Draft(draft))
    }

    /// For which connection, and at which tenant.
    pub(super) async fn sign_in_place(
        &self,
        purpose: SignInFor,
        at: SignInAt,
        kind: &str,
    ) -> Result<(Option<Uuid>, String), Refusal> {
        let SignInFor::Again(name) = purpose else {
            return Ok((None, self.tenant(at).await?));
        };
        let connection = self.find(&name).await?;
        let description = describe(&connection.credential)?;
        super::reauthenticate::check_same_kind(&connection.name, &description, kind)?;
        let tenant = crate::azure::tenant_of(&description);
        let tenant = tenant.map_or_else(|| ANY_TENANT.to_owned(), |tenant| tenant.to_string());
        Ok((Some(connection.id), tenant))
    }

    async fn tenant(&self, at: SignInAt) -> Result<String, Refusal> {
        let given = |text: Option<String>| {
            text.map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
        };
        if let Some(tenant) = given(at.tenant) {
            return Ok(tenant);
        }
        let Some(organization) = given(at.organization) else {
            return Ok(ANY_TENANT.to_owned());
        };
        match self.0.azure.tenant(&organization).await? {
            Some(azdo::Tenant::Entra(tenant)) => Ok(tenant.to_string()),
            Some(azdo::Tenant::MicrosoftAccounts) => Err(Refusal::new(
                RefusalKind::Refused,
                "microsoft_account",
                "this organization belongs to Microsoft accounts, which sign-in with Microsoft Entra does not reach",
                "connect it with a personal access token of this organization",
            )),
            None => Ok(ANY_TENANT.to_owned()),
        }
    }
}

fn foreign() -> Refusal {
    Refusal::new(
        RefusalKind::Wrong,
        "foreign_sign_in",
        "this sign-in was not begun in this browser, or more than ten minutes ago, or has come back before",
        "begin again",
    )
}
