//! Each way in which Entra says no, and what follows from it.

use std::time::Duration;

use credential::{Description, Refusal, RefusalKind, Ways};
use secrecy::SecretString;
use serde_json::json;
use wiremock::ResponseTemplate;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer};

use crate::support::{Entra, TENANT, clock, fault};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Follows {
    Dead,
    Misconfigured,
    Passing,
}
use Follows::{Dead, Misconfigured, Passing};

fn follows(refusal: &Refusal) -> Follows {
    match refusal.kind {
        RefusalKind::Dead => Dead,
        RefusalKind::Misconfigured => Misconfigured,
        RefusalKind::Passing { .. } => Passing,
    }
}

fn user() -> Description {
    Description::EntraUser {
        tenant_id: TENANT,
        account: "ada@contoso.example".to_owned(),
        object_id: String::new(),
        display_name: String::new(),
        issued_at: None,
    }
}

async fn refused(response: ResponseTemplate) -> Refusal {
    let entra = Entra::start().await;
    entra.answers(response).await;
    refused_by(&entra).await
}

async fn refused_by(entra: &Entra) -> Refusal {
    let refresh = SecretString::from("canary-refresh");
    let opened = entra
        .ways()
        .open(&user(), Some(refresh))
        .expect("what the test made itself");
    opened.grant().await.expect_err("a refusal")
}

#[tokio::test]
async fn each_code_has_its_consequence_a_reason_and_a_remedy() {
    for (error, code, expected, reason) in [
        ("invalid_grant", 700_082, Dead, "expired"),
        ("invalid_grant", 70_008, Dead, "expired"),
        ("invalid_grant", 70_043, Dead, "expired"),
        ("invalid_grant", 700_084, Dead, "expired"),
        ("invalid_grant", 50_055, Dead, "expired"),
        ("invalid_grant", 50_173, Dead, "revoked"),
        ("invalid_grant", 70_000, Dead, "revoked"),
        ("invalid_grant", 54_005, Dead, "code_used"),
        ("invalid_grant", 501_481, Dead, "code_used"),
        ("invalid_grant", 50_076, Dead, "mfa"),
        ("interaction_required", 50_076, Dead, "mfa"),
        ("invalid_grant", 50_079, Dead, "mfa"),
        ("interaction_required", 50_158, Dead, "mfa"),
        ("invalid_grant", 53_000, Dead, "conditional_access"),
        ("invalid_grant", 53_001, Dead, "conditional_access"),
        ("invalid_grant", 53_002, Dead, "conditional_access"),
        ("invalid_grant", 53_003, Dead, "conditional_access"),
        ("interaction_required", 53_004, Dead, "conditional_access"),
        ("invalid_grant", 530_032, Dead, "conditional_access"),
        ("invalid_grant", 65_001, Dead, "consent"),
        ("invalid_grant", 90_094, Dead, "consent"),
        ("invalid_grant", 65_004, Dead, "declined"),
        ("invalid_grant", 50_057, Dead, "disabled"),
        ("invalid_grant", 50_034, Dead, "disabled"),
        ("invalid_grant", 50_020, Dead, "not_a_member"),
        ("invalid_grant", 50_105, Dead, "not_assigned"),
        ("interaction_required", 1, Dead, "interaction_required"),
        ("invalid_grant", 1, Dead, "revoked"),
        ("invalid_client", 7_000_215, Misconfigured, "bad_secret"),
        ("invalid_client", 7_000_218, Misconfigured, "bad_secret"),
        ("invalid_client", 7_000_222, Misconfigured, "expired_secret"),
        ("invalid_client", 700_027, Misconfigured, "bad_certificate"),
        ("invalid_client", 700_023, Misconfigured, "bad_assertion"),
        ("invalid_client", 70_021, Misconfigured, "subject_mismatch"),
        ("invalid_client", 700_213, Misconfigured, "subject_mismatch"),
        ("invalid_client", 700_211, Misconfigured, "subject_mismatch"),
        (
            "unauthorized_client",
            700_016,
            Misconfigured,
            "unknown_application",
        ),
        ("invalid_client", 7_000_112, Misconfigured, "disabled"),
        ("invalid_request", 90_002, Misconfigured, "unknown_tenant"),
        (
            "invalid_request",
            50_194,
            Misconfigured,
            "tenant_not_allowed",
        ),
        (
            "invalid_resource",
            500_011,
            Misconfigured,
            "unknown_resource",
        ),
        ("invalid_scope", 70_011, Misconfigured, "bad_scope"),
        ("invalid_client", 50_011, Misconfigured, "bad_redirect"),
        ("invalid_client", 700_025, Misconfigured, "bad_application"),
        ("invalid_request", 900_144, Misconfigured, "refused"),
        ("temporarily_unavailable", 53_003, Passing, "unavailable"),
        ("server_error", 50_000, Passing, "unavailable"),
        ("invalid_grant", 90_033, Passing, "unavailable"),
        ("invalid_grant", 50_196, Passing, "throttled"),
    ] {
        let status = if error == "invalid_client" { 401 } else { 400 };
        let refusal =
            refused(ResponseTemplate::new(status).set_body_json(fault(error, code))).await;
        assert_eq!(
            (follows(&refusal), refusal.reason),
            (expected, reason),
            "{error} {code}"
        );
        assert!(!refusal.remedy.is_empty(), "{code}");
        assert_eq!(*refusal.code, format!("AADSTS{code}"));
        assert!(
            refusal.link.ends_with(&code.to_string()),
            "{}",
            refusal.link
        );
        assert!(!refusal.explanation.contains("Trace ID"), "{refusal}");
    }
}

#[tokio::test]
async fn the_code_may_stand_in_the_words_only() {
    let body = json!({ "error": "invalid_grant", "error_description": "AADSTS50057: The user account is disabled." });
    let refusal = refused(ResponseTemplate::new(400).set_body_json(body)).await;
    assert_eq!(
        (refusal.reason, &*refusal.code),
        ("disabled", "AADSTS50057")
    );
    assert!(
        refusal
            .explanation
            .contains("The user account is disabled."),
        "{refusal}"
    );
}

#[tokio::test]
async fn a_server_that_fails_never_ends_a_grant() {
    let grave = fault("invalid_grant", 700_082);
    for (response, reason) in [
        (
            ResponseTemplate::new(500).set_body_json(&grave),
            "unavailable",
        ),
        (
            ResponseTemplate::new(503).set_body_json(&grave),
            "unavailable",
        ),
        (
            ResponseTemplate::new(429).set_body_json(&grave),
            "throttled",
        ),
        (
            ResponseTemplate::new(400).set_body_string("<html>a proxy</html>"),
            "unavailable",
        ),
        (
            ResponseTemplate::new(403).set_body_string(""),
            "unavailable",
        ),
        (
            ResponseTemplate::new(400).set_body_json(json!({ "message": "a gateway" })),
            "unavailable",
        ),
        (
            ResponseTemplate::new(200).set_body_string("<html>a portal</html>"),
            "unavailable",
        ),
        (
            ResponseTemplate::new(200).set_body_json(json!({ "token_type": "Bearer" })),
            "unavailable",
        ),
        (
            ResponseTemplate::new(200)
                .set_body_json(json!({ "token_type": "mac", "access_token": "x" })),
            "unavailable",
        ),
    ] {
        let refusal = refused(response).await;
        assert_eq!(
            (follows(&refusal), refusal.reason),
            (Passing, reason),
            "{refusal}"
        );
    }
}

#[tokio::test]
async fn a_server_that_says_how_long_to_wait_is_heard() {
    for status in [429, 503] {
        let response = ResponseTemplate::new(status).insert_header("Retry-After", "17");
        let refusal = refused(response).await;
        let wait = Some(Duration::from_secs(17));
        assert_eq!(refusal.explanation.contains("status 503"), status == 503);
        assert_eq!(refusal.kind, RefusalKind::Passing { retry_after: wait });
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_passing() {
    let entra = Entra::start().await;
    let mut options = entra.options();
    let port = local::free_port().unwrap();
    options.login_url = format!("http://127.0.0.1:{port}/login").parse().unwrap();
    let ways = Ways::new(options, clock).unwrap();
    let opened = ways.open(&user(), Some("canary-refresh".into())).unwrap();
    let refusal = opened.grant().await.unwrap_err();
    assert_eq!(follows(&refusal), Passing);
    assert!(
        refusal
            .explanation
            .starts_with("127.0.0.1 cannot be reached"),
        "{refusal}"
    );
}

#[tokio::test]
async fn a_secret_follows_no_redirect() {
    let elsewhere = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200))
        .mount(&elsewhere)
        .await;
    let response = ResponseTemplate::new(307).insert_header("Location", elsewhere.uri());
    let refusal = refused(response).await;
    assert_eq!(follows(&refusal), Passing);
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let response = ResponseTemplate::new(200).set_body_bytes(vec![b' '; 2 * 1024 * 1024]);
    let refusal = refused(response).await;
    assert!(
        refusal.explanation.contains("more than a token can be"),
        "{refusal}"
    );
}

#[tokio::test]
async fn a_secret_that_a_server_repeats_is_hidden() {
    let body = json!({
        "error": "invalid_client",
        "error_description": "AADSTS7000215: bad 'canary-of-our-own' for 'canary-refresh'\u{1b}[31m\n",
    });
    let refusal = refused(ResponseTemplate::new(401).set_body_json(body)).await;
    let shown = format!("{refusal} {refusal:?}");
    assert!(
        !shown.contains("canary") && !shown.contains('\u{1b}'),
        "{shown}"
    );
    assert!(shown.contains("(hidden)"), "{shown}");
}

#[test]
fn an_address_that_would_tell_secrets_is_refused_at_the_start() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let entra = runtime.unwrap().block_on(Entra::start());
    for (setting, options) in [
        ("ADIT_LOGIN_URL", {
            let mut options = entra.options();
            options.login_url = "http://login.microsoftonline.com".parse().unwrap();
            options
        }),
        ("ADIT_IMDS_URL", {
            let mut options = entra.options();
            options.arguments.imds_url = "http://evil.example".parse().unwrap();
            options
        }),
        ("IDENTITY_ENDPOINT", {
            let mut options = entra.options();
            options.arguments.identity_endpoint = Some("http://evil.example".parse().unwrap());
            options
        }),
    ] {
        let refusal = Ways::new(options, clock).unwrap_err();
        assert!(refusal.explanation.contains(setting), "{refusal}");
    }
}
