use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;

use crate::browser::{Answer, Browser};
use crate::house::{ADMIN_TOKEN, House, pass};

async fn api(
    browser: &mut Browser,
    method: Method,
    path: &str,
    token: &str,
    body: Option<serde_json::Value>,
) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let body = body.map(|body| body.to_string());
    browser.send(method, path, body, &headers).await
}

async fn status(house: &House, token: &str) -> u16 {
    let mut program = house.browser();
    api(&mut program, Method::GET, "/api/v1/things", token, None)
        .await
        .status
}

#[tokio::test]
async fn a_token_stands_for_its_user_until_it_ends() {
    let (house, mut ada) = House::new().await;
    let token = ada.token("cli", "viewer", "30").await;
    let mut program = house.browser();
    let answer = api(&mut program, Method::GET, "/api/v1/things", &token, None).await;
    assert_eq!(answer.text, "ada Viewer Token(\"cli\")");
    let answer = api(
        &mut program,
        Method::POST,
        "/api/v1/things",
        &token,
        Some(json!({})),
    )
    .await;
    assert_eq!(answer.status, 403, "it can do less than its user");
    let stored = house.sql("SELECT t::text FROM auth.tokens t").await;
    assert!(!stored.contains(token.trim_start_matches("adit_")));
    assert!(
        house
            .sql("SELECT used_at IS NOT NULL FROM auth.tokens")
            .await
            .trim()
            == "t"
    );
    let page = ada.get("/tokens").await.text;
    assert!(page.contains("cli") && !page.contains(&token));
    for wrong in [
        "",
        "adit_",
        "adit_guess",
        &token[..40],
        &token.to_uppercase(),
    ] {
        let answer = api(&mut program, Method::GET, "/api/v1/things", wrong, None).await;
        assert_eq!(answer.status, 401, "{wrong}");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"adit\"");
    }
    pass(SignedDuration::from_hours(24 * 31));
    assert_eq!(status(&house, &token).await, 401, "it has ended");
    house.stop().await;
}

#[tokio::test]
async fn a_revoked_token_and_one_of_a_disabled_user_stop_at_once() {
    let (house, mut ada) = House::new().await;
    let mut eve = house.invite(&mut ada, "eve", "administrator").await;
    let (one, other) = (
        eve.token("one", "administrator", "0").await,
        eve.token("other", "administrator", "0").await,
    );
    assert_eq!(
        (status(&house, &one).await, status(&house, &other).await),
        (200, 200)
    );
    let id = house
        .sql("SELECT id FROM auth.tokens WHERE name = 'one'")
        .await;
    eve.get("/tokens").await;
    assert_eq!(
        eve.post(&format!("/tokens/{}/revoke", id.trim()), &[])
            .await
            .status,
        303
    );
    assert_eq!(
        (status(&house, &one).await, status(&house, &other).await),
        (401, 200)
    );

    let user = house
        .sql("SELECT id FROM auth.users WHERE name = 'eve'")
        .await;
    ada.get("/users").await;
    let role = [("role", "viewer")];
    ada.post(&format!("/users/{}/role", user.trim()), &role)
        .await;
    let mut program = house.browser();
    let answer = api(
        &mut program,
        Method::POST,
        "/api/v1/things",
        &other,
        Some(json!({})),
    )
    .await;
    assert_eq!(
        answer.status, 403,
        "a token can do no more than its user may now"
    );
    ada.post(&format!("/users/{}/disable", user.trim()), &[])
        .await;
    assert_eq!(status(&house, &other).await, 401);
    ada.post(&format!("/users/{}/enable", user.trim()), &[])
        .await;
    assert_eq!(status(&house, &other).await, 200);
    house.stop().await;
}

#[tokio::test]
async fn a_token_makes_none_that_can_do_more_or_lives_longer() {
    let (house, mut ada) = House::new().await;
    let (viewer, administrator) = (
        ada.token("viewer", "viewer", "30").await,
        ada.token("administrator", "administrator", "30").await,
    );
    let mut program = house.browser();
    let wish =
        |role: &str, days: Option<u32>| Some(json!({ "name": "more", "role": role, "days": days }));
    for (token, role, days, expected) in [
        (&viewer, "administrator", Some(1), 403),
        (&viewer, "viewer", Some(0), 400),
        (&viewer, "viewer", Some(100_000), 400),
        (&viewer, "nobody", None, 422),
        (&viewer, "viewer", None, 201),
        (&administrator, "administrator", Some(365), 201),
    ] {
        let answer = api(
            &mut program,
            Method::POST,
            "/api/v1/tokens",
            token,
            wish(role, days),
        )
        .await;
        assert_eq!(answer.status, expected, "{role} {days:?} {}", answer.text);
    }
    let longest = "SELECT max(expires_at) <= now() + interval '31 days', count(*) FROM auth.tokens WHERE expires_at IS NOT NULL";
    assert_eq!(house.sql(longest).await.trim(), "t|4");
    house.stop().await;
}

#[tokio::test]
async fn the_operators_token_administers_and_belongs_to_nobody() {
    let argument = format!("--admin-token={ADMIN_TOKEN}");
    let house = House::with(&[&argument]).await;
    let mut program = house.browser();
    let answer = api(
        &mut program,
        Method::GET,
        "/api/v1/things",
        ADMIN_TOKEN,
        None,
    )
    .await;
    assert_eq!(
        answer.text,
        "ADIT_ADMIN_TOKEN Administrator Token(\"ADIT_ADMIN_TOKEN\")"
    );
    let wish = json!({ "name": "x", "role": "viewer" });
    let answer = api(
        &mut program,
        Method::POST,
        "/api/v1/tokens",
        ADMIN_TOKEN,
        Some(wish),
    )
    .await;
    assert_eq!(answer.status, 409);
    let invitation = json!({ "name": "eve", "role": "administrator" });
    let answer = api(
        &mut program,
        Method::POST,
        "/api/v1/users",
        ADMIN_TOKEN,
        Some(invitation),
    )
    .await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let who = house.sql("SELECT who || ' ' || via FROM auth.audit").await;
    assert_eq!(who.trim(), "ADIT_ADMIN_TOKEN token ADIT_ADMIN_TOKEN");
    // Somebody who has only been invited administers nothing yet.
    house.set_up().await;
    house.stop().await;
}

#[tokio::test]
async fn an_operators_token_that_could_be_guessed_is_refused_at_the_start() {
    let (house, _) = House::new().await;
    let mut options = options();
    options.admin_token = chassis::Secret::value("short").into();
    let address = "127.0.0.1:8780".parse().unwrap();
    let error =
        front::Door::new(&options, address, house.store.clone(), chassis::clock).unwrap_err();
    assert!(error.to_string().contains("ADIT_ADMIN_TOKEN"), "{error}");
    assert!(!error.to_string().contains("short"), "{error}");
    house.stop().await;
}

fn options() -> front::Options {
    #[derive(Debug, clap::Parser)]
    struct Command {
        #[command(flatten)]
        options: front::Options,
    }
    <Command as clap::Parser>::parse_from(["front"]).options
}
