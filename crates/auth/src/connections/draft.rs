//! Drafts: a person has signed in, and not yet saved the connection. Only they see it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use credential::SignedIn;
use jiff::Timestamp;
use serde::Serialize;
use store::connections::NewDraft;
use tokio::time::Instant;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Connections;
use crate::by::By;
use crate::grants::{Access, describe, value};
use crate::refusal::Refusal;
use crate::vault::Place;
use crate::view::{Credential, Organization};

/// How long a draft is kept.
const LIFE: Duration = Duration::from_hours(1);
/// An access token with less of its life left is not used any more.
const MARGIN: Duration = Duration::from_mins(2);
/// Of the secret of a person's sign-in.
pub(super) const REFRESH_TOKEN: &str = "refresh_token";

/// A draft, as its person sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Draft {
    /// Its id, and that of the connection that it becomes.
    pub id: Uuid,
    /// Who signed in.
    pub credential: Credential,
    /// When it is forgotten.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// Access tokens of drafts, so that a page that is loaded twice does not ask Microsoft twice. What is not here is got anew.
#[derive(Debug, Default)]
pub(crate) struct Opened(Mutex<HashMap<Uuid, (Access, Instant)>>);

impl Opened {
    fn get(&self, id: Uuid) -> Option<Access> {
        let mut opened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        opened.retain(|_, (_, until)| *until > Instant::now());
        opened.get(&id).map(|(access, _)| access.clone())
    }

    pub(super) fn forget(&self, id: Uuid) {
        let mut opened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        opened.remove(&id);
    }

    fn put(&self, id: Uuid, access: Access) {
        let life = access.ends_in.unwrap_or_default().saturating_sub(MARGIN);
        let until = Instant::now() + life.min(LIFE);
        let mut opened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        opened.insert(id, (access, until));
    }
}

impl Connections {
    /// A draft of this person.
    pub async fn draft(&self, by: &By, id: Uuid) -> Result<Draft, Refusal> {
        let draft = self.0.store.draft_of(id, by.id).await?.ok_or_else(gone)?;
        Ok(Draft {
            id,
            credential: Credential::of(&draft.credential, self.now()),
            expires_at: draft.expires_at,
        })
    }

    /// The organizations that whoever signed in can list, by name, each with its state.
    pub async fn draft_organizations(
        &self,
        by: &By,
        id: Uuid,
    ) -> Result<Vec<Organization>, Refusal> {
        let access = self.draft_access(by, id).await?;
        let asking = self
            .0
            .azure
            .with(&access.description, access.scheme, &access.token)
            .issued();
        let reached = asking.discover().await?;
        Ok(reached.into_iter().map(Organization::reached).collect())
    }

    /// Keeps what somebody signed in for, as a draft of theirs.
    pub(super) async fn draft_keep(
        &self,
        by: &By,
        id: Uuid,
        signed_in: SignedIn,
    ) -> Result<(), Refusal> {
        let credential = value(&signed_in.description)?;
        let place = Place::of(id, REFRESH_TOKEN, &credential);
        let secret = self.0.vault.seal(&place, &signed_in.refresh_token)?;
        let draft = NewDraft {
            id,
            person: by.id,
            credential: &credential,
            secret: &secret,
            life: LIFE,
        };
        self.0.store.draft_add(&draft).await?;
        self.0.drafts.put(id, access_of(signed_in));
        Ok(())
    }

    /// A token of whoever signed in.
    pub(super) async fn draft_access(&self, by: &By, id: Uuid) -> Result<Access, Refusal> {
        let draft = self.0.store.draft_of(id, by.id).await?.ok_or_else(gone)?;
        if let Some(access) = self.0.drafts.get(id) {
            return Ok(access);
        }
        let description = describe(&draft.credential)?;
        let secret = self
            .0
            .vault
            .unseal_of(id, &draft.credential, &draft.secret)?;
        let granted = self
            .0
            .ways
            .open(&description, Some(secret))?
            .grant()
            .await?;
        if let Some(renewed) = &granted.renewed {
            let place = Place::of(id, &draft.secret.name, &draft.credential);
            let renewed = self.0.vault.seal(&place, renewed)?;
            self.0
                .store
                .draft_renew(id, &draft.secret, &renewed)
                .await?;
        }
        let access = Access {
            description,
            scheme: granted.scheme,
            token: granted.token,
            generation: 0,
            ends_in: granted.expires_in,
        };
        self.0.drafts.put(id, access.clone());
        Ok(access)
    }
}

pub(super) fn access_of(signed_in: SignedIn) -> Access {
    Access {
        description: signed_in.description,
        scheme: signed_in.granted.scheme,
        token: signed_in.granted.token,
        generation: 0,
        ends_in: signed_in.granted.expires_in,
    }
}

pub(super) fn gone() -> Refusal {
    Refusal::not_found(
        "there is no such sign-in: it was saved, or more than an hour has passed",
        "sign in again",
    )
}
