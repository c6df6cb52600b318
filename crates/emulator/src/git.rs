//! Git repositories and pull requests: real bare repositories, served by git's own program, and the REST API around them.

mod change;
mod change_pull_request;
mod change_repository;
mod changed_files;
mod copy;
mod draft;
mod files;
mod import;
mod log;
mod make;
mod program;
mod proposals;
mod pull_request;
mod repository;
mod review;
mod serve_commits;
mod serve_pull_request;
mod serve_pull_requests;
mod serve_pushes;
mod serve_refs;
mod serve_repositories;
mod smart_http;
mod story;
mod thread;
mod truth;
mod words;

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State},
    response::Response,
    routing,
};
use uuid::Uuid;

use self::{program::Workshop, pull_request::PullRequest};
use crate::{
    auth,
    context::{Context, get, post},
    emulator::Emulator,
    organization::{Domain, Identity, Project},
    random::Random,
    refusal::Refusal,
    routes::{AZURE_DEVOPS, Routes},
    world::World,
};

pub use self::{
    change::{change, random_change},
    repository::Repository,
    truth::{ENTITIES, truth},
};

pub(crate) use self::words::title;

/// Somebody in the records of this domain and of pipelines.
pub type Actor = Arc<Identity>;

/// This domain's part of the world.
#[derive(Debug)]
pub struct GitWorld {
    workshop: Arc<Workshop>,
    /// Everybody who acts, and last the service itself.
    pub people: Vec<Actor>,
    pub repositories: Vec<Repository>,
    /// By id.
    pull_requests: Vec<PullRequest>,
    random: Random,
}

impl GitWorld {
    fn new(
        workshop: Arc<Workshop>,
        people: Vec<Actor>,
        repositories: Vec<Repository>,
        pull_requests: Vec<PullRequest>,
        random: Random,
    ) -> Self {
        Self {
            workshop,
            people,
            repositories,
            pull_requests,
            random,
        }
    }

    /// A repository by its id.
    pub fn repository(&self, id: Uuid) -> Option<&Repository> {
        self.repositories
            .iter()
            .find(|repository| repository.id == id)
    }

    /// A repository that is there, by its id or, within a project, by its name.
    fn find(&self, project: Option<Uuid>, name_or_id: &str) -> Option<&Repository> {
        let id = Uuid::parse_str(name_or_id).ok();
        let named = |repository: &Repository| {
            project == Some(repository.project)
                && repository.name.to_lowercase() == name_or_id.to_lowercase()
        };
        self.repositories
            .iter()
            .filter(|repository| {
                repository.exists() && project.is_none_or(|project| project == repository.project)
            })
            .find(|repository| Some(repository.id) == id || named(repository))
    }

    /// The pull requests of a repository, with the merges that were tried or made.
    pub(crate) fn proposals(&self, repository: Uuid) -> Vec<(i64, Option<String>)> {
        self.pull_requests_of(repository)
            .map(|found| (found.id, found.merge_commit.clone()))
            .collect()
    }

    /// Who writes down what happens by itself.
    fn system(&self) -> &Actor {
        &self.people[self.people.len() - 1]
    }

    /// The pull requests of a repository, by id.
    fn pull_requests_of(&self, repository: Uuid) -> impl Iterator<Item = &PullRequest> {
        self.pull_requests
            .iter()
            .filter(move |pull_request| pull_request.repository == repository)
    }
}

/// This domain's endpoints.
pub fn routes(routes: Routes) -> Routes {
    let routes = routes
        .either("/git/repositories", get(serve_repositories::list))
        .either(
            "/git/repositories/{repository}",
            get(serve_repositories::one),
        )
        .either("/git/deletedrepositories", get(serve_repositories::deleted))
        .either(
            "/git/recyclebin/repositories",
            get(serve_repositories::recycle_bin),
        );
    let below = |path: &str| format!("/git/repositories/{{repository}}{path}");
    let routes = routes
        .either(&below("/refs"), get(serve_refs::list))
        .either(
            &below("/annotatedtags/{object}"),
            get(serve_refs::annotated_tag),
        )
        .either(
            &below("/stats/branches"),
            get(serve_refs::branch_statistics),
        )
        .either(&below("/commits"), get(serve_commits::list))
        .either(&below("/commitsbatch"), post(serve_commits::batch))
        .either(&below("/commits/{commit}"), get(serve_commits::one))
        .either(
            &below("/commits/{commit}/changes"),
            get(serve_commits::changes),
        )
        .either(&below("/pushes"), get(serve_pushes::list))
        .either(&below("/pushes/{push}"), get(serve_pushes::one));
    let pull_request = |path: &str| {
        format!("/git/repositories/{{repository}}/pullrequests/{{pull_request}}{path}")
    };
    routes
        .project("/git/pullrequests", get(serve_pull_requests::of_project))
        .either(
            &below("/pullrequests"),
            get(serve_pull_requests::of_repository),
        )
        .either(
            "/git/pullrequests/{pull_request}",
            get(serve_pull_request::one),
        )
        .either(&pull_request(""), get(serve_pull_request::one))
        .either(&pull_request("/threads"), get(serve_pull_request::threads))
        .either(
            &pull_request("/threads/{thread}"),
            get(serve_pull_request::thread),
        )
        .either(
            &pull_request("/iterations"),
            get(serve_pull_request::iterations),
        )
        .either(
            &pull_request("/iterations/{iteration}/changes"),
            get(serve_pull_request::iteration_changes),
        )
        .either(&pull_request("/commits"), get(serve_pull_request::commits))
        .either(
            &pull_request("/statuses"),
            get(serve_pull_request::statuses),
        )
        .either(
            &pull_request("/reviewers"),
            get(serve_pull_request::reviewers),
        )
        .either(&pull_request("/labels"), get(serve_pull_request::labels))
        .either(
            &pull_request("/workitems"),
            get(serve_pull_request::work_items),
        )
        .raw(
            &format!(
                "{AZURE_DEVOPS}/{{organization}}/{{project}}/_git/{{repository}}/{{*service}}"
            ),
            routing::get(remote).post(remote),
        )
        // Where project and repository have one name, addresses have it once.
        .raw(
            &format!("{AZURE_DEVOPS}/{{organization}}/_git/{{repository}}/{{*service}}"),
            routing::get(remote_of_one_name).post(remote_of_one_name),
        )
}

type Segments = (String, String, String, String);

async fn remote(
    State(emulator): State<Emulator>,
    Path((organization, project, repository, service)): Path<Segments>,
    request: Request,
) -> Response {
    clone_from(
        emulator,
        &organization,
        &project,
        &repository,
        &service,
        request,
    )
    .await
}

async fn remote_of_one_name(
    State(emulator): State<Emulator>,
    Path((organization, name, service)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    clone_from(emulator, &organization, &name, &name, &service, request).await
}

async fn clone_from(
    emulator: Emulator,
    organization: &str,
    project: &str,
    repository: &str,
    service: &str,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let backend = auth::caller(&emulator, &parts, Some(organization), false).and_then(|caller| {
        let world = emulator.world();
        world
            .organization
            .check_open(&caller, project, Domain::Git)?;
        let caller = caller.within(Domain::Git, &world.organization);
        let project = world.organization.project_to_read(&caller, project)?;
        let found = world
            .git
            .find(Some(project.id), repository)
            .filter(|repository| repository.open() && caller.reads(repository.project));
        let found = found
            .filter(|_| smart_http::known(service))
            .ok_or_else(|| missing(repository))?;
        let workshop = &world.git.workshop;
        Ok(smart_http::Backend {
            program: workshop.backend().to_path_buf(),
            environment: workshop.environment(),
            root: workshop.directory().to_path_buf(),
            repository: smart_http::directory_name(&found.directory),
        })
    });
    match backend {
        Ok(backend) => smart_http::serve(backend, service, Request::from_parts(parts, body)).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// 404 for a repository that is not there, is disabled, or is not for the caller: nobody can tell which.
fn missing(name: &str) -> Refusal {
    Refusal::missing(
        "Microsoft.TeamFoundation.Git.Server.GitRepositoryNotFoundException",
        "Microsoft.TeamFoundation.Git.Server",
        &format!(
            "TF401019: The Git repository with name or identifier {name} does not exist or you do not have permissions for the operation you are attempting."
        ),
    )
}

/// The repository of the path, if what is below it can be read; and its project.
fn open<'w>(context: &Context, world: &'w World) -> Result<(&'w Project, &'w Repository), Refusal> {
    let (project, repository) = named(context, world)?;
    if repository.open() {
        Ok((project, repository))
    } else {
        Err(missing(context.parameter("repository")))
    }
}

/// The repository of the path, disabled or not; and its project.
fn named<'w>(
    context: &Context,
    world: &'w World,
) -> Result<(&'w Project, &'w Repository), Refusal> {
    let name = context.parameter("repository");
    let scope = context.project(world)?;
    let found = world.git.find(scope.map(|project| project.id), name);
    let found = found.filter(|repository| context.covers(scope, repository.project));
    let project = found.and_then(|repository| world.organization.project_by_id(repository.project));
    project.zip(found).ok_or_else(|| missing(name))
}
