use clap::Parser as _;
use serde_json::json;
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;

#[derive(Debug, clap::Parser)]
struct Line {
    #[command(flatten)]
    options: Options,
}

fn options(url: &str) -> Options {
    let arguments = ["x", "--url", url, "--token", "adit_canary"];
    Line::try_parse_from(arguments).unwrap().options
}

pub(crate) fn api(url: &str) -> Api {
    options(url).api().unwrap()
}

fn problem(status: u16, kind: &str) -> ResponseTemplate {
    let body = json!({
        "type": format!("urn:adit:problem:{kind}"), "title": "Titled", "status": status, "detail": "what happened",
        "remedy": "what to do", "correlation_id": "0192-request"
    });
    ResponseTemplate::new(status).set_body_raw(body.to_string(), "application/problem+json")
}

/// What comes of an answer: the kind, and all that is told.
async fn refusal(answer: ResponseTemplate) -> (Option<Kind>, String) {
    let server = MockServer::start().await;
    Mock::given(path("/api/v1/keys"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let error = api(&server.uri()).get(&["keys"]).await.unwrap_err();
    (Refused::of(&error), told(&error))
}

fn told(error: &anyhow::Error) -> String {
    let advice = error.downcast_ref::<Advice>();
    let remedy = advice.map(Advice::remedy).unwrap_or_default();
    format!("{error:#}; {remedy}")
}

#[tokio::test]
async fn a_request_carries_the_token_and_names_things_safely() {
    let server = MockServer::start().await;
    Mock::given(method("DELETE"))
        .and(path("/api/v1/connections/a%2Fb%3F%20c"))
        .and(query_param("rows", "keep"))
        .and(header("authorization", "Bearer adit_canary"))
        .respond_with(ResponseTemplate::new(202).set_body_json(json!({ "b": 1, "a": [2] })))
        .expect(1)
        .mount(&server)
        .await;
    let api = api(&server.uri());
    let answer = api
        .delete(&["connections", "a/b? c"], &[("rows", "keep")])
        .await
        .unwrap();
    assert_eq!(answer.json(), &json!({ "b": 1, "a": [2] }));
    for name in ["", ".", ".."] {
        api.get(&["connections", name]).await.unwrap_err();
    }
    assert!(!format!("{api:?}").contains("canary"), "{api:?}");
}

#[tokio::test]
async fn a_body_is_sent_and_an_empty_answer_is_one() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(body_json(json!({ "name": "Work" })))
        .respond_with(ResponseTemplate::new(204))
        .expect(1)
        .mount(&server)
        .await;
    let body = json!({ "name": "Work" });
    let answer = api(&server.uri()).post(&["connections"], Some(&body)).await;
    assert_eq!(answer.unwrap().json(), &Value::Null);
}

#[tokio::test]
async fn a_problem_is_told_with_its_detail_remedy_and_number() {
    for (status, word, kind) in [
        (400, "invalid", Kind::Wrong),
        (403, "forbidden", Kind::Refused),
        (404, "not-found", Kind::NotFound),
        (409, "conflict", Kind::Conflict),
        (422, "refused", Kind::Refused),
        (422, "unreadable", Kind::Wrong),
        (429, "too-many", Kind::Unavailable),
        (500, "internal", Kind::Failed),
        (503, "unavailable", Kind::Unavailable),
    ] {
        let (found, told) = refusal(problem(status, word)).await;
        assert_eq!(found, Some(kind), "{status} {word}");
        for expected in ["what happened", "what to do", "0192-request", "Titled"] {
            assert!(told.contains(expected), "{told}");
        }
    }
}

#[tokio::test]
async fn a_token_that_is_not_good_says_where_to_make_one() {
    let (kind, told) = refusal(problem(401, "bad-token")).await;
    assert_eq!(kind, Some(Kind::Refused));
    assert!(
        told.contains("/tokens") && told.contains("--token-file"),
        "{told}"
    );
    assert!(!told.contains("canary"), "{told}");
}

#[tokio::test]
async fn what_is_not_adit_is_told_as_such() {
    let html = |status| ResponseTemplate::new(status).set_body_raw("<html>", "text/html");
    for (answer, kind) in [
        (html(200), Kind::Failed),
        (html(404), Kind::Failed),
        (html(502), Kind::Unavailable),
        (
            ResponseTemplate::new(500).set_body_json(json!(["nothing known"])),
            Kind::Failed,
        ),
        (
            ResponseTemplate::new(404).set_body_json(json!({})),
            Kind::Failed,
        ),
    ] {
        let (found, told) = refusal(answer).await;
        assert_eq!(found, Some(kind), "{told}");
        assert!(told.contains("is not the HTTP API of Adit"), "{told}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = MockServer::start().await;
    Mock::given(wiremock::matchers::any())
        .respond_with(ResponseTemplate::new(200))
        .expect(0)
        .mount(&elsewhere)
        .await;
    let answer = ResponseTemplate::new(307).insert_header("location", elsewhere.uri());
    let (kind, told) = refusal(answer).await;
    assert_eq!(kind, Some(Kind::Failed));
    assert!(told.contains("--url"), "{told}");
}

#[tokio::test]
async fn where_nobody_answers_it_is_said_how_to_find_the_address() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|free| free.local_addr())
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}");
    let error = api(&url).get(&["keys"]).await.unwrap_err();
    let told = told(&error);
    assert_eq!(Refused::of(&error), Some(Kind::Unavailable));
    assert!(told.contains(&url) && told.contains("ADIT_URL"), "{told}");
}

#[tokio::test]
async fn an_answer_of_another_version_is_told_as_such() {
    let server = MockServer::start().await;
    Mock::given(path("/api/v1/keys"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "keys": 1 })))
        .mount(&server)
        .await;
    let answer = api(&server.uri()).get(&["keys"]).await.unwrap();
    let error = answer.read::<crate::answers::KeyStanding>().unwrap_err();
    assert!(told(&error).contains("version"), "{error:#}");
}

#[test]
fn the_token_goes_only_where_nobody_listens_in() {
    for url in [
        "https://adit.example.com",
        "http://localhost:8780",
        "http://adit.localhost",
        "http://127.1.2.3",
        "http://[::1]:1",
    ] {
        options(url).api().unwrap();
    }
    for url in [
        "http://adit.example.com",
        "http://10.0.0.1",
        "http://localhost.example.com",
    ] {
        let error = options(url).api().unwrap_err();
        assert!(told(&error).contains("https"), "{error:#}");
    }
}

#[test]
fn only_an_origin_is_an_address_of_adit() {
    for url in [
        "https://user:password@adit.example.com",
        "https://adit.example.com/connections",
        "https://adit.example.com/?a=b",
        "ftp://adit.example.com",
        "adit.example.com",
    ] {
        origin(url).unwrap_err();
    }
}

#[test]
fn a_missing_or_broken_token_says_what_to_do() {
    let without = Line::try_parse_from(["x", "--token", ""]).unwrap();
    let error = without.options.api().unwrap_err();
    assert!(told(&error).contains("8780/tokens"), "{error:#}");
    let broken = Line::try_parse_from(["x", "--token", "canary\nheader"]).unwrap();
    let error = told(&broken.options.api().unwrap_err());
    assert!(!error.contains("canary"), "{error}");
}
