//! What each member may read, and how it shows.

use axum::http::StatusCode;
use emulator::truth;
use serde_json::{Value, json};

use super::asking::World;

const GIT: &str = "2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87";
const BUILD: &str = "33344d9c-fc72-4d6f-aba5-fa317101a7e9";
const AREAS: &str = "83e28ad4-2d72-4ceb-97b0-c7726d5502c3";
const TFVC: &str = "a39371cf-0841-4c16-bbd3-276e341bc052";

/// Id and name of a project.
fn project(world: &World, name: &str) -> (String, String) {
    let world = world.emulator.world();
    let found = world
        .organization
        .projects
        .iter()
        .find(|project| project.name.starts_with(name))
        .unwrap();
    (found.id.to_string(), found.name.clone())
}

/// Whether each right is there: work items, git, builds, TFVC.
async fn evaluated(world: &World, bearer: &str, name: &str) -> Vec<bool> {
    let (id, name) = project(world, name);
    let areas = format!("fabrikam/{id}/_apis/wit/classificationnodes/areas");
    let area = world.ask(&areas, bearer).await.json()["identifier"].clone();
    let area = format!(
        "vstfs:///Classification/Node/{}",
        area.as_str().unwrap_or_default()
    );
    let evaluations: Vec<Value> = [
        (AREAS, area, 16),
        (GIT, format!("repoV2/{id}"), 2),
        (BUILD, id.clone(), 1),
        (TFVC, format!("$/{name}"), 1),
    ]
    .iter()
    .map(|(namespace, token, bits)| json!({ "securityNamespaceId": namespace, "token": token, "permissions": bits }))
    .collect();
    let path = "/azure-devops/fabrikam/_apis/security/permissionevaluationbatch";
    let body = json!({ "evaluations": evaluations }).to_string();
    let asked = world
        .send("POST", path, &[("authorization", bearer)], body)
        .await;
    let answers = asked.json()["evaluations"].as_array().unwrap().clone();
    answers
        .iter()
        .map(|answer| answer["value"] == true)
        .collect()
}

/// How much of a project each listing shows: repositories, definitions, changesets.
async fn shown(world: &World, bearer: &str, name: &str) -> Vec<(u16, i64)> {
    let (id, _) = project(world, name);
    let mut shown = Vec::new();
    for path in [
        "git/repositories",
        "build/definitions",
        "tfvc/changesets?$top=1",
    ] {
        let asked = world
            .ask(&format!("fabrikam/{id}/_apis/{path}"), bearer)
            .await;
        let count = if asked.status == StatusCode::OK {
            asked.json()["count"].as_i64().unwrap()
        } else {
            -1
        };
        shown.push((asked.status.as_u16(), count));
    }
    shown
}

#[tokio::test]
async fn rights_are_told_by_namespace_and_token_and_kept() {
    let world = World::new();
    let reader = world.bearer("user0@example.com").await;
    let restricted = world.bearer("restricted@example.com").await;
    for (name, expected) in [
        ("Fabrikam", [true, true, false, true]),
        ("Größe", [true, false, true, true]),
        ("Contoso Legacy", [false, true, true, false]),
    ] {
        assert_eq!(evaluated(&world, &reader, name).await, [true; 4], "{name}");
        assert_eq!(
            evaluated(&world, &restricted, name).await,
            expected,
            "{name}"
        );
    }
    assert_eq!(evaluated(&world, &reader, "Vault").await, [false; 4]);
    assert_eq!(shown(&world, &restricted, "Fabrikam").await[1], (200, 0));
    assert_eq!(shown(&world, &restricted, "Größe").await[0], (200, 0));
    assert_eq!(
        shown(&world, &restricted, "Contoso Legacy").await[2],
        (200, 0)
    );
    assert!(shown(&world, &reader, "Contoso Legacy").await[2].1 > 0);
    let repository = world
        .ask("fabrikam/_apis/git/repositories", &reader)
        .await
        .json();
    let (odd, _) = project(&world, "Größe");
    let hidden = repository["value"]
        .as_array()
        .unwrap()
        .iter()
        .find(|found| found["project"]["id"] == odd.as_str());
    let id = hidden.unwrap()["id"].as_str().unwrap();
    let asked = world
        .ask(
            &format!("fabrikam/_apis/git/repositories/{id}"),
            &restricted,
        )
        .await;
    assert!(asked.status == StatusCode::NOT_FOUND && asked.text().contains("TF401019"));
}

#[tokio::test]
async fn a_right_that_is_allowed_again_shows_all_again() {
    let world = World::new();
    let reader = world.bearer("user0@example.com").await;
    let before = shown(&world, &reader, "Fabrikam").await;
    let order =
        |kind| json!({ "kind": kind, "user": "reader", "project": "Fabrikam", "right": "git" });
    world.change(&order("deny_right"));
    assert_eq!(shown(&world, &reader, "Fabrikam").await[0], (200, 0));
    world.change(&order("allow_right"));
    assert_eq!(shown(&world, &reader, "Fabrikam").await, before);
}

#[tokio::test]
async fn a_stakeholder_sees_work_items_no_code_and_is_refused_pipelines() {
    let world = World::new();
    let stakeholder = world.bearer("stakeholder@example.com").await;
    // Rights know nothing of licences.
    assert_eq!(evaluated(&world, &stakeholder, "Fabrikam").await, [true; 4]);
    assert_eq!(
        shown(&world, &stakeholder, "Fabrikam").await,
        [(200, 0), (403, -1), (200, 0)]
    );
    let id = world
        .ask(
            "fabrikam/_apis/connectionData?api-version=7.1-preview.1",
            &stakeholder,
        )
        .await
        .json();
    let path = format!(
        "/entitlements/fabrikam/_apis/userentitlements/{}",
        id["authenticatedUser"]["id"].as_str().unwrap()
    );
    let headers = [("authorization", stakeholder.as_str())];
    let told = world.get(&path, &headers).await.json();
    assert_eq!(told["accessLevel"]["accountLicenseType"], "stakeholder");
    world.change(&json!({ "kind": "deny_right", "user": "stakeholder", "right": "entitlements" }));
    assert_eq!(
        world.get(&path, &headers).await.status,
        StatusCode::FORBIDDEN
    );
    world.change(&json!({ "kind": "set_licence", "user": "stakeholder", "licence": "express" }));
    let now = shown(&world, &stakeholder, "Fabrikam").await;
    assert!(now[0].1 > 0 && now[1].1 > 0, "{now:?}");
}

#[tokio::test]
async fn access_levels_are_for_administrators_and_for_oneself() {
    let world = World::new();
    let list = "/entitlements/fabrikam/_apis/userentitlements";
    for (name, expected) in [
        ("user1@example.com", StatusCode::OK),
        ("user0@example.com", StatusCode::FORBIDDEN),
    ] {
        let bearer = world.bearer(name).await;
        let asked = world.get(list, &[("authorization", &bearer)]).await;
        assert_eq!(asked.status, expected, "{name}");
        if expected == StatusCode::OK {
            assert_eq!(asked.json()["totalCount"], 6);
        }
    }
}

#[tokio::test]
async fn repositories_that_are_switched_off_do_not_answer_and_others_do() {
    let world = World::new();
    let reader = world.bearer("user0@example.com").await;
    let (id, _) = project(&world, "Fabrikam");
    let before = shown(&world, &reader, "Fabrikam").await;
    for domain in ["git", "pipelines", "boards"] {
        world.change(&json!({ "kind": "switch_off", "project": "Fabrikam", "domain": domain }));
    }
    let after = shown(&world, &reader, "Fabrikam").await;
    assert_eq!((after[0], after[1]), ((404, -1), before[1]));
    let body = json!({ "featureIds": ["ms.vss-code.version-control", "ms.vss-test-web.test"], "scopeValues": { "project": id } });
    let path = "/azure-devops/fabrikam/_apis/FeatureManagement/FeatureStatesQuery?api-version=7.1-preview.1";
    let asked = world
        .send(
            "POST",
            path,
            &[("authorization", &reader)],
            body.to_string(),
        )
        .await
        .json();
    let state = |feature: &str| asked["featureStates"][feature]["state"].clone();
    assert_eq!(
        (
            state("ms.vss-code.version-control"),
            state("ms.vss-test-web.test")
        ),
        (json!("disabled"), json!("enabled"))
    );
    let one = format!(
        "fabrikam/_apis/FeatureManagement/FeatureStates/host/project/{id}/ms.vss-build.pipelines?api-version=7.1-preview.1"
    );
    assert_eq!(world.ask(&one, &reader).await.json()["state"], "disabled");
    world.change(&json!({ "kind": "switch_on", "project": "Fabrikam", "domain": "git" }));
    assert_eq!(shown(&world, &reader, "Fabrikam").await[0], before[0]);
}

#[tokio::test]
async fn two_projects_are_two_and_of_a_third_nothing_is_told() {
    let world = World::new();
    let contractor = world.bearer("contractor@example.com").await;
    let listed = world
        .ask("fabrikam/_apis/projects?stateFilter=all", &contractor)
        .await
        .json();
    let names: Vec<&str> = listed["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|project| project["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Fabrikam", "Größe & Maß #1 + 50% $x"]);
    let (id, _) = project(&world, "Contoso Legacy");
    let asked = world
        .ask(
            &format!("fabrikam/{id}/_apis/git/repositories"),
            &contractor,
        )
        .await;
    assert_eq!(asked.status, StatusCode::NOT_FOUND);
}

#[test]
fn the_truth_of_each_member_has_what_they_can_read() {
    let world = World::new();
    let world = world.emulator.world();
    let count = |role: &str, entity: &str| {
        let user = world
            .organization
            .users()
            .iter()
            .find(|user| user.role == role)
            .unwrap();
        truth::count(&world, user, entity)
    };
    for (role, entity, expected) in [
        ("stakeholder", "repositories", 0),
        ("stakeholder", "builds", 0),
        ("stakeholder", "changesets", 0),
        ("stakeholder", "work_items", count("reader", "work_items")),
        ("restricted", "projects", count("reader", "projects")),
        ("restricted", "changesets", 0),
        ("robot", "builds", count("reader", "builds")),
    ] {
        assert_eq!(count(role, entity), expected, "{role} {entity}");
    }
    assert!(count("restricted", "repositories") < count("reader", "repositories"));
    assert!(count("restricted", "builds") < count("reader", "builds"));
    assert!(count("restricted", "work_items") < count("reader", "work_items"));
}
