//! What can be read, and what follows when that changes.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::house::{FABRIKAM, House, text};

/// The state of a domain of a project.
fn state(checks: &Value, project: &str, domain: &str) -> String {
    let all = checks.as_array().unwrap();
    let found = all
        .iter()
        .find(|cell| cell["project"] == project && cell["domain"] == domain);
    found.map_or_else(|| "unknown to us".to_owned(), |cell| text(&cell["state"]))
}

async fn contractor(house: &House) -> Uuid {
    let credential =
        json!({ "kind": "personal_access_token", "token": house.pat("contractor").await });
    house.add_with("Work", &[FABRIKAM], credential).await
}

#[tokio::test]
async fn a_reader_of_two_projects_is_told_of_exactly_two() {
    let house = House::new().await;
    contractor(&house).await;
    let checks = house.get("connections/work/checks").await;
    let projects: std::collections::BTreeSet<String> = checks
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| text(&cell["project"]))
        .collect();
    assert_eq!(projects.len(), 2, "{checks}");
    assert_eq!(checks.as_array().unwrap().len(), 8);
}

#[tokio::test]
async fn what_becomes_readable_is_read_from_the_beginning_and_what_stops_keeps_its_rows() {
    let house = House::new().await;
    let connection = contractor(&house).await;
    let feed = house.feed_of(connection, "git", "repositories").await;
    let checks = house.get("connections/work/checks").await;
    let project = text(&checks[0]["project"]);
    assert_eq!(state(&checks, &project, "git"), "readable");
    let cursor = format!(
        "SELECT convert_from(cursor, 'UTF8') || ' ' || epoch || ' ' || running FROM sync.feeds WHERE id = '{feed}'"
    );
    let right = |kind: &str| json!({ "kind": kind, "user": "contractor", "project": project, "right": "git" });
    house.change(right("deny_right")).await;
    let checked = house.post("connections/work/check", json!({})).await;
    assert_eq!(state(&checked["checks"], &project, "git"), "no_permission");
    // Nothing is read anew for that, and nothing is taken away.
    assert_eq!(house.sql(&cursor).await, "somewhere 3 true");
    house.change(right("allow_right")).await;
    let checked = house.post("connections/work/check", json!({})).await;
    assert_eq!(state(&checked["checks"], &project, "git"), "readable");
    // The run that was under way is fenced off: it would move the cursor on.
    assert_eq!(house.sql(&cursor).await, "4 false");
    house
        .sql(&format!(
            "UPDATE sync.feeds SET cursor = 'further' WHERE id = '{feed}'"
        ))
        .await;
    house.post("connections/work/check", json!({})).await;
    assert_eq!(house.sql(&cursor).await, "further 4 false");
}

#[tokio::test]
async fn a_project_that_appears_is_read_from_the_beginning_and_one_that_vanishes_says_so() {
    let house = House::new().await;
    let connection = contractor(&house).await;
    let feed = house.feed(connection).await;
    let checks = house.get("connections/work/checks").await;
    let project = text(&checks[0]["project"]);
    let seen = |kind: &str| json!({ "kind": kind, "user": "contractor", "project": project });
    house.change(seen("hide_project")).await;
    let checked = house.post("connections/work/check", json!({})).await;
    let hidden = checked["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|cell| cell["project"] == project.as_str() && cell["domain"] == "boards")
        .unwrap()
        .clone();
    assert_eq!(hidden["state"], "no_permission");
    assert_eq!(hidden["former_state"], "readable");
    assert!(text(&hidden["answered"]).contains("kept"), "{hidden}");
    house.change(seen("show_project")).await;
    house.post("connections/work/check", json!({})).await;
    let cursor = format!("SELECT octet_length(cursor) FROM sync.feeds WHERE id = '{feed}'");
    assert_eq!(house.sql(&cursor).await, "0");
}

#[tokio::test]
async fn an_organization_that_refuses_says_so_and_its_projects_are_not_taken_for_hidden() {
    let house = House::new().await;
    let connection = house.add_signed_in("Work").await;
    let feed = house.feed(connection).await;
    let set = |state: &str| json!({ "kind": "set_organization_state", "organization": FABRIKAM, "state": state });
    for (given, expected) in [
        ("inactive", "inactive"),
        ("conditional_access", "conditional_access"),
        ("address_blocked", "address_blocked"),
    ] {
        house.change(set(given)).await;
        let checked = house.post("connections/work/check", json!({})).await;
        let organization = &checked["connection"]["organizations"][0];
        assert_eq!(organization["state"], expected, "{checked}");
        assert!(!text(&organization["remedy"]).is_empty(), "{organization}");
        house.change(set("active")).await;
        let checked = house.post("connections/work/check", json!({})).await;
        assert_eq!(checked["connection"]["organizations"][0]["state"], "active");
    }
    // The way to it being away says nothing of it.
    house
        .fault("/azure-devops/", json!({ "kind": "status", "status": 503 }))
        .await;
    let (_, checked) = house
        .ask(Method::POST, "connections/work/check", Some(json!({})))
        .await;
    assert_eq!(
        checked["connection"]["organizations"][0]["state"], "active",
        "{checked}"
    );
    let cursor = format!("SELECT convert_from(cursor, 'UTF8') FROM sync.feeds WHERE id = '{feed}'");
    assert_eq!(house.sql(&cursor).await, "somewhere");
}

#[tokio::test]
async fn the_daily_look_finds_what_has_changed_and_new_organizations_join() {
    let house = House::new().await;
    let draft = house.sign_in("reader").await;
    let wish = json!({ "name": "Work", "credential": { "kind": "draft", "draft": draft } });
    house.post("connections", wish).await;
    let organizations = "SELECT count(*) FROM auth.connection_organizations";
    let all = house.sql(organizations).await;
    house
        .sql("DELETE FROM auth.connection_organizations WHERE name = 'tailspin'")
        .await;
    house
        .sql("UPDATE auth.connections SET next_look_at = now(), checked_at = NULL")
        .await;
    house.until(organizations, &all).await;
    house
        .until(
            "SELECT (checked_at IS NOT NULL)::text FROM auth.connections",
            "true",
        )
        .await;
}
