//! What stands between somebody and a part of a project: rights, the licence, and what is switched off.

use std::{collections::HashSet, sync::Arc};

use uuid::Uuid;

use super::{Kind, Organization, User};
use crate::refusal::{Content, Refusal};

/// A part of a project that has rights of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Domain {
    Boards,
    Git,
    Pipelines,
    Tfvc,
}

/// The access level of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Licence {
    Basic,
    /// Boards, and no code; of private projects no pipelines either.
    Stakeholder,
    /// Basic + Test Plans.
    Advanced,
    /// A Visual Studio subscription.
    Subscriber,
}

/// Whose access levels somebody may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entitlements {
    All,
    Own,
    None,
}

impl Domain {
    const ALL: [Self; 4] = [Self::Boards, Self::Git, Self::Pipelines, Self::Tfvc];

    /// What the control API calls it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Boards => "boards",
            Self::Git => "git",
            Self::Pipelines => "pipelines",
            Self::Tfvc => "tfvc",
        }
    }

    /// The domain of this name.
    pub fn called(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|domain| domain.word() == word)
    }

    /// The feature that shows it; code of both kinds is one.
    pub fn feature(self) -> &'static str {
        match self {
            Self::Boards => "ms.vss-work.agile",
            Self::Git | Self::Tfvc => "ms.vss-code.version-control",
            Self::Pipelines => "ms.vss-build.pipelines",
        }
    }

    /// The domain that a route belongs to.
    pub fn of_route(template: &str) -> Option<Self> {
        let mut parts = template.split('/');
        let area = parts.find(|part| ["_apis", "_git"].contains(part))?;
        match (area, parts.next()?) {
            ("_git", _) | (_, "git" | "policy") => Some(Self::Git),
            (_, "build" | "pipelines") => Some(Self::Pipelines),
            (_, "wit" | "work") => Some(Self::Boards),
            (_, "tfvc") => Some(Self::Tfvc),
            _ => None,
        }
    }
}

impl Licence {
    /// What the control API calls it: the service's own word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Basic => "express",
            Self::Stakeholder => "stakeholder",
            Self::Advanced => "advanced",
            Self::Subscriber => "enterprise",
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Basic => "Basic",
            Self::Stakeholder => "Stakeholder",
            Self::Advanced => "Basic + Test Plans",
            Self::Subscriber => "Visual Studio Enterprise subscription",
        }
    }

    /// The licence of this word.
    pub fn called(word: &str) -> Option<Self> {
        [
            Self::Basic,
            Self::Stakeholder,
            Self::Advanced,
            Self::Subscriber,
        ]
        .into_iter()
        .find(|licence| licence.word() == word)
    }

    fn covers(self, domain: Domain) -> bool {
        self != Self::Stakeholder || domain == Domain::Boards
    }
}

impl User {
    /// This user as a domain meets them: what is closed to them there they do not read.
    pub fn within(self: &Arc<Self>, domain: Domain, organization: &Organization) -> Arc<Self> {
        let closed: HashSet<Uuid> = organization
            .projects
            .iter()
            .filter(|project| {
                !self.licence.covers(domain)
                    || self.withheld.contains(&(project.id, domain))
                    || organization.is_shut(project.id, domain)
            })
            .map(|project| project.id)
            .collect();
        if closed.is_empty() {
            return Arc::clone(self);
        }
        Arc::new(Self {
            closed,
            ..Self::clone(self)
        })
    }

    /// True where the user has the right to read a domain of a project, whatever the licence says.
    pub fn has_right(&self, project: Uuid, domain: Domain) -> bool {
        self.enters(project) && !self.withheld.contains(&(project, domain))
    }

    /// True for those who may change anything.
    pub fn administers(&self) -> bool {
        self.kind == Kind::Person && self.role == "administrator"
    }
}

impl Organization {
    /// True where a switched-off service does not answer. Boards and pipelines go on answering; it is
    /// their pages that are gone.
    pub fn is_shut(&self, project: Uuid, domain: Domain) -> bool {
        matches!(domain, Domain::Git | Domain::Tfvc) && self.is_off(project, domain)
    }

    /// True where the service was switched off in the project's settings.
    pub fn is_off(&self, project: Uuid, domain: Domain) -> bool {
        self.switched_off.contains(&(project, domain.feature()))
    }

    /// Refuses a request below a project before its domain is asked, where the service does not answer by an empty list.
    pub fn check_open(&self, user: &User, project: &str, domain: Domain) -> Result<(), Refusal> {
        let Some(project) = self
            .project(project)
            .filter(|project| user.enters(project.id))
        else {
            return Ok(());
        };
        if self.is_shut(project.id, domain) {
            return Err(Refusal::service_off(&project.name));
        }
        if domain == Domain::Pipelines && !user.licence.covers(domain) {
            return Err(Refusal::licence_too_low(&user.identity.unique_name));
        }
        Ok(())
    }
}

impl Refusal {
    /// 404 for a service that was switched off. No recording of it is public: the text is ours.
    fn service_off(project: &str) -> Self {
        Self::typed(
            404,
            "Microsoft.VisualStudio.Services.WebApi.FeatureDisabledException",
            "Microsoft.VisualStudio.Services.WebApi",
            &format!("The service is disabled for the project {project}."),
        )
    }

    /// 403 for somebody whose licence does not have it. No recording of it is public: the text is ours.
    fn licence_too_low(user: &str) -> Self {
        Self::typed(
            403,
            "Microsoft.TeamFoundation.Build.WebApi.AccessDeniedException",
            "Microsoft.TeamFoundation.Build2.WebApi",
            &format!(
                "Access denied. {user} has Stakeholder access, and needs at least Basic access to perform the action. For more information, contact the Azure DevOps Server administrator."
            ),
        )
    }

    /// 403 for what only administrators of the organization read.
    pub fn administrators_only() -> Self {
        Self::typed(
            403,
            "Microsoft.VisualStudio.Services.Security.AccessCheckException",
            "Microsoft.VisualStudio.Services.WebApi",
            "VS403403: Access Denied: the identity needs the following permission(s) on the resource Entitlements to perform this action: Read",
        )
    }

    /// 401 with an empty body and a challenge for a PAT: what says nothing.
    pub fn empty_challenge(realm: &str) -> Self {
        Self::bare(401, Content::Nothing).header(
            "www-authenticate",
            format!("Basic realm=\"https://{realm}/\""),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_belong_to_domains() {
        for (template, expected) in [
            (
                "/azure-devops/{organization}/{project}/_apis/build/builds",
                Some(Domain::Pipelines),
            ),
            (
                "/azure-devops/{organization}/{project}/_git/{repository}/{service}",
                Some(Domain::Git),
            ),
            (
                "/azure-devops/{organization}/_apis/wit/fields",
                Some(Domain::Boards),
            ),
            ("/azure-devops/{organization}/_apis/projects", None),
            ("/azure-devops/{organization}/_apis", None),
        ] {
            assert_eq!(Domain::of_route(template), expected, "{template}");
        }
    }
}
