use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;

use crate::house::{House, PASSWORD, pass};

#[tokio::test]
async fn an_invitation_is_good_once_and_for_a_week() {
    let (house, mut ada) = House::new().await;
    let link = ada.invite("eve", "viewer").await;
    let late = ada.invite("mallory", "viewer").await;
    let taken = ada
        .post("/users", &[("name", "EVE"), ("role", "viewer")])
        .await;
    assert_eq!(taken.status, 422);
    assert!(taken.text.contains("There is a user EVE already"));
    let mut browser = house.browser();
    assert_eq!(
        browser.sign_in("eve", "").await.status,
        401,
        "no password, no way in"
    );
    let page = browser.get(&format!("/invitation?token={link}")).await;
    assert!(page.status == 200 && page.text.contains("eve"));
    let form = |password: &'static str| {
        [
            ("token", link.clone()),
            ("password", password.to_owned()),
            ("again", password.to_owned()),
        ]
    };
    for (password, expected) in [("short", 422), (PASSWORD, 303), (PASSWORD, 410)] {
        let form = form(password);
        let form: Vec<_> = form
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let answer = house.browser().post("/invitation", &form).await;
        assert_eq!(answer.status, expected, "{password}");
    }
    assert_eq!(house.browser().sign_in("eve", PASSWORD).await.status, 303);
    pass(SignedDuration::from_hours(24 * 8));
    let answer = house
        .browser()
        .get(&format!("/invitation?token={late}"))
        .await;
    assert_eq!(answer.status, 410);
    house.stop().await;
}

#[tokio::test]
async fn a_reset_leads_to_a_new_password_and_ends_the_sessions() {
    let (house, mut ada) = House::new().await;
    let mut eve = house.invite(&mut ada, "eve", "viewer").await;
    let id = house
        .sql("SELECT id FROM auth.users WHERE name = 'eve'")
        .await;
    let path = format!("/users/{}/reset", id.trim());
    ada.get("/users").await;
    let token_in = |text: &str| {
        let link = text.split("/invitation?token=").nth(1).unwrap();
        link[..43].to_owned()
    };
    let older = token_in(&ada.post(&path, &[]).await.text);
    let newer = token_in(&ada.post(&path, &[]).await.text);
    assert_eq!(
        eve.get("/things").await.status,
        200,
        "until the link is used"
    );
    let new = "another horse battery";
    for (token, expected) in [(&older, 410), (&newer, 303)] {
        let form = [("token", token.as_str()), ("password", new), ("again", new)];
        let answer = house.browser().post("/invitation", &form).await;
        assert_eq!(answer.status, expected);
    }
    assert_eq!(eve.get("/things").await.status, 303);
    assert_eq!(house.browser().sign_in("eve", PASSWORD).await.status, 401);
    assert_eq!(house.browser().sign_in("eve", new).await.status, 303);
    house.stop().await;
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once_and_a_removed_one_for_ever() {
    let (house, mut ada) = House::new().await;
    let mut eve = house.invite(&mut ada, "eve", "viewer").await;
    let id = house
        .sql("SELECT id FROM auth.users WHERE name = 'eve'")
        .await;
    let user = format!("/users/{}", id.trim());
    assert_eq!(ada.get(&user).await.status, 200);
    ada.post(&format!("{user}/disable"), &[]).await;
    assert_eq!(eve.get("/things").await.status, 303);
    assert_eq!(eve.sign_in("eve", PASSWORD).await.status, 401);
    ada.post(&format!("{user}/enable"), &[]).await;
    assert_eq!(
        eve.get("/things").await.status,
        303,
        "the session has ended"
    );
    assert_eq!(eve.sign_in("eve", PASSWORD).await.status, 303);
    let page = ada.get(&format!("{user}/remove")).await;
    assert!(page.text.contains("Remove eve?"));
    assert_eq!(ada.post(&format!("{user}/remove"), &[]).await.status, 303);
    assert_eq!(eve.get("/things").await.status, 303);
    assert_eq!(ada.get(&user).await.status, 404);
    let done = "SELECT string_agg(action, ',' ORDER BY id) FROM auth.audit WHERE subject = 'eve' AND action LIKE 'user.%'";
    assert_eq!(
        house.sql(done).await.trim(),
        "user.invite,user.password,user.disable,user.enable,user.remove"
    );
    house.stop().await;
}

#[tokio::test]
async fn somebody_always_administers() {
    let (house, mut ada) = House::new().await;
    let id = house.sql("SELECT id FROM auth.users").await;
    let user = format!("/users/{}", id.trim());
    ada.get("/users").await;
    for (path, form) in [
        (format!("{user}/role"), vec![("role", "viewer")]),
        (format!("{user}/disable"), vec![]),
        (format!("{user}/remove"), vec![]),
    ] {
        assert_eq!(ada.post(&path, &form).await.status, 409, "{path}");
        // Who was only invited could not take over.
        assert_eq!(ada.get("/users").await.status, 200, "{path}");
    }
    ada.invite("bob", "administrator").await;
    ada.get("/users").await;
    let answer = ada.post(&format!("{user}/disable"), &[]).await;
    assert_eq!(answer.status, 409);
    house.invite(&mut ada, "eve", "administrator").await;
    ada.get("/users").await;
    let answer = ada
        .post(&format!("{user}/role"), &[("role", "viewer")])
        .await;
    assert_eq!(answer.status, 303);
    assert_eq!(
        ada.get("/users").await.status,
        403,
        "she is a viewer at once"
    );
    house.stop().await;
}

#[tokio::test]
async fn users_are_administered_by_the_api_too() {
    let (house, mut ada) = House::new().await;
    let token = ada.token("api", "administrator", "30").await;
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let mut program = house.browser();
    program.origin.clear();
    let body = json!({ "name": "eve", "role": "viewer" }).to_string();
    let answer = program
        .send(Method::POST, "/api/v1/users", Some(body.clone()), &headers)
        .await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let invited = answer.json();
    let url = invited["url"].as_str().unwrap();
    assert!(
        url.starts_with(&format!("{}/invitation?token=", house.url)),
        "{url}"
    );
    let answer = program
        .send(Method::POST, "/api/v1/users", Some(body), &headers)
        .await;
    assert_eq!(answer.status, 409);
    assert_eq!(answer.json()["type"], "urn:adit:problem:conflict");
    let path = format!("/api/v1/users/{}", invited["user"].as_str().unwrap());
    let change = json!({ "role": "administrator", "disabled": true }).to_string();
    let answer = program
        .send(Method::PATCH, &path, Some(change), &headers)
        .await;
    let user = answer.json();
    assert_eq!(
        (&user["role"], &user["disabled"], &user["sign_in"]),
        (&json!("administrator"), &json!(true), &json!("invited"))
    );
    let answer = program
        .send(Method::GET, "/api/v1/users", None, &headers)
        .await;
    assert_eq!(answer.json().as_array().unwrap().len(), 2);
    let answer = program.send(Method::DELETE, &path, None, &headers).await;
    assert_eq!(answer.status, 204);
    let answer = program.send(Method::GET, &path, None, &headers).await;
    assert_eq!(answer.status, 404);
    house.stop().await;
}

#[test]
fn the_api_describes_itself() {
    let description = serde_json::to_value(<front::Api as utoipa::OpenApi>::openapi()).unwrap();
    for path in [
        "/api/v1/users",
        "/api/v1/users/{id}",
        "/api/v1/users/{id}/reset-password",
        "/api/v1/tokens",
        "/api/v1/tokens/{id}",
        "/api/v1/audit",
    ] {
        assert!(description["paths"][path].is_object(), "{path}");
    }
}
