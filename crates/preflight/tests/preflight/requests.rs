//! What a check costs, and what it finds out for it.

use std::time::Duration;

use preflight::{Domain, OrganizationCheck, OrganizationState, State, check};
use wiremock::ResponseTemplate;

use crate::service::{
    ORGANIZATION, Service, evaluated, json_of, list, options, project, service, typed,
};

async fn checked(service: &Service) -> OrganizationCheck {
    check(&service.client(), Some(&service.user()), &options()).await
}

fn state(check: &OrganizationCheck, number: usize, domain: Domain) -> State {
    let of = |project: &&preflight::ProjectCheck| project.id == crate::service::project(number);
    let project = check.projects.iter().find(of).expect("the project");
    project.finding(domain).expect("the domain").state
}

fn count(check: &OrganizationCheck, state: State) -> usize {
    let cells = check.projects.iter().flat_map(|project| &project.domains);
    cells.filter(|(_, finding)| finding.state == state).count()
}

#[tokio::test]
async fn eight_requests_do_for_one_project_for_ten_and_for_three_hundred() {
    for projects in [1, 10, 300] {
        let service = service(projects, |_| None).await;
        let check = checked(&service).await;
        assert_eq!(check.state, OrganizationState::Active);
        assert_eq!(check.organization.id, Some(ORGANIZATION));
        assert_eq!(check.projects.len(), projects);
        assert_eq!(count(&check, State::Readable), 4 * projects);
        let asked = service.asked().await;
        assert_eq!(asked.len(), 8, "{projects}: {asked:#?}");
        assert_eq!(check.requests, 8);
    }
}

#[tokio::test]
async fn a_second_batch_and_a_second_page_are_all_that_fifteen_hundred_projects_add() {
    let service = service(1500, |_| None).await;
    let check = checked(&service).await;
    assert_eq!(count(&check, State::Readable), 4 * 1500);
    // Two pages of projects and three batches of 500 projects each.
    assert_eq!(check.requests, 8 + 1 + 2);
}

#[tokio::test]
async fn a_refused_connection_is_not_asked_on() {
    let service = service(3, |request| {
        let path = request.url.path();
        path.ends_with("connectionData").then(|| {
            typed(
                503,
                "VssServiceException",
                "TF24668: The following team project collection is stopped",
            )
        })
    })
    .await;
    let check = checked(&service).await;
    assert_eq!(check.state, OrganizationState::Inactive);
    assert_eq!(check.finding.state, State::OrganizationInactive);
    assert!(check.projects.is_empty());
    assert_eq!(check.requests, 1);
}

#[tokio::test]
async fn a_bare_401_is_probed_by_the_profile_before_anything_is_called_dead() {
    for (profile, state) in [
        (200, OrganizationState::PolicyOff),
        (401, OrganizationState::TokenExpired),
        (404, OrganizationState::Unreachable),
    ] {
        let service = service(3, move |request| {
            let path = request.url.path();
            if path.ends_with("profiles/me") {
                let body = serde_json::json!({ "id": uuid::Uuid::from_u128(3) });
                return Some(match profile {
                    200 => json_of(&body),
                    other => ResponseTemplate::new(other),
                });
            }
            path.ends_with("connectionData").then(|| {
                ResponseTemplate::new(401).insert_header(
                    "www-authenticate",
                    "Basic realm=\"https://tfsprodneu1.visualstudio.com/\"",
                )
            })
        })
        .await;
        let check = checked(&service).await;
        assert_eq!(check.state, state, "{:?}", check.finding);
        assert_eq!(check.requests, 2);
        assert!(check.projects.is_empty());
    }
}

#[tokio::test]
async fn a_batch_that_is_refused_or_answers_nonsense_makes_each_project_be_asked() {
    let refused = |_: &wiremock::Request| typed(403, "AccessCheckException", "Access denied");
    let short = |_: &wiremock::Request| json_of(&serde_json::json!({ "evaluations": [] }));
    let none = |_: &wiremock::Request| json_of(&serde_json::json!({ "x": 1 }));
    let all_denied = |request: &wiremock::Request| evaluated(request, |_| false);
    let answers: [fn(&wiremock::Request) -> ResponseTemplate; 4] =
        [refused, short, none, all_denied];
    for answer in answers {
        let service = service(5, move |request| {
            let path = request.url.path();
            if path.ends_with("permissionevaluationbatch") {
                return Some(answer(request));
            }
            // What all others are asked for is denied in one of them.
            let denied = format!("{}/_apis/build/definitions", project(3));
            path.ends_with(&denied).then(|| {
                typed(
                    403,
                    "AccessDeniedException",
                    "TF215106: needs View builds permission",
                )
            })
        })
        .await;
        let check = checked(&service).await;
        assert_eq!(state(&check, 3, Domain::Pipelines), State::NoPermission);
        assert_eq!(count(&check, State::Readable), 4 * 5 - 1, "{check:#?}");
        // Boards and pipelines of each project; git and TFVC have listings of all.
        assert_eq!(check.requests, 8 + 2 * 4);
    }
}

#[tokio::test]
async fn a_denied_project_is_told_by_the_batch_alone() {
    let service = service(3, |request| {
        let path = request.url.path();
        if path.ends_with("/fabrikam/_apis/git/repositories") {
            let repository = |number| serde_json::json!({ "id": uuid::Uuid::from_u128(5), "project": { "id": project(number) } });
            return Some(list(&[repository(0), repository(2)]));
        }
        path.ends_with("permissionevaluationbatch").then(|| {
            let denied = project(1).to_string();
            evaluated(request, |token| !token.contains(&denied))
        })
    })
    .await;
    let check = checked(&service).await;
    for domain in [Domain::Boards, Domain::Git, Domain::Pipelines] {
        assert_eq!(state(&check, 1, domain), State::NoPermission, "{domain}");
        assert_eq!(state(&check, 0, domain), State::Readable, "{domain}");
    }
    assert_eq!(check.requests, 8);
}

#[tokio::test]
async fn where_one_project_refuses_a_second_one_is_asked_for_all() {
    let service = service(20, |request| {
        let path = request.url.path();
        let off = format!("{}/_apis/build/definitions", project(0));
        path.ends_with(&off).then(|| {
            typed(
                404,
                "FeatureDisabledException",
                "The service is disabled for the project.",
            )
        })
    })
    .await;
    let check = checked(&service).await;
    assert_eq!(state(&check, 0, Domain::Pipelines), State::SwitchedOff);
    assert_eq!(count(&check, State::Readable), 4 * 20 - 1);
    assert_eq!(check.requests, 9);
}

#[tokio::test]
async fn projects_without_a_repository_are_followed_up_a_few_times() {
    let service = service(100, |request| {
        let path = request.url.path();
        if path.ends_with("/fabrikam/_apis/git/repositories") {
            let one = serde_json::json!({ "id": uuid::Uuid::from_u128(5), "project": { "id": project(0) } });
            return Some(list(&[one]));
        }
        if path.ends_with(&format!("{}/_apis/git/repositories", project(1))) {
            return Some(ResponseTemplate::new(404));
        }
        path.ends_with("/_apis/git/repositories").then(|| list(&[]))
    })
    .await;
    let check = checked(&service).await;
    assert_eq!(state(&check, 1, Domain::Git), State::SwitchedOff);
    assert_eq!(state(&check, 2, Domain::Git), State::Readable);
    assert_eq!(check.requests, 8 + 10);
}

#[tokio::test]
async fn a_stakeholder_reads_boards_alone_whether_the_licence_may_be_read_or_not() {
    for is_told in [true, false] {
        let service = service(4, move |request| {
            let path = request.url.path();
            if path.contains("userentitlements") {
                let level =
                    serde_json::json!({ "accessLevel": { "accountLicenseType": "stakeholder" } });
                return Some(if is_told {
                    json_of(&level)
                } else {
                    typed(403, "AccessCheckException", "VS403403: Access Denied")
                });
            }
            if path.ends_with("git/repositories") || path.ends_with("tfvc/items") {
                return Some(list(&[]));
            }
            path.ends_with("build/definitions").then(|| {
                typed(
                    403,
                    "AccessDeniedException",
                    "Access denied. x has Stakeholder access, and needs at least Basic access.",
                )
            })
        })
        .await;
        let check = checked(&service).await;
        assert_eq!(count(&check, State::Readable), 4, "{check:#?}");
        assert_eq!(count(&check, State::LicenceTooLow), 12);
        assert_eq!(state(&check, 2, Domain::Boards), State::Readable);
    }
}

#[tokio::test]
async fn no_project_at_all_is_a_finding_too() {
    let service = service(0, |_| None).await;
    let check = checked(&service).await;
    assert_eq!(check.state, OrganizationState::Active);
    assert_eq!(check.finding.state, State::NoPermission);
    assert!(check.finding.remedy.contains("Readers"));
    assert_eq!(check.requests, 3);
}

#[tokio::test]
async fn projects_that_are_being_deleted_are_not_named() {
    let service = service(2, |request| {
        let state = |number: usize, state| serde_json::json!({ "id": project(number), "name": "x", "state": state });
        request.url.path().ends_with("_apis/projects").then(|| {
            list(&[state(0, "deleting"), state(1, "wellFormed"), state(2, "deleted"), state(3, "new")])
        })
    })
    .await;
    let check = checked(&service).await;
    assert_eq!(check.projects.len(), 1);
    assert_eq!(check.projects[0].id, project(1));
}

#[tokio::test]
async fn silence_is_a_finding_in_the_time_allowed() {
    let service = service(2, |request| {
        request
            .url
            .path()
            .ends_with("_apis/projects")
            .then(|| list(&[]).set_delay(Duration::from_mins(1)))
    })
    .await;
    let mut options = options();
    options.patience = Duration::from_millis(200);
    let check = check(&service.client(), None, &options).await;
    assert_eq!(check.finding.state, State::Unknown);
    assert_eq!(check.state, OrganizationState::Unreachable);
    assert!(check.projects.is_empty());
}

#[tokio::test]
async fn known_root_areas_are_asked_for_in_place_of_the_project() {
    let area = uuid::Uuid::from_u128(77);
    let service = service(2, move |request| {
        request
            .url
            .path()
            .ends_with("permissionevaluationbatch")
            .then(|| {
                evaluated(request, |token| {
                    token != format!("vstfs:///Classification/Node/{area}")
                })
            })
    })
    .await;
    let mut options = options();
    options.root_areas.insert(project(1), area);
    let check = check(&service.client(), None, &options).await;
    assert_eq!(state(&check, 0, Domain::Boards), State::Readable);
    assert_eq!(state(&check, 1, Domain::Boards), State::NoPermission);
}

#[tokio::test]
async fn what_a_check_says_survives_being_stored() {
    let service = service(2, |_| None).await;
    let check = checked(&service).await;
    let text = serde_json::to_string(&check).expect("JSON");
    let back: OrganizationCheck = serde_json::from_str(&text).expect("the check");
    assert_eq!(back, check);
    assert!(text.contains("\"readable\""), "{text}");
}

#[tokio::test]
async fn a_project_without_tfvc_is_told_from_a_hidden_folder_where_rights_can_tell() {
    for (is_given, state_of_git_alone) in [(true, State::NoPermission), (false, State::SwitchedOff)]
    {
        let service = service(3, move |request| {
            let path = request.url.path();
            if path.ends_with("tfvc/items") {
                return Some(list(&[serde_json::json!({ "path": "$/Project 0" })]));
            }
            path.ends_with("permissionevaluationbatch").then(|| {
                evaluated(request, |token| match token {
                    "$/Project 1" => false,
                    "$/Project 2" => is_given,
                    _ => true,
                })
            })
        })
        .await;
        let check = checked(&service).await;
        assert_eq!(state(&check, 0, Domain::Tfvc), State::Readable);
        assert_eq!(state(&check, 1, Domain::Tfvc), state_of_git_alone);
        assert_eq!(state(&check, 2, Domain::Tfvc), State::SwitchedOff);
        assert_eq!(check.requests, 8);
    }
}
