//! M9: what every answer says, whatever it is.

use std::collections::BTreeSet;

use reqwest::Method;

use crate::browser::Answer;
use crate::house::House;

/// Every page, and what is none.
pub(crate) const PAGES: &[&str] = &[
    "/",
    "/sign-in",
    "/setup",
    "/setup?token=x",
    "/invitation",
    "/invitation?token=x",
    "/account",
    "/users",
    "/users/00000000-0000-0000-0000-000000000000",
    "/users/00000000-0000-0000-0000-000000000000/remove",
    "/users/no-id",
    "/tokens",
    "/audit",
    "/audit?before=2",
    "/audit?before=x",
    "/sign-in/oidc/callback",
    "/sign-in/oidc/callback?error=<script>",
    "/things",
    "/things/panic",
    "/things/fault",
    "/things/missing",
    "/things/number/x",
    "/nowhere",
    "/static/nothing.css",
    "/favicon.ico",
    "/api/v1/users",
    "/api/v1/users/no-id",
    "/api/v1/tokens",
    "/api/v1/audit",
    "/api/v1/audit?limit=x",
    "/api/v1/nowhere",
];

#[tokio::test]
async fn every_answer_of_every_route_says_what_browsers_may_do_with_it() {
    let (house, mut ada) = House::new().await;
    let mut stranger = house.browser();
    let mut statuses = BTreeSet::new();
    for path in PAGES {
        for method in [
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::DELETE,
            Method::PUT,
            Method::OPTIONS,
        ] {
            for browser in [&mut ada, &mut stranger] {
                let answer = browser.send(method.clone(), path, None, &[]).await;
                check(&answer, &format!("{method} {path}"));
                statuses.insert(answer.status);
            }
            jiff_passes();
        }
    }
    // The crawl met answers of many kinds.
    for status in [200, 303, 400, 401, 403, 404, 405, 410, 500] {
        assert!(statuses.contains(&status), "{status}: {statuses:?}");
    }
    house.stop().await;
}

#[tokio::test]
async fn pages_hold_nothing_that_the_policy_forbids() {
    let (house, mut ada) = House::new().await;
    ada.invite("eve", "viewer").await;
    ada.token("cli", "viewer", "30").await;
    for path in PAGES {
        let answer = ada.get(path).await;
        if !answer.header("content-type").starts_with("text/html") {
            continue;
        }
        let text = answer.text.to_lowercase();
        for forbidden in [
            "<style",
            " style=",
            "javascript:",
            " onclick=",
            " onload=",
            "http://",
            "https://",
        ] {
            assert!(!text.contains(forbidden), "{path}: {forbidden}");
        }
        assert_eq!(
            text.matches("<script").count(),
            text.matches("<script src=\"/static/").count(),
            "{path}"
        );
        for needed in [
            "<html lang=\"en\">",
            "<title>",
            "name=\"viewport\"",
            "href=\"#content\"",
            "id=\"content\"",
            "<h1",
        ] {
            assert!(text.contains(needed), "{path}: {needed}");
        }
        assert_eq!(text.matches("<h1").count(), 1, "{path}");
        let ids: Vec<&str> = text
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        let unique: BTreeSet<&&str> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "{path}: {ids:?}");
        for label in text
            .split(" for=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            assert!(ids.contains(&label), "{path}: a label for nothing, {label}");
        }
    }
    house.stop().await;
}

#[tokio::test]
async fn style_and_script_are_kept_by_browsers_under_names_of_their_content() {
    let (house, mut ada) = House::new().await;
    let page = ada.get("/tokens").await.text;
    let files: Vec<&str> = page
        .split('"')
        .filter(|part| part.starts_with("/static/"))
        .collect();
    assert_eq!(files.len(), 3, "{files:?}");
    for file in files {
        let answer = house.browser().get(file).await;
        check(&answer, file);
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert!(!answer.text.is_empty());
    }
    house.stop().await;
}

#[tokio::test]
async fn no_address_is_ever_made_of_the_host_header() {
    let (house, mut ada) = House::new().await;
    ada.get("/users").await;
    let csrf = ada.csrf.clone();
    let body = format!("csrf={csrf}&name=eve&role=viewer");
    for forged in ["host", "x-forwarded-host", "forwarded"] {
        let value = if forged == "forwarded" {
            "host=evil.example"
        } else {
            "evil.example"
        };
        let headers = [
            (forged, value),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let name = format!("{body}{forged}").replace("name=eve", &format!("name=eve-{forged}"));
        let answer = ada.send(Method::POST, "/users", Some(name), &headers).await;
        assert!(!answer.text.contains("evil.example"), "{forged}");
        let answer = house
            .browser()
            .send(Method::GET, "/things", None, &[(forged, value)])
            .await;
        assert!(
            answer.header("location").starts_with("/sign-in"),
            "{forged}"
        );
    }
    house.stop().await;
}

/// So that the crawl is not slowed.
fn jiff_passes() {
    crate::house::pass(jiff::SignedDuration::from_secs(10));
}

fn check(answer: &Answer, what: &str) {
    let policy = answer.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{what}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{what}: {policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("strict-transport-security", "max-age=31536000"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
    assert!(!answer.header("adit-correlation-id").is_empty(), "{what}");
    let is_kept = what.contains("/static/") && answer.status == 200;
    if !is_kept {
        assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    }
    for name in ["server", "x-powered-by"] {
        assert_eq!(answer.header(name), "", "{what}: {name}");
    }
}
