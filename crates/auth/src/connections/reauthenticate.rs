//! Signs a connection in again: by the same kind of credential, and nothing else about it changes.

use credential::{Description, SignedIn};
use preflight::OrganizationState;
use store::connections::{self as stored, SealedSecret};
use uuid::Uuid;

use super::draft::{REFRESH_TOKEN, access_of};
use super::{Connections, unknown};
use crate::azure::Asking;
use crate::by::By;
use crate::given::Given;
use crate::grants::{Access, describe, value};
use crate::refusal::{Refusal, RefusalKind};
use crate::vault::Place;
use crate::view::Checked;

impl Connections {
    /// Takes another secret for a connection, and checks what it can read.
    pub async fn reauthenticate(
        &self,
        by: &By,
        name: &str,
        given: Given,
    ) -> Result<Checked, Refusal> {
        let connection = self.find(name).await?;
        if let Given::Draft { draft } = given {
            return self.take_draft(by, &connection, draft).await;
        }
        let (access, secret) = self.try_given(connection.id, given).await?;
        self.replace(by, &connection, &access, secret).await?;
        self.checked(connection.id).await
    }

    /// A person has signed in for a connection.
    pub(super) async fn reauthenticate_signed_in(
        &self,
        by: &By,
        id: Uuid,
        signed_in: SignedIn,
    ) -> Result<(), Refusal> {
        let connection = self.find(&id.to_string()).await?;
        let credential = value(&signed_in.description)?;
        let place = Place::of(id, REFRESH_TOKEN, &credential);
        let secret = self.0.vault.seal(&place, &signed_in.refresh_token)?;
        self.replace(by, &connection, &access_of(signed_in), Some(secret))
            .await
    }

    /// A draft's secret is sealed for the draft: it is opened, and sealed for the connection.
    async fn take_draft(
        &self,
        by: &By,
        connection: &stored::Connection,
        draft: Uuid,
    ) -> Result<Checked, Refusal> {
        let access = self.draft_access(by, draft).await?;
        let kept = self.0.store.draft_of(draft, by.id).await?;
        let kept = kept.ok_or_else(super::draft::gone)?;
        let secret = self
            .0
            .vault
            .unseal_of(draft, &kept.credential, &kept.secret)?;
        let place = Place::of(connection.id, &kept.secret.name, &kept.credential);
        let secret = self.0.vault.seal(&place, &secret)?;
        self.replace(by, connection, &access, Some(secret)).await?;
        self.checked(connection.id).await
    }

    async fn replace(
        &self,
        by: &By,
        connection: &stored::Connection,
        access: &Access,
        secret: Option<SealedSecret>,
    ) -> Result<(), Refusal> {
        let former = describe(&connection.credential)?;
        check_same_kind(&connection.name, &former, access.description.kind())?;
        let asking = self
            .0
            .azure
            .with(&access.description, access.scheme, &access.token)
            .issued();
        check_reach(&asking, connection).await?;
        let credential = value(&access.description)?;
        let entry = self.entry(
            by,
            "connection.reauthenticate",
            &connection.name,
            access.description.label(),
        );
        let replaced = self
            .0
            .store
            .connection_reauthenticate(
                connection.id,
                &credential,
                access.description.expires_on(),
                secret.as_ref(),
                &entry,
            )
            .await?;
        if !replaced {
            return Err(unknown(&connection.name));
        }
        tracing::info!(connection.id = %connection.id, "the connection `{}` has signed in again", connection.name);
        let connection = self.find(&connection.id.to_string()).await?;
        self.examine_while_waited(&connection, &asking, true).await
    }
}

pub(super) fn check_same_kind(name: &str, former: &Description, kind: &str) -> Result<(), Refusal> {
    if former.kind() == kind {
        return Ok(());
    }
    Err(Refusal::wrong(
        format!(
            "the connection `{name}` signs in by `{}`, and this is `{kind}`",
            former.kind()
        ),
        "give a credential of the same kind, or make another connection",
    ))
}

/// Somebody else's sign-in, or a token of another organization, must not take the place of one that worked.
async fn check_reach(asking: &Asking, connection: &stored::Connection) -> Result<(), Refusal> {
    let mut words = Vec::new();
    let mut is_passing = !connection.organizations.is_empty();
    for organization in &connection.organizations {
        let Some(reached) = asking.reach(&organization.name).await else {
            continue;
        };
        if reached.state == OrganizationState::Active {
            return Ok(());
        }
        is_passing &= reached.state == OrganizationState::Unreachable;
        words.push(format!(
            "{}: {}",
            organization.name, reached.finding.answered
        ));
    }
    let kind = if is_passing {
        RefusalKind::Later
    } else {
        RefusalKind::Refused
    };
    Err(Refusal::new(
        kind,
        "wrong_identity",
        format!(
            "this reaches none of the organizations of the connection `{}`: {}",
            connection.name,
            words.join("; ")
        ),
        "sign in as somebody who is a member, or make another connection",
    ))
}
