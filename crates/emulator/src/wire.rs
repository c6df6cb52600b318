//! What happens to every request and answer: paths in any case, standard headers, compression, counting.

use axum::{Router, extract::Request};

use crate::{
    boards, control, emulator::Emulator, git, organization, pipelines, routes::Routes, tfvc,
};

/// The words of the service's paths, which it takes in any case.
const WORDS: &[&str] = &[
    "_apis",
    "_git",
    "accounts",
    "annotatedtags",
    "areas",
    "avatar",
    "branches",
    "build",
    "builds",
    "changes",
    "changesets",
    "changesetsbatch",
    "classificationnodes",
    "comments",
    "commits",
    "commitsbatch",
    "connectiondata",
    "definitions",
    "discussions",
    "fields",
    "git",
    "items",
    "iterations",
    "labels",
    "members",
    "options",
    "permissionevaluationbatch",
    "permissions",
    "policy",
    "profile",
    "profiles",
    "projecthistory",
    "projects",
    "properties",
    "pullrequestquery",
    "pullrequests",
    "pushes",
    "recyclebin",
    "refs",
    "reporting",
    "repositories",
    "resourceareas",
    "reviewers",
    "revisions",
    "runs",
    "pipelines",
    "security",
    "securitynamespaces",
    "shelvesets",
    "states",
    "stats",
    "statuses",
    "tags",
    "teams",
    "tfvc",
    "threads",
    "timeline",
    "updates",
    "votes",
    "wiql",
    "wit",
    "work",
    "workitemlinks",
    "workitemrelationtypes",
    "workitemrevisions",
    "workitems",
    "workitemsbatch",
    "workitemtypecategories",
    "workitemtypes",
    "deletedrepositories",
    "logs",
    "artifacts",
    "latest",
];

/// All routes of the emulator.
pub fn router(emulator: Emulator) -> Router {
    let domains: [fn(Routes) -> Routes; 6] = [
        organization::routes,
        git::routes,
        pipelines::routes,
        boards::routes,
        tfvc::routes,
        control::routes,
    ];
    let routes = domains
        .into_iter()
        .fold(Routes::default(), |routes, add| add(routes));
    routes.into_router().with_state(emulator)
}

/// Brings the service's own words to lower case; names and ids stay as they are.
pub fn lower_case_path(mut request: Request) -> Request {
    let path = request.uri().path();
    let lowered: Vec<String> = path.split('/').map(lower_case_word).collect();
    let lowered = lowered.join("/");
    if lowered != path {
        let target = request
            .uri()
            .query()
            .map_or_else(|| lowered.clone(), |query| format!("{lowered}?{query}"));
        if let Ok(target) = target.parse() {
            *request.uri_mut() = target;
        }
    }
    request
}

fn lower_case_word(segment: &str) -> String {
    let lowered = segment.to_ascii_lowercase();
    if WORDS.contains(&lowered.as_str()) {
        lowered
    } else {
        String::from(segment)
    }
}
