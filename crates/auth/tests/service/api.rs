//! The HTTP API: who may ask, and what is never answered.

use reqwest::Method;
use serde_json::json;

use crate::house::{FABRIKAM, House, text};

#[tokio::test]
async fn nobody_asks_without_a_token_and_a_problem_has_its_remedy() {
    let house = House::new().await;
    for path in ["connections", "keys", "sync", "openapi.json"] {
        let (status, problem) = house.ask_as(None, Method::GET, path, None).await;
        assert_eq!(status, 401, "{path}");
        assert!(!text(&problem["remedy"]).is_empty(), "{problem}");
    }
    let (status, _) = house
        .ask_as(Some("adit_guessed"), Method::GET, "connections", None)
        .await;
    assert_eq!(status, 401);
    let (status, problem) = house.ask(Method::GET, "connections/none", None).await;
    assert_eq!(status, 404);
    assert!(
        text(&problem["type"]).starts_with("urn:adit:problem:"),
        "{problem}"
    );
    assert!(!text(&problem["correlation_id"]).is_empty(), "{problem}");
    assert!(text(&problem["remedy"]).contains("list"), "{problem}");
}

#[tokio::test]
async fn secrets_go_in_and_never_come_out() {
    let house = House::new().await;
    let pat = house.pat("reader").await;
    house.add("Work").await;
    house.add_signed_in("Signed in").await;
    for path in [
        "connections",
        "connections/work",
        "keys",
        "audit",
        "connections/work/checks",
    ] {
        let answer = house.get(path).await.to_string();
        assert!(!answer.contains(&pat), "{path}");
        for member in ["sealed", "refresh_token", "\"token\""] {
            assert!(!answer.contains(member), "{path} tells {member}");
        }
    }
    // Nor when what was sent makes no sense.
    let wish = json!({ "name": "x", "organizations": [FABRIKAM],
                       "credential": { "kind": "personal_access_token", "tokens": "canary" } });
    let (_, words) = house.refused(Method::POST, "connections", Some(wish)).await;
    assert!(!words.contains("canary"), "{words}");
}

#[tokio::test]
async fn the_description_names_every_operation() {
    let house = House::new().await;
    let description = house.get("openapi.json").await;
    let paths = description["paths"].as_object().unwrap();
    for path in [
        "/api/v1/connections",
        "/api/v1/keys/rotate",
        "/api/v1/tokens",
        "/api/v1/sync",
    ] {
        assert!(paths.contains_key(path), "{path}");
    }
}

#[tokio::test]
async fn a_sync_without_a_scheduler_is_a_problem_that_passes() {
    let house = House::new().await;
    let (status, problem) = house.ask(Method::GET, "sync", None).await;
    assert_eq!(status, 503, "{problem}");
}
