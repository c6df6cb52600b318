//! What people change about connections.

use auth::connections::{SignInAt, SignInEnded, SignInFor};
use reqwest::Method;
use serde_json::json;

use crate::house::{FABRIKAM, House, by, text};

#[tokio::test]
async fn a_connection_is_added_listed_changed_and_each_change_is_written_down() {
    let house = House::new().await;
    let wish = json!({
        "name": " Work ",
        "description": "What we do at work",
        "tags": ["team-a", "team-a", ""],
        "organizations": ["https://dev.azure.com/Fabrikam", "https://fabrikam.visualstudio.com", "FABRIKAM"],
        "credential": { "kind": "personal_access_token", "token": format!("{}\n", house.pat("reader").await) },
    });
    let added = house.post("connections", wish).await;
    let connection = &added["connection"];
    assert_eq!(connection["name"], "Work");
    assert_eq!(connection["tags"], json!(["team-a"]));
    assert_eq!(connection["state"], "active");
    let organizations = connection["organizations"].as_array().unwrap();
    assert_eq!(organizations.len(), 1, "{connection}");
    assert_eq!(organizations[0]["id"], json!(house.organization().await));
    for path in [
        "connections/work",
        &format!("connections/{}", text(&connection["id"])),
    ] {
        assert_eq!(house.get(path).await["id"], connection["id"], "{path}");
    }
    assert_eq!(house.get("connections").await.as_array().unwrap().len(), 1);
    let change = json!({ "name": "Play", "tags": [], "description": "Games" });
    let (status, changed) = house
        .ask(Method::PATCH, "connections/WORK", Some(change))
        .await;
    assert_eq!((status.as_u16(), &changed["name"]), (200, &json!("Play")));
    let paused = house.post("connections/play/pause", json!({})).await;
    assert_eq!(paused["state"], "paused");
    let resumed = house.post("connections/play/resume", json!({})).await;
    assert_eq!(resumed["state"], "active");
    house.post("connections/play/check", json!({})).await;
    let written = house
        .sql("SELECT string_agg(action || ':' || who, ' ' ORDER BY id) FROM auth.audit")
        .await;
    let actions: Vec<&str> = written
        .split(' ')
        .filter_map(|entry| entry.split(':').next()?.strip_prefix("connection."))
        .collect();
    assert_eq!(
        actions,
        ["add", "edit", "pause", "resume", "check"],
        "{written}"
    );
}

#[tokio::test]
async fn a_name_is_taken_regardless_of_case_until_it_is_given_free() {
    let house = House::new().await;
    house.add("Work").await;
    let pat = house.pat("reader").await;
    let wish = |name: &str| {
        json!({ "name": name, "organizations": [FABRIKAM],
                "credential": { "kind": "personal_access_token", "token": pat } })
    };
    let (status, words) = house
        .refused(Method::POST, "connections", Some(wish("wORK")))
        .await;
    assert!(status == 409 && words.contains("another name"), "{words}");
    house.add("Play").await;
    let (status, _) = house
        .refused(
            Method::PATCH,
            "connections/play",
            Some(json!({ "name": "WORK" })),
        )
        .await;
    assert_eq!(status, 409);
    let (one, other) = tokio::join!(
        house.ask(Method::POST, "connections", Some(wish("Same"))),
        house.ask(Method::POST, "connections", Some(wish("same")))
    );
    assert!(
        one.0.is_success() != other.0.is_success(),
        "{one:?} {other:?}"
    );
    house.ask(Method::DELETE, "connections/work", None).await;
    house.add("work").await;
}

#[tokio::test]
async fn what_does_not_work_is_not_kept_and_says_what_to_do() {
    let house = House::new().await;
    let pat = house.pat("reader").await;
    let robot = house.application("robot").await;
    let check = async |organizations: &[&str], credential: serde_json::Value, expected: &str| {
        let wish =
            json!({ "name": "Work", "organizations": organizations, "credential": credential });
        let (status, words) = house.refused(Method::POST, "connections", Some(wish)).await;
        assert!(words.contains(expected), "{status} {words}");
        assert!(!words.contains("canary"), "{words}");
    };
    let token = |token: &str| json!({ "kind": "personal_access_token", "token": token });
    check(&["no-such-one"], token(&pat), "no-such-one").await;
    check(
        &[FABRIKAM],
        token("canaryonsjzoqdmtkpbe2q3uv5xkyg4waqi6rmlnzzzz"),
        "fabrikam",
    )
    .await;
    check(
        &["https://example.com/x"],
        token(&pat),
        "dev.azure.com/fabrikam",
    )
    .await;
    check(&["tailspin-inactive"], token(&pat), "tailspin-inactive").await;
    check(&[], token(&pat), "name the organizations").await;
    check(
        &[FABRIKAM],
        json!({ "kind": "azure_devops_oauth" }),
        "Microsoft",
    )
    .await;
    let wrong = json!({
        "kind": "service_principal_secret", "tenant_id": robot["tenant"], "client_id": robot["client_id"],
        "client_secret": "canary",
    });
    check(&[FABRIKAM], wrong, "7000215").await;
    assert_eq!(
        house.sql("SELECT count(*) FROM auth.connections").await,
        "0"
    );
}

#[tokio::test]
async fn every_kind_of_credential_that_needs_no_person_connects() {
    let house = House::new().await;
    let robot = house.application("robot").await;
    let of_robot = |more: serde_json::Value| {
        let mut credential =
            json!({ "tenant_id": robot["tenant"], "client_id": robot["client_id"] });
        credential
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        credential
    };
    for credential in [
        of_robot(
            json!({ "kind": "service_principal_secret", "client_secret": robot["secrets"][0]["value"] }),
        ),
        of_robot(
            json!({ "kind": "service_principal_certificate", "certificate": robot["certificate"]["pem"] }),
        ),
        json!({ "kind": "managed_identity" }),
    ] {
        let kind = text(&credential["kind"]);
        let connection = house.add_with(&kind, &[FABRIKAM], credential).await;
        let feed = house.feed(connection).await;
        let reply = house.vended(connection, feed).await;
        assert_eq!(reply.scheme, "Bearer", "{kind}");
        assert!(house.is_taken(&reply).await, "{kind}");
    }
}

#[tokio::test]
async fn re_authentication_takes_the_same_kind_and_changes_nothing_else() {
    let house = House::new().await;
    let connection = house.add("Work").await;
    let feed = house.feed(connection).await;
    let before = house.get("connections/work").await;
    let again = |credential: serde_json::Value| json!({ "credential": credential });
    let token = |token: &str| again(json!({ "kind": "personal_access_token", "token": token }));
    let path = "connections/work/reauthenticate";
    let (_, words) = house
        .refused(
            Method::POST,
            path,
            Some(again(json!({ "kind": "managed_identity" }))),
        )
        .await;
    assert!(words.contains("same kind"), "{words}");
    let (_, words) = house
        .refused(
            Method::POST,
            path,
            Some(token(
                "mistyped0mistyped0mistyped0mistyped0mistyped0mistyped0",
            )),
        )
        .await;
    assert!(words.contains("none of the organizations"), "{words}");
    let old = house.vended(connection, feed).await;
    house
        .sql("UPDATE auth.connections SET state = 'needs_sign_in', reason = 'expired', explanation = 'x'")
        .await;
    let administrator = house.pat("administrator").await;
    house.post(path, token(&administrator)).await;
    // It sees more projects than the old one did, so that the run was ended.
    house.sql("UPDATE sync.feeds SET running = true").await;
    let new = house.vended(connection, feed).await;
    assert_ne!(old.credentials, new.credentials);
    let after = house.get("connections/work").await;
    assert_eq!(after["state"], "active");
    assert_eq!(after["problem"], json!(null));
    for same in [
        "id",
        "name",
        "description",
        "tags",
        "organizations",
        "created_at",
    ] {
        assert_eq!(before[same], after[same], "{same}");
    }
}

#[tokio::test]
async fn a_person_signs_in_again_for_a_connection_whose_grant_is_dead() {
    let house = House::new().await;
    let connection = house.add_signed_in("Work").await;
    let feed = house.feed(connection).await;
    house
        .change(json!({ "kind": "revoke_grants", "user": "reader" }))
        .await;
    let reply = house.token(connection, feed, None).await.unwrap();
    assert!(!reply.error.is_empty());
    let connections = house.connections();
    let again = SignInFor::Again("work".to_owned());
    let begun = connections
        .sign_in_begin(&by(), again, SignInAt::default())
        .await
        .unwrap();
    let answer = house.consent(&begun.url, "reader").await;
    let ended = connections
        .sign_in_complete(&by(), answer, &begun.browser)
        .await
        .unwrap();
    assert_eq!(ended, SignInEnded::Again(connection));
    assert_eq!(house.state(connection).await, "active");
    house.vended(connection, feed).await;
}
