//! Checks one organization with few requests.

use azdo::{Client, ConnectionData, Project, User};

use crate::ask::{Failure, asked, within};
use crate::connection::{connect, evidence};
use crate::decide::{decide, decide_organization};
use crate::evidence::{Answer, Evidence, Licence, Question};
use crate::finding::{Finding, OrganizationCheck, OrganizationReference, ProjectCheck};
use crate::look::{Listing, Looks};
use crate::options::{Options, Proof};
use crate::rights::Rights;
use crate::state::{Domain, OrganizationState};

/// What the credential of `client` can read. Never fails: what goes wrong is a finding. `user` is
/// the way beyond one organization, for credentials of users only: it proves a credential that an
/// organization refuses.
///
/// It takes one request each for the connection, a thousand projects, the licence, 500 projects'
/// rights, and each of the four domains; more where these contradict one another or are refused.
pub async fn check(client: &Client, user: Option<&User>, options: &Options) -> OrganizationCheck {
    let requests = || client.requests() + user.map_or(0, User::requests);
    let before = requests();
    let mut check = carried_out(client, user, options).await;
    check.requests = u32::try_from(requests() - before).unwrap_or(u32::MAX);
    check
}

async fn carried_out(client: &Client, user: Option<&User>, options: &Options) -> OrganizationCheck {
    let connection = connect(client, user, options).await;
    let mut check = OrganizationCheck {
        organization: OrganizationReference {
            id: connection.data.as_ref().map(|data| data.instance_id),
            name: client.organization().to_string(),
        },
        state: connection.state,
        finding: connection.finding,
        projects: Vec::new(),
        requests: 0,
    };
    let Some(data) = connection.data else {
        return check;
    };
    // From here on the credential is proven.
    let options = Options {
        proof: Proof::Accepted,
        ..options.clone()
    };
    let (listed, licence) =
        futures::join!(projects(client, &options), licence(client, &data, &options));
    let (projects, state, finding) = listed;
    check.state = state;
    check.finding = finding;
    if !projects.is_empty() {
        check.projects = domains(client, projects, licence, &options).await;
    }
    check
}

/// The projects that the identity's own listing shows, and what that says of the organization.
async fn projects(
    client: &Client,
    options: &Options,
) -> (Vec<Project>, OrganizationState, Finding) {
    let read = within(options.patience, client.projects().items()).await;
    let read = read.map(|projects| {
        let mut whole: Vec<Project> = projects.into_iter().filter(is_well_formed).collect();
        whole.sort_by_cached_key(|project| project.name.as_deref().map(str::to_lowercase));
        whole
    });
    let answer = match &read {
        Ok(projects) => Answer::Shown(projects.len()),
        Err(failure) => failure.answer(),
    };
    let asked = asked("GET", client.organization(), "_apis/projects");
    let evidence = evidence(client, options, Question::Projects, &asked, answer);
    let (state, finding) = (decide_organization(&evidence), decide(&evidence));
    (read.unwrap_or_default(), state, finding)
}

/// Administrators are shown deleted projects too, and everybody those that are being deleted.
fn is_well_formed(project: &Project) -> bool {
    project
        .state
        .as_ref()
        .is_none_or(|state| state.eq_ignore_ascii_case("wellFormed"))
}

/// Our own access level. Mostly for administrators only: a refusal is no finding.
async fn licence(client: &Client, data: &ConnectionData, options: &Options) -> Licence {
    let Some(user) = &data.authenticated_user else {
        return Licence::Unknown;
    };
    match within(options.patience, client.entitlement(user)).await {
        Ok(Some(entitlement)) if entitlement.is_stakeholder() => Licence::Stakeholder,
        Ok(Some(_)) => Licence::Enough,
        Ok(None) | Err(Failure::Refused(_) | Failure::Silence) => Licence::Unknown,
    }
}

/// What was seen of all domains.
struct Seen {
    rights: Rights,
    boards: Looks,
    pipelines: Looks,
    repositories: Listing,
    git: Looks,
    folders: Listing,
    /// Whether rights to folders in TFVC are given where there is no folder. If not, a project that
    /// uses Git alone looks like one whose folder is hidden.
    are_given_without_folder: bool,
}

async fn domains(
    client: &Client,
    projects: Vec<Project>,
    licence: Licence,
    options: &Options,
) -> Vec<ProjectCheck> {
    let mut rights = Rights::read(client, &projects, options).await;
    let (repositories, folders) = futures::join!(
        Listing::of_repositories(client, options),
        Listing::of_folders(client, &projects, options)
    );
    let boards = Looks::take(client, Domain::Boards, &projects, &mut rights, options).await;
    let pipelines = Looks::take(client, Domain::Pipelines, &projects, &mut rights, options).await;
    let git = if repositories.is_to_be_asked_project_by_project() {
        Looks::take(client, Domain::Git, &projects, &mut rights, options).await
    } else {
        repositories
            .follow_up(client, &projects, &mut rights, options)
            .await
    };
    // Where the licence may not be read, a refusal may name it.
    let licence = match licence {
        Licence::Unknown if pipelines.name_the_licence() => Licence::Stakeholder,
        known => known,
    };
    let are_given_without_folder = projects.iter().any(|project| {
        matches!(folders.answer(project.id), Answer::NotListed { .. })
            && rights.of(project.id, Domain::Tfvc) == Some(true)
    });
    let seen = Seen {
        rights,
        boards,
        pipelines,
        repositories,
        git,
        folders,
        are_given_without_folder,
    };
    let checked = projects.into_iter().map(|project| {
        let cell = |domain| {
            (
                domain,
                seen.decide(client, &project, domain, licence, options),
            )
        };
        let domains = [
            cell(Domain::Boards),
            cell(Domain::Git),
            cell(Domain::Pipelines),
            cell(Domain::Tfvc),
        ];
        ProjectCheck {
            id: project.id,
            name: project.name.unwrap_or_else(|| project.id.to_string()),
            domains,
        }
    });
    checked.collect()
}

impl Seen {
    fn answer(&self, project: &Project, domain: Domain) -> (Answer<'_>, String) {
        let id = project.id;
        match domain {
            Domain::Boards => {
                let path = format!("{id}/_apis/wit/classificationnodes/areas");
                (self.boards.answer(id), path)
            }
            Domain::Pipelines => {
                let path = format!("{id}/_apis/build/definitions");
                (self.pipelines.answer(id), path)
            }
            Domain::Tfvc => (self.folders.answer(id), "_apis/tfvc/items".to_owned()),
            Domain::Git => {
                let listed = self.repositories.answer(id);
                // An empty list for one project adds nothing to the list of all.
                match self.git.answer(id) {
                    _ if !self.git.has_asked(id)
                        && !self.repositories.is_to_be_asked_project_by_project() =>
                    {
                        (listed, "_apis/git/repositories".to_owned())
                    }
                    Answer::Shown(0) | Answer::NotAsked => {
                        (listed, "_apis/git/repositories".to_owned())
                    }
                    own => (own, format!("{id}/_apis/git/repositories")),
                }
            }
        }
    }

    fn decide(
        &self,
        client: &Client,
        project: &Project,
        domain: Domain,
        licence: Licence,
        options: &Options,
    ) -> Finding {
        let organization = client.organization();
        let (answer, path) = self.answer(project, domain);
        let means_nothing = domain == Domain::Tfvc
            && matches!(answer, Answer::NotListed { .. })
            && !self.are_given_without_folder;
        let right = self
            .rights
            .of(project.id, domain)
            .filter(|_| !means_nothing);
        let mut questions = Vec::new();
        if right.is_some() {
            let path = "_apis/security/permissionevaluationbatch";
            questions.push(asked("POST", organization, path));
        }
        if !matches!(answer, Answer::NotAsked | Answer::ShownElsewhere(_)) {
            questions.push(asked("GET", organization, &path));
        }
        let is_public = project.visibility.as_deref() == Some("public");
        decide(&Evidence {
            project: Some(project.id),
            right,
            licence,
            is_public,
            ..evidence(
                client,
                options,
                Question::Domain(domain),
                &questions.join(", "),
                answer,
            )
        })
    }
}
