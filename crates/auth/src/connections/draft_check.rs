//! What could be read, before anything is saved.

use futures::stream::{self, StreamExt as _};
use preflight::{OrganizationCheck, OrganizationState};
use uuid::Uuid;

use super::Connections;
use super::add::check_names;
use crate::by::By;
use crate::given;
use crate::refusal::Refusal;

/// Organizations that are asked at once.
const AT_ONCE: usize = 4;

impl Connections {
    /// What whoever signed in can read of these organizations; of all that answer, if none is named. Nothing is kept.
    pub async fn draft_check(
        &self,
        by: &By,
        id: Uuid,
        organizations: Vec<String>,
    ) -> Result<Vec<OrganizationCheck>, Refusal> {
        let mut named = given::organizations(organizations)?;
        check_names(&named)?;
        let access = self.draft_access(by, id).await?;
        let asking = self
            .0
            .azure
            .with(&access.description, access.scheme, &access.token)
            .issued();
        if named.is_empty() {
            let reached = asking.discover().await?;
            named = reached
                .into_iter()
                .filter(|one| one.state == OrganizationState::Active)
                .map(|one| one.organization.name)
                .collect();
        }
        let asking = &asking;
        let checks = stream::iter(named)
            .map(|name| async move { asking.check(&name).await })
            .buffered(AT_ONCE)
            .filter_map(std::future::ready);
        Ok(checks.boxed().collect().await)
    }
}
