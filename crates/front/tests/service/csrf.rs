//! M8: changes come from our own pages only.

use reqwest::Method;

use crate::house::{ADMIN_TOKEN, House, PASSWORD};

#[tokio::test]
async fn a_change_comes_from_a_page_of_ours_with_the_token_of_its_session() {
    let (house, mut ada) = House::new().await;
    ada.get("/tokens").await;
    let (ours, csrf) = (house.url.clone(), ada.csrf.clone());
    let mut eve = house.invite(&mut ada, "eve", "administrator").await;
    eve.get("/tokens").await;
    let of_eve = eve.csrf.clone();
    let (ours, csrf) = (ours.as_str(), csrf.as_str());
    for (origin, site, token, expected) in [
        (Some(ours), Some("same-origin"), csrf, 200),
        (Some("null"), Some("same-origin"), csrf, 200),
        (None, Some("same-origin"), csrf, 200),
        (Some(ours), None, csrf, 200),
        (None, None, csrf, 403),
        (Some("null"), None, csrf, 403),
        (Some("https://evil.example"), None, csrf, 403),
        (Some("https://evil.example"), Some("cross-site"), csrf, 403),
        (Some(ours), Some("cross-site"), csrf, 403),
        (Some("null"), Some("cross-site"), csrf, 403),
        (Some(ours), Some("same-site"), csrf, 403),
        (Some(ours), Some("none"), csrf, 403),
        (Some(ours), Some("same-origin"), "", 403),
        (Some(ours), Some("same-origin"), "guess", 403),
        (Some(ours), Some("same-origin"), of_eve.as_str(), 403),
    ] {
        ada.origin = [("origin", origin), ("sec-fetch-site", site)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?.to_owned())))
            .collect();
        let row = format!("{origin:?} {site:?} {token}");
        let form = [("csrf", token)];
        let answer = ada.post_as_is("/things", &form).await;
        assert_eq!(answer.status, expected, "{row}");
        // What scripts send counts the same.
        let headers = [("adit-csrf", token), ("content-type", "application/json")];
        let body = Some("{}".to_owned());
        let answer = ada.send(Method::POST, "/things", body, &headers).await;
        assert_eq!(answer.status, expected, "{row} by header");
    }
    let changes = "SELECT count(*) FROM auth.audit WHERE action = 'thing.change'";
    assert_eq!(house.sql(changes).await.trim(), "8");
    house.stop().await;
}

#[tokio::test]
async fn nobody_can_be_signed_in_or_out_by_another_site() {
    let (house, mut ada) = House::new().await;
    ada.get("/tokens").await;
    ada.origin = vec![("origin", "https://evil.example".to_owned())];
    assert_eq!(ada.post("/sign-out", &[]).await.status, 403);
    assert_eq!(ada.get("/things").await.status, 200);
    for path in ["/sign-in", "/setup", "/invitation", "/sign-in/oidc"] {
        let mut browser = house.browser();
        browser.origin = vec![("sec-fetch-site", "cross-site".to_owned())];
        let form = [("name", "ada"), ("password", PASSWORD)];
        let answer = browser.post(path, &form).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(browser.cookies.is_empty(), "{path}");
    }
    house.stop().await;
}

#[tokio::test]
async fn a_body_that_is_no_form_needs_the_header_and_a_token_of_the_api_needs_nothing() {
    let token = format!("--admin-token={ADMIN_TOKEN}");
    let house = House::with(&[&token]).await;
    let mut ada = house.set_up().await;
    ada.get("/tokens").await;
    let csrf = ada.csrf.clone();
    for (kind, body) in [
        ("text/plain", format!("csrf={csrf}")),
        ("multipart/form-data; boundary=x", format!("csrf={csrf}")),
        ("application/json", format!("{{\"csrf\":\"{csrf}\"}}")),
    ] {
        let headers = [("content-type", kind)];
        for path in ["/things", "/api/v1/things"] {
            let answer = ada.send(Method::POST, path, Some(body.clone()), &headers);
            assert_eq!(answer.await.status, 403, "{kind} {path}");
        }
    }
    let mut program = house.browser();
    program.origin.clear();
    let bearer = format!("Bearer {ADMIN_TOKEN}");
    let headers = [
        ("content-type", "application/json"),
        ("authorization", bearer.as_str()),
    ];
    let body = Some("{}".to_owned());
    let answer = program
        .send(Method::POST, "/api/v1/things", body.clone(), &headers)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    // Pages do not look at tokens.
    let answer = program.send(Method::POST, "/things", body, &headers).await;
    assert_eq!(answer.status, 403);
    house.stop().await;
}

#[tokio::test]
async fn what_only_reads_changes_nothing() {
    let (house, mut ada) = House::new().await;
    let before = house.sql(EVERYTHING).await;
    for path in crate::headers::PAGES {
        ada.get(path).await;
    }
    assert_eq!(house.sql(EVERYTHING).await, before);
    house.stop().await;
}

const EVERYTHING: &str = "SELECT (SELECT string_agg(u::text, ' ') FROM auth.users u),
    (SELECT string_agg(t::text, ' ') FROM auth.tokens t), (SELECT string_agg(l::text, ' ') FROM auth.links l),
    (SELECT count(*) FROM auth.sessions), (SELECT count(*) FROM auth.audit)";
