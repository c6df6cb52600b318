//! Refresh tokens: how they live on, and how they die.

use axum::http::StatusCode;
use serde_json::json;

use super::asking::World;

#[tokio::test]
async fn each_use_gives_a_new_token_and_leaves_the_old_one_good() {
    let world = World::new();
    let first = world.sign_in("user0@example.com").await["refresh_token"].clone();
    let mut seen = vec![first.clone()];
    for _ in 0..3 {
        let answer = world.renew(first.as_str().unwrap()).await.json();
        assert!(!seen.contains(&answer["refresh_token"]));
        seen.push(answer["refresh_token"].clone());
    }
    let counted = world.emulator.counts().tokens();
    assert_eq!(
        (
            counted["authorization_code"].granted,
            counted["refresh_token"].granted
        ),
        (1, 3)
    );
    // Ninety days from when each was given.
    world.pass(89 * 24 * 3_600);
    let newest = world.renew(seen[3].as_str().unwrap()).await.json();
    world.pass(2 * 24 * 3_600);
    assert_eq!(
        world.renew(first.as_str().unwrap()).await.refusal().1,
        700_082
    );
    let newest = newest["refresh_token"].as_str().unwrap();
    assert_eq!(world.renew(newest).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_grant_dies_in_many_ways_and_some_are_healed_by_signing_in() {
    let world = World::new();
    let other = world.sign_in("user1@example.com").await["refresh_token"].clone();
    for (user, kind, code, healed) in [
        ("user0@example.com", "revoke_grants", 50_173, true),
        ("user2@example.com", "expire_grants", 700_082, true),
        ("stakeholder@example.com", "require_mfa", 50_076, true),
        ("contractor@example.com", "revoke_consent", 65_001, true),
        ("restricted@example.com", "block_by_policy", 53_003, false),
        ("stranger@example.com", "disable_user", 50_057, false),
    ] {
        let token = world.sign_in(user).await["refresh_token"].clone();
        world.change(&json!({ "kind": kind, "user": user }));
        let asked = world.renew(token.as_str().unwrap()).await;
        assert_eq!(
            (asked.status, asked.refusal()),
            (StatusCode::BAD_REQUEST, ("invalid_grant".to_owned(), code)),
            "{kind}"
        );
        let body = asked.json();
        let described = body["error_description"].as_str().unwrap();
        assert!(described.starts_with(&format!("AADSTS{code}: ")), "{body}");
        if healed {
            let token = world.sign_in(user).await["refresh_token"].clone();
            let asked = world.renew(token.as_str().unwrap()).await;
            assert_eq!(asked.status, StatusCode::OK, "{kind}");
        } else {
            let pressed = [("account", user), ("decision", "accept")];
            let page = world.post(&world.page(&[]), &pressed).await;
            assert!(page.text().contains(&format!("AADSTS{code}")), "{kind}");
        }
    }
    let others = world.renew(other.as_str().unwrap()).await;
    assert_eq!(others.status, StatusCode::OK);
    world.change(&json!({ "kind": "expire_secret" }));
    let asked = world.renew(other.as_str().unwrap()).await;
    assert_eq!(asked.refusal(), ("invalid_client".to_owned(), 7_000_222));
}

#[tokio::test]
async fn a_grant_is_of_one_application_and_one_tenant() {
    let world = World::new();
    let token = world.sign_in("user0@example.com").await["refresh_token"].clone();
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token.as_str().unwrap()),
    ];
    assert_eq!(world.token("robot", &form).await.refusal().1, 70_000);
    let id = world.application("adit", "/client_id");
    let secret = world.application("adit", "/secrets/0/value");
    let whole = [&form[..], &[("client_id", &id), ("client_secret", &secret)]].concat();
    let elsewhere = world
        .post("/login/woodgrove.example/oauth2/v2.0/token", &whole)
        .await;
    assert_eq!(elsewhere.refusal().1, 50_020);
    let bare = [&form[..], &[("client_id", &id)]].concat();
    let unproved = world.post("/login/common/oauth2/v2.0/token", &bare).await;
    assert_eq!(unproved.refusal().1, 7_000_218);
}

#[tokio::test]
async fn a_device_code_waits_slows_down_and_ends() {
    let world = World::new();
    let id = world.application("terminal", "/client_id");
    let begin = async || {
        let form = [("client_id", id.as_str()), ("scope", super::asking::SCOPE)];
        let asked = world
            .post("/login/organizations/oauth2/v2.0/devicecode", &form)
            .await;
        asked.json()
    };
    let poll = async |code: &str| {
        let form = [
            ("client_id", id.as_str()),
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", code),
        ];
        world
            .post("/login/organizations/oauth2/v2.0/token", &form)
            .await
    };
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let device = begin().await;
    assert_eq!(
        (&device["interval"], &device["expires_in"]),
        (&json!(5), &json!(900))
    );
    let code = text(&device["device_code"]);
    assert_eq!(poll(&code).await.refusal().0, "authorization_pending");
    assert_eq!(poll(&code).await.refusal().0, "slow_down");
    world.pass(6);
    assert_eq!(poll(&code).await.refusal().0, "authorization_pending");
    let page = text(&device["verification_uri"]).replace("http://emulated", "");
    let form = [("user_code", text(&device["user_code"]))];
    let typed = [("user_code", form[0].1.as_str())];
    assert!(
        world
            .post(&page, &typed)
            .await
            .text()
            .contains("Pick an account")
    );
    let picked = [typed[0], ("account", "user0@example.com")];
    assert!(
        world
            .post(&page, &picked)
            .await
            .text()
            .contains("Are you trying to sign in")
    );
    assert_eq!(poll(&code).await.refusal().0, "slow_down");
    let agreed = [picked[0], picked[1], ("decision", "continue")];
    world.post(&page, &agreed).await;
    let answer = poll(&code).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.json()["refresh_token"].is_string());
    assert_eq!(poll(&code).await.refusal().0, "bad_verification_code");
    let late = text(&begin().await["device_code"]);
    world.pass(901);
    assert_eq!(poll(&late).await.refusal().0, "expired_token");
}
