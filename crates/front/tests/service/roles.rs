//! M11: who may do what.

use reqwest::Method;

use crate::browser::Browser;
use crate::house::House;

const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// Method, path, and what a stranger, a viewer and an administrator get.
fn matrix() -> Vec<(Method, String, u16, u16, u16)> {
    let user = format!("/users/{NOBODY}");
    let api = "/api/v1".to_owned();
    vec![
        (Method::GET, "/things".to_owned(), 303, 200, 200),
        (Method::POST, "/things".to_owned(), 303, 403, 200),
        (Method::GET, "/things/secret".to_owned(), 303, 403, 200),
        (Method::GET, "/users".to_owned(), 303, 403, 200),
        (Method::POST, "/users".to_owned(), 303, 403, 422),
        (Method::GET, user.clone(), 303, 403, 404),
        (Method::POST, format!("{user}/role"), 303, 403, 404),
        (Method::POST, format!("{user}/disable"), 303, 403, 404),
        (Method::POST, format!("{user}/enable"), 303, 403, 404),
        (Method::POST, format!("{user}/reset"), 303, 403, 404),
        (Method::GET, format!("{user}/remove"), 303, 403, 404),
        (Method::POST, format!("{user}/remove"), 303, 403, 404),
        (Method::GET, "/audit".to_owned(), 303, 403, 200),
        (Method::GET, "/tokens".to_owned(), 303, 200, 200),
        (
            Method::POST,
            format!("/tokens/{NOBODY}/revoke"),
            303,
            404,
            404,
        ),
        (Method::GET, "/account".to_owned(), 303, 200, 200),
        (Method::GET, format!("{api}/things"), 401, 200, 200),
        (Method::GET, format!("{api}/users"), 401, 403, 200),
        (Method::GET, format!("{api}/users/{NOBODY}"), 401, 403, 404),
        (
            Method::DELETE,
            format!("{api}/users/{NOBODY}"),
            401,
            403,
            404,
        ),
        (
            Method::POST,
            format!("{api}/users/{NOBODY}/reset-password"),
            401,
            403,
            404,
        ),
        (Method::GET, format!("{api}/audit"), 401, 403, 200),
        (Method::GET, format!("{api}/tokens"), 401, 200, 200),
        (
            Method::DELETE,
            format!("{api}/tokens/{NOBODY}"),
            401,
            404,
            404,
        ),
    ]
}

#[tokio::test]
async fn viewers_look_and_administrators_change() {
    let (house, mut ada) = House::new().await;
    let mut eve = house.invite(&mut ada, "eve", "viewer").await;
    let mut stranger = house.browser();
    ada.get("/tokens").await;
    eve.get("/tokens").await;
    for (browser, expected) in [(&mut eve, false), (&mut ada, true)] {
        let page = browser.get("/account").await.text;
        for path in ["/users", "/audit"] {
            let link = format!("<li><a href=\"{path}\"");
            assert_eq!(page.contains(&link), expected, "{path} in the navigation");
        }
        assert!(page.contains("<li><a href=\"/tokens\""));
    }
    for (method, path, of_stranger, of_viewer, of_administrator) in matrix() {
        for (browser, expected) in [
            (&mut stranger, of_stranger),
            (&mut eve, of_viewer),
            (&mut ada, of_administrator),
        ] {
            let status = ask(browser, &method, &path).await;
            assert_eq!(status, expected, "{method} {path}");
        }
    }
    house.stop().await;
}

async fn ask(browser: &mut Browser, method: &Method, path: &str) -> u16 {
    let csrf = browser.csrf.clone();
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("adit-csrf", csrf.as_str()),
    ];
    let headers = if csrf.is_empty() {
        &headers[..1]
    } else {
        &headers[..]
    };
    let body = (!method.is_safe()).then(|| "name=&role=viewer".to_owned());
    browser
        .send(method.clone(), path, body, headers)
        .await
        .status
}

#[tokio::test]
async fn a_viewer_sees_and_revokes_none_but_their_own_tokens() {
    let (house, mut ada) = House::new().await;
    let mut eve = house.invite(&mut ada, "eve", "viewer").await;
    let of_ada = ada.token("of ada", "administrator", "30").await;
    let of_eve = eve.token("of eve", "viewer", "30").await;
    let page = eve.get("/tokens").await.text;
    assert!(page.contains("of eve") && !page.contains("of ada"));
    let id = house
        .sql("SELECT id FROM auth.tokens WHERE name = 'of ada'")
        .await;
    let answer = eve
        .post(&format!("/tokens/{}/revoke", id.trim()), &[])
        .await;
    assert_eq!(answer.status, 404);
    let bearer = format!("Bearer {of_eve}");
    let headers = [("authorization", bearer.as_str())];
    let path = format!("/api/v1/tokens/{}", id.trim());
    let mut program = house.browser();
    let answer = program.send(Method::DELETE, &path, None, &headers).await;
    assert_eq!(answer.status, 404);
    let list = program
        .send(Method::GET, "/api/v1/tokens", None, &headers)
        .await;
    assert_eq!(list.json().as_array().unwrap().len(), 1);
    let form = [("name", "more"), ("role", "administrator"), ("days", "30")];
    assert_eq!(eve.post("/tokens", &form).await.status, 403);
    let bearer = format!("Bearer {of_ada}");
    let headers = [("authorization", bearer.as_str())];
    let answer = program
        .send(Method::GET, "/api/v1/tokens", None, &headers)
        .await;
    assert_eq!(
        answer.json().as_array().unwrap().len(),
        2,
        "an administrator sees all"
    );
    house.stop().await;
}
