//! Paths: the service takes its own words in any case.

use axum::extract::Request;

/// The words of the service's paths, in lower case as the routes have them.
const WORDS: &[&str] = &[
    "_apis",
    "_git",
    "accounts",
    "annotatedtags",
    "areas",
    "artifacts",
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
    "deletedrepositories",
    "discussions",
    "featuremanagement",
    "featurestates",
    "featurestatesquery",
    "fields",
    "git",
    "items",
    "iterations",
    "labels",
    "latest",
    "logs",
    "memberentitlements",
    "members",
    "permissionevaluationbatch",
    "permissions",
    "pipelines",
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
    "security",
    "securitynamespaces",
    "serviceprincipalentitlements",
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
    "userentitlements",
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
];

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

/// The organization that a path names, if its template has a place for it.
pub(super) fn organization(template: &str, path: &str) -> String {
    let place = template
        .split('/')
        .position(|part| part == "{organization}");
    place
        .and_then(|place| path.split('/').nth(place))
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn words_are_lowered_and_names_are_not() {
        let request = Request::builder()
            .uri("/azure-devops/Org/My%20P/_apis/wit/workItems/5?A=B")
            .body(Body::empty())
            .unwrap();
        assert_eq!(
            lower_case_path(request).uri(),
            "/azure-devops/Org/My%20P/_apis/wit/workitems/5?A=B"
        );
    }

    #[test]
    fn the_organization_is_where_the_template_has_it() {
        assert_eq!(
            organization(
                "/azure-devops/{organization}/_apis/projects",
                "/azure-devops/fabrikam/_apis/projects"
            ),
            "fabrikam"
        );
        assert_eq!(
            organization("/profile/_apis/accounts", "/profile/_apis/accounts"),
            ""
        );
    }
}
