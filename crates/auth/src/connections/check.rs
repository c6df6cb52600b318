//! Checks what a connection can read, keeps it, and has read anew what was hidden.

use std::collections::HashSet;
use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use jiff::SignedDuration;
use preflight::{Finding, OrganizationCheck, OrganizationState, State as Found};
use store::connections::{self as stored, Became, Check, NewCheck, Organization};
use uuid::Uuid;

use super::Connections;
use crate::azure::{Asking, organization, organization_of};
use crate::by::By;
use crate::grants::standing;
use crate::refusal::Refusal;
use crate::view::Checked;

/// Organizations that are asked at once.
const AT_ONCE: usize = 4;
/// Whoever asks over HTTP is not kept waiting for longer than a minute.
const WAITED: Duration = Duration::from_secs(35);
/// When the next look is due.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// The same where an organization is not read: it may be any time.
const SOON: SignedDuration = SignedDuration::from_hours(1);

impl Connections {
    /// Checks at once what a connection can read. A grant that was thought dead is tried.
    pub async fn check(&self, by: &By, name: &str) -> Result<Checked, Refusal> {
        let connection = self.find(name).await?;
        let entry = self.entry(by, "connection.check", &connection.name, "");
        self.0.store.audit_add(&entry).await?;
        let asking = self.asking(&connection).await?;
        self.examine_while_waited(&connection, &asking, true)
            .await?;
        self.checked(connection.id).await
    }

    /// The same, by nobody's wish.
    pub(crate) async fn look_at(&self, connection: &stored::Connection) -> Result<(), Refusal> {
        let asking = self.asking(connection).await?;
        self.examine(connection, &asking, true).await
    }

    async fn asking(&self, connection: &stored::Connection) -> Result<Asking, Refusal> {
        let access = self
            .0
            .grants
            .access(connection.id, standing(connection))
            .await?;
        let azure = &self.0.azure;
        Ok(azure.with(&access.description, access.scheme, &access.token))
    }

    /// Examines for as long as somebody waits; a look finds the rest.
    pub(super) async fn examine_while_waited(
        &self,
        connection: &stored::Connection,
        asking: &Asking,
        discover: bool,
    ) -> Result<(), Refusal> {
        let examined = self.examine(connection, asking, discover);
        match tokio::time::timeout(WAITED, examined).await {
            Ok(examined) => examined,
            Err(_) => Ok(self.0.store.look_soon(connection.id).await?),
        }
    }

    /// Asks, and keeps what was found. With `discover`, organizations that have appeared join one that covers all.
    pub(super) async fn examine(
        &self,
        connection: &stored::Connection,
        asking: &Asking,
        discover: bool,
    ) -> Result<(), Refusal> {
        let mut organizations = connection.organizations.clone();
        if discover && connection.all_organizations && asking.lists() {
            let known: HashSet<Uuid> = organizations.iter().map(|known| known.id).collect();
            let reached = asking.discover().await?;
            let new = reached.iter().filter_map(organization);
            organizations.extend(new.filter(|new| !known.contains(&new.id)));
        }
        let checks: Vec<(Organization, OrganizationCheck)> = stream::iter(organizations)
            .map(|known| async move {
                let check = asking.check(&known.name).await;
                check.map(|check| (known, check))
            })
            .buffered(AT_ONCE)
            .filter_map(std::future::ready)
            .boxed()
            .collect()
            .await;
        let mut all_active = true;
        for (known, check) in checks {
            self.keep(connection, &known, &check).await?;
            all_active &= check.state == OrganizationState::Active;
        }
        let next = if all_active { DAY } else { SOON };
        Ok(self.0.store.look_done(connection.id, next).await?)
    }

    async fn keep(
        &self,
        connection: &stored::Connection,
        known: &Organization,
        check: &OrganizationCheck,
    ) -> Result<(), Refusal> {
        let store = &self.0.store;
        let standing = still(known, check);
        store
            .connection_organizations(connection.id, &[standing])
            .await?;
        // What could not be listed says nothing of the projects.
        if check.finding.state != Found::Readable {
            return Ok(());
        }
        let former = store.check_list(connection.id).await?;
        let mut found = cells(check);
        found.extend(vanished(known.id, check, former));
        let changes = store
            .check_save(connection.id, known.id, &check.organization.name, &found)
            .await?;
        for change in &changes {
            tell(&connection.name, &check.organization.name, change);
        }
        Ok(())
    }
}

/// How an organization stands by a check. One that did not answer is what it was: it may have been the way to it, and feeds
/// find out by themselves.
fn still(known: &Organization, check: &OrganizationCheck) -> Organization {
    if check.state == OrganizationState::Unreachable {
        return known.clone();
    }
    let found = organization_of(check).unwrap_or_else(|| Organization {
        state: check.state.as_str().to_owned(),
        explanation: check.finding.answered.clone(),
        remedy: check.finding.remedy.clone(),
        link: check.finding.link.clone(),
        ..known.clone()
    });
    // Another organization may have taken the name: what is kept is keyed by the id.
    Organization {
        id: known.id,
        ..found
    }
}

fn cells(check: &OrganizationCheck) -> Vec<NewCheck> {
    let mut cells = Vec::new();
    for project in &check.projects {
        for (domain, finding) in &project.domains {
            cells.push(cell(project.id, &project.name, domain.as_str(), finding));
        }
    }
    cells
}

fn cell(project: Uuid, name: &str, domain: &str, finding: &Finding) -> NewCheck {
    NewCheck {
        project,
        project_name: name.to_owned(),
        domain: domain.to_owned(),
        state: finding.state.as_str().to_owned(),
        asked: finding.asked.clone(),
        answered: finding.answered.clone(),
        remedy: finding.remedy.clone(),
        link: finding.link.clone(),
    }
}

/// Projects that were listed and no longer are. Whether they are gone or hidden nobody tells; their rows stay.
fn vanished(organization: Uuid, check: &OrganizationCheck, former: Vec<Check>) -> Vec<NewCheck> {
    let listed: HashSet<Uuid> = check.projects.iter().map(|project| project.id).collect();
    former
        .into_iter()
        .filter(|cell| cell.organization == organization)
        .filter(|cell| !listed.contains(&cell.found.project))
        .map(|cell| NewCheck {
            state: Found::NoPermission.as_str().to_owned(),
            asked: "GET /_apis/projects".to_owned(),
            answered: "the project is not listed any more; what was read of it is kept".to_owned(),
            remedy: "If there still is the project, have the identity added to its Readers."
                .to_owned(),
            link: String::new(),
            ..cell.found
        })
        .collect()
}

fn tell(connection: &str, organization: &str, change: &Became) {
    let Became {
        project_name,
        domain,
        from,
        to,
        ..
    } = change;
    if change.is_filled {
        tracing::info!(
            "{domain} of {organization}/{project_name} became readable for the connection `{connection}` and is read from the beginning"
        );
    } else {
        tracing::info!(
            "{domain} of {organization}/{project_name} went from `{from}` to `{to}` for the connection `{connection}`; its rows are kept"
        );
    }
}
