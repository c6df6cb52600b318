//! What one job covers, as a reader sees it.

use uuid::Uuid;
use wire::proto::control::v1;

/// What a job covers. Ids are what requests are made with; names are for showing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Organization guid.
    pub organization: Uuid,
    /// Organization name, which addresses need.
    pub organization_name: String,
    /// Project, when the job covers one.
    pub project: Option<Uuid>,
    /// Repository, when the job covers one.
    pub repository: Option<Uuid>,
}

/// A job whose scope makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("the job's scope has no valid {0}")]
pub struct ScopeError(&'static str);

impl Scope {
    /// Reads the scope of a job.
    pub fn read(scope: Option<&v1::Scope>) -> Result<Self, ScopeError> {
        let scope = scope.ok_or(ScopeError("organization"))?;
        let id = |text: &str, what| match text {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| ScopeError(what)),
        };
        Ok(Self {
            organization: id(&scope.organization_id, "organization")?
                .ok_or(ScopeError("organization"))?,
            organization_name: scope.organization_name.clone(),
            project: id(&scope.project_id, "project")?,
            repository: id(&scope.repository_id, "repository")?,
        })
    }

    /// The project's guid as records carry it; empty when the job covers an organization.
    pub fn project_id(&self) -> String {
        self.project.map_or_else(String::new, |id| id.to_string())
    }

    /// The repository's guid as records carry it; empty when the job covers none.
    pub fn repository_id(&self) -> String {
        self.repository
            .map_or_else(String::new, |id| id.to_string())
    }
}
