//! What happens when the credential is refused.

use azdo::{Error, Presence};
use wiremock::{Request, ResponseTemplate};

use crate::support::{in_turn, json, list, project, service, status};

const PAGE: &str = "<!DOCTYPE html ><html><head><title>Azure DevOps Services | Sign In</title>";

/// Refuses the first token with `refusal`, and takes the second.
async fn check(refusal: ResponseTemplate) {
    let service = service(move |request: &Request| {
        if request.headers["authorization"] == "Bearer second" {
            json(&list([1]))
        } else {
            refusal.clone()
        }
    })
    .await;
    let builds = service.client().builds(project()).finished().pages();
    assert_eq!(builds.items().await.expect("a list").len(), 1);
    assert_eq!(service.client().requests(), 2);
    assert_eq!(service.asker.tokens.rejected(), 1);
}

#[tokio::test]
async fn every_form_of_sign_in_page_makes_the_credential_be_asked_once_again() {
    check(ResponseTemplate::new(401)).await;
    check(ResponseTemplate::new(203).set_body_raw(PAGE.as_bytes(), "text/html")).await;
    check(ResponseTemplate::new(302).insert_header("location", "http://127.0.0.1:1/_signin")).await;
    check(ResponseTemplate::new(200).set_body_raw(PAGE.as_bytes(), "text/html; charset=utf-8"))
        .await;
    check(ResponseTemplate::new(200).set_body_raw(PAGE.as_bytes(), "application/json")).await;
}

#[tokio::test]
async fn a_second_refusal_is_final_and_says_why() {
    let title = "<html><title>The organization&#39;s policy</title>";
    let refusal = ResponseTemplate::new(401)
        .insert_header("activityid", "e08da045-75aa-422f-a3ae-513c579e7cbe")
        .insert_header("x-tfs-serviceerror", "TF400813%3A%20The%20user%20%27%27%20is%20not")
        .insert_header(
            "www-authenticate",
            "Bearer authorization_uri=https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47",
        )
        .set_body_raw(title.as_bytes(), "text/html");
    let service = in_turn(vec![refusal]).await;
    let error = service.client().connection_data().await.unwrap_err();
    let Error::Unauthorized(explanation) = error else {
        panic!("{error}");
    };
    assert_eq!(service.client().requests(), 2);
    assert_eq!(explanation.status, Some(401));
    assert_eq!(explanation.message, "The organization's policy");
    assert_eq!(explanation.code.as_deref(), Some("TF400813"));
    assert_eq!(
        explanation.tenant.as_deref(),
        Some("72f988bf-86f1-41af-91ab-2d7cd011db47")
    );
    assert_eq!(
        explanation.activity_id.as_deref(),
        Some("e08da045-75aa-422f-a3ae-513c579e7cbe")
    );
}

#[tokio::test]
async fn a_credential_without_another_token_is_not_tried_twice() {
    let server = wiremock::MockServer::start().await;
    wiremock::Mock::given(wiremock::matchers::any())
        .respond_with(ResponseTemplate::new(401))
        .mount(&server)
        .await;
    let asker = crate::support::asker(&server.uri(), &["only"]);
    let error = asker.client.connection_data().await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized(_)), "{error}");
    assert_eq!(asker.client.requests(), 1);
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let other = wiremock::MockServer::start().await;
    let answer = ResponseTemplate::new(302).insert_header("location", other.uri());
    let service = in_turn(vec![answer]).await;
    let error = service.client().connection_data().await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized(_)), "{error}");
    assert!(other.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn requests_say_who_we_are_and_which_run_this_is() {
    let service = in_turn(vec![json(&list([]))]).await;
    let builds = service.client().builds(project()).finished().pages();
    builds.items().await.unwrap();
    let requests = service.server.received_requests().await.unwrap();
    let headers = &requests[0].headers;
    let expected = [
        ("authorization", "Bearer first".to_owned()),
        ("accept", "application/json;api-version=7.1".to_owned()),
        ("x-tfs-fedauthredirect", "Suppress".to_owned()),
        ("x-vss-forcemsapassthrough", "true".to_owned()),
        ("x-tfs-session", service.client().session().to_string()),
        ("accept-encoding", "gzip".to_owned()),
        (
            "user-agent",
            format!(
                "adit/{} (+https://github.com/adit-dev/adit; tests@example.com)",
                env!("CARGO_PKG_VERSION")
            ),
        ),
    ];
    for (name, value) in expected {
        assert_eq!(headers[name], value.as_str(), "{name}");
    }
}

type Kind = fn(&Error) -> bool;

#[tokio::test]
async fn each_refusal_has_a_kind_of_its_own() {
    let typed = |code: &str| format!(r#"{{"message":"{code}: no","typeKey":"XException"}}"#);
    let kinds: [(u16, String, Kind); 8] = [
        (403, typed("VS403463"), |error| {
            matches!(error, Error::Forbidden(_))
        }),
        (404, typed("TF401019"), |error| {
            matches!(error, Error::NotFound(_))
        }),
        (404, "The controller was not found".to_owned(), |error| {
            matches!(error, Error::NotFound(_))
        }),
        (410, String::new(), |error| matches!(error, Error::Gone(_))),
        (400, typed("VS402337"), |error| {
            matches!(error, Error::BadRequest(_)) && error.code() == Some("VS402337")
        }),
        (503, format!("\u{FEFF}{}", typed("TF24668")), |error| {
            matches!(error, Error::OrganizationInactive(_))
        }),
        (200, r#"{"count":0}"#.to_owned(), |error| {
            matches!(error, Error::Unreadable(_))
        }),
        (200, "{]}".to_owned(), |error| {
            matches!(error, Error::Unreadable(_))
        }),
    ];
    for (code, body, is_expected) in kinds {
        let service = in_turn(vec![status(code, &body)]).await;
        let builds = service.client().builds(project()).finished().pages();
        let error = builds.items().await.unwrap_err();
        assert!(is_expected(&error), "{code} {body}: {error}");
        assert_eq!(service.client().requests(), 1, "{code} {body}");
    }
}

#[tokio::test]
async fn a_project_is_there_or_gone_or_hidden() {
    let id = "00000000-0000-0000-0000-000000000007";
    let body = |state: &str| format!(r#"{{"id":"{id}","state":"{state}"}}"#);
    let gone = r#"{"message":"TF200016: x","typeKey":"ProjectDoesNotExistWithNameException"}"#;
    let either = r#"{"message":"VS800075: x","typeKey":"ProjectDoesNotExistException"}"#;
    for (code, body, expected) in [
        (200, body("wellFormed"), "there"),
        (200, body("deleted"), "gone"),
        (404, gone.to_owned(), "gone"),
        (404, either.to_owned(), "hidden"),
        (404, String::new(), "hidden"),
        (403, String::new(), "hidden"),
    ] {
        let service = in_turn(vec![status(code, &body)]).await;
        let presence = service.client().project(project()).await.unwrap();
        let found = match presence {
            Presence::There(_) => "there",
            Presence::Gone => "gone",
            Presence::Hidden => "hidden",
        };
        assert_eq!(found, expected, "{code} {body}");
    }
}

#[tokio::test]
async fn a_failure_shows_no_query_and_no_token() {
    let asker = crate::support::asker("http://127.0.0.1:1", &["canary-token"]);
    let pages = asker.client.revisions().after("canary-cursor").pages();
    let error = pages.items().await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("canary"), "{shown}");
    assert!(shown.contains("_apis/wit/reporting/workitemrevisions"));
}
