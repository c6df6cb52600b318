//! A machine in Azure has identities.

use credential::{Credential, Description, RefusalKind, Ways};
use secrecy::ExposeSecret as _;
use serde_json::json;
use uuid::Uuid;
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{Entra, NOW, clock};

const IMDS: &str = "/imds/metadata/identity/oauth2/token";

fn identity(ways: &Ways, client_id: Option<Uuid>) -> Box<dyn Credential> {
    let description = Description::ManagedIdentity { client_id };
    ways.open(&description, None)
        .expect("what the test made itself")
}

fn token() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({
        "access_token": "canary-access",
        "client_id": "…",
        "expires_in": "86399",
        "expires_on": (NOW + 86_399).to_string(),
        "ext_expires_in": "86399",
        "not_before": NOW.to_string(),
        "resource": "499b84ac-1321-427f-aa17-267ca6975798",
        "token_type": "Bearer",
    }))
}

#[tokio::test]
async fn a_virtual_machine_asks_its_metadata_service() {
    let entra = Entra::start().await;
    let client_id = Uuid::from_u128(3);
    Mock::given(method("GET"))
        .and(path(IMDS))
        .and(header("Metadata", "true"))
        .and(query_param("api-version", "2018-02-01"))
        .and(query_param(
            "resource",
            "499b84ac-1321-427f-aa17-267ca6975798",
        ))
        .and(query_param("client_id", client_id.to_string()))
        .respond_with(token())
        .mount(&entra.server)
        .await;
    let granted = identity(&entra.ways(), Some(client_id))
        .grant()
        .await
        .unwrap();
    assert_eq!(granted.token.expose_secret(), "canary-access");
    assert_eq!(granted.expires_in.unwrap().as_secs(), 86_399);
    let request = &entra.server.received_requests().await.unwrap()[0];
    assert!(!request.headers.contains_key("x-forwarded-for"));
}

#[tokio::test]
async fn app_service_says_only_when_a_token_ends() {
    let entra = Entra::start().await;
    let body = json!({
        "access_token": "canary-access",
        "expires_on": (NOW + 60 + 3600).to_string(),
        "resource": "499b84ac-1321-427f-aa17-267ca6975798",
        "token_type": "Bearer",
    });
    // Its clock is a minute ahead of ours.
    let response = ResponseTemplate::new(200)
        .insert_header("Date", "Mon, 23 Nov 2026 12:01:00 GMT")
        .set_body_json(body);
    Mock::given(method("GET"))
        .and(path("/msi/token"))
        .and(header("X-IDENTITY-HEADER", "canary-header"))
        .and(query_param("api-version", "2019-08-01"))
        .and(query_param(
            "resource",
            "499b84ac-1321-427f-aa17-267ca6975798",
        ))
        .respond_with(response)
        .mount(&entra.server)
        .await;
    let mut options = entra.options();
    options.arguments.identity_endpoint = Some(entra.url("msi/token"));
    options.arguments.identity_header = Some("canary-header".into());
    let opened = identity(&Ways::new(options, clock).unwrap(), None);
    assert!(!format!("{opened:?}").contains("canary"));
    let granted = opened.grant().await.unwrap();
    assert_eq!(granted.expires_in.unwrap().as_secs(), 3600);
}

#[tokio::test]
async fn a_service_that_is_away_is_asked_again() {
    for status in [404, 410, 429, 500, 503] {
        let entra = Entra::start().await;
        Mock::given(path(IMDS))
            .respond_with(ResponseTemplate::new(status))
            .up_to_n_times(3)
            .mount(&entra.server)
            .await;
        Mock::given(path(IMDS))
            .respond_with(token())
            .mount(&entra.server)
            .await;
        identity(&entra.ways(), None).grant().await.unwrap();
        assert_eq!(entra.asked().await.len(), 4, "{status}");
    }
}

#[tokio::test]
async fn a_service_that_stays_away_is_given_up_for_now() {
    let entra = Entra::start().await;
    Mock::given(path(IMDS))
        .respond_with(ResponseTemplate::new(503))
        .mount(&entra.server)
        .await;
    let refusal = identity(&entra.ways(), None).grant().await.unwrap_err();
    assert!(refusal.is_passing(), "{refusal}");
    let asked = entra.asked().await.len();
    assert!((5..200).contains(&asked), "{asked}");
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_left_to_whoever_asked() {
    let entra = Entra::start().await;
    Mock::given(path(IMDS))
        .respond_with(ResponseTemplate::new(429).insert_header("Retry-After", "30"))
        .mount(&entra.server)
        .await;
    let refusal = identity(&entra.ways(), None).grant().await.unwrap_err();
    let RefusalKind::Passing { retry_after } = refusal.kind else {
        panic!("{refusal}")
    };
    assert_eq!(retry_after.unwrap().as_secs(), 30);
    assert_eq!(entra.asked().await.len(), 1);
}

#[tokio::test]
async fn an_identity_that_the_machine_lacks_is_an_operators_matter() {
    let entra = Entra::start().await;
    let body = json!({ "error": "invalid_request", "error_description": "Identity not found" });
    Mock::given(path(IMDS))
        .respond_with(ResponseTemplate::new(400).set_body_json(body))
        .mount(&entra.server)
        .await;
    let refusal = identity(&entra.ways(), None).grant().await.unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Misconfigured);
    assert_eq!(refusal.reason, "no_identity");
    assert!(
        refusal.explanation.contains("Identity not found"),
        "{refusal}"
    );
    assert_eq!(entra.asked().await.len(), 1);
}

#[tokio::test]
async fn elsewhere_than_in_azure_it_says_so() {
    let entra = Entra::start().await;
    let mut options = entra.options();
    // Nothing listens there: a port that was free a moment ago.
    let port = local::free_port().unwrap();
    options.arguments.imds_url = format!("http://127.0.0.1:{port}").parse().unwrap();
    let ways = Ways::new(options, clock).unwrap();
    let refusal = identity(&ways, None).grant().await.unwrap_err();
    assert!(refusal.is_passing());
    assert!(refusal.remedy.contains("in Azure only"), "{refusal}");
}
