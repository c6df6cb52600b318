//! People sign in with a code on another device.

use credential::{Description, DevicePoll, RefusalKind};
use secrecy::SecretString;
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::support::{CLIENT, Entra, NOW, TENANT, fault, tokens};

fn tenant() -> String {
    TENANT.to_string()
}

async fn polled(status: u16, error: &str, code: u32) -> Result<DevicePoll, credential::Refusal> {
    let entra = Entra::start().await;
    entra.refuses(status, error, code).await;
    let device_code = SecretString::from("canary-device");
    entra.ways().device_poll(&device_code, &tenant()).await
}

#[tokio::test]
async fn a_code_is_shown_with_where_to_type_it() {
    let entra = Entra::start().await;
    let body = json!({
        "device_code": "canary-device",
        "user_code": "ABCD-EFGH",
        "verification_uri": "https://microsoft.com/devicelogin",
        "expires_in": 900,
        "interval": "5",
        "message": "To sign in, …",
    });
    let response = ResponseTemplate::new(200).set_body_json(body);
    entra
        .answers_at("organizations/oauth2/v2.0/devicecode", response)
        .await;
    let begun = entra.ways().device_begin("organizations").await.unwrap();
    assert_eq!(begun.user_code, "ABCD-EFGH");
    assert_eq!(begun.expires_in.as_secs(), 900);
    assert_eq!(begun.interval.as_secs(), 5);
    assert!(!format!("{begun:?}").contains("canary"));
    let form = &entra.forms().await[0];
    assert_eq!(form["client_id"], CLIENT.to_string());
    assert!(!form.contains_key("client_secret"));
}

#[tokio::test]
async fn a_poll_says_how_far_it_is() {
    let pending = polled(400, "authorization_pending", 70_016).await.unwrap();
    assert!(matches!(pending, DevicePoll::Pending { slow_down: None }));
    let slow = polled(400, "slow_down", 70_016).await.unwrap();
    assert!(matches!(slow, DevicePoll::Pending { slow_down: Some(_) }));
    let declined = polled(400, "authorization_declined", 70_012).await.unwrap();
    let DevicePoll::Declined(refusal) = declined else {
        panic!("{declined:?}")
    };
    assert_eq!(refusal.reason, "declined");
    for error in ["expired_token", "code_expired", "bad_verification_code"] {
        let expired = polled(400, error, 70_020).await.unwrap();
        let DevicePoll::Expired(refusal) = expired else {
            panic!("{expired:?}")
        };
        assert_eq!(refusal.reason, "code_used");
    }
}

#[tokio::test]
async fn a_poll_that_fails_says_whether_to_go_on() {
    for (status, error, code, reason, passing) in [
        (503, "authorization_declined", 0, "unavailable", true),
        (429, "slow_down", 0, "throttled", true),
        (400, "temporarily_unavailable", 0, "unavailable", true),
        (
            400,
            "access_denied_by_policy",
            53_003,
            "conditional_access",
            false,
        ),
        (401, "invalid_client", 7_000_218, "bad_secret", false),
    ] {
        let refusal = polled(status, error, code).await.unwrap_err();
        assert_eq!(
            (refusal.reason, refusal.is_passing()),
            (reason, passing),
            "{error}"
        );
    }
}

#[tokio::test]
async fn whoever_typed_the_code_is_signed_in() {
    let entra = Entra::start().await;
    let id_token = entra.signer.sign(&json!({
        "iss": format!("{}/{TENANT}/v2.0", entra.url("login")),
        "aud": CLIENT, "sub": "pairwise", "tid": TENANT, "name": "Ada Example",
        "preferred_username": "ada@contoso.example", "exp": NOW + 3600,
    }));
    let response = ResponseTemplate::new(200).set_body_json(tokens(Some(&id_token)));
    entra.answers(response).await;
    let device_code = SecretString::from("canary-device");
    let polled = entra.ways().device_poll(&device_code, &tenant()).await;
    let DevicePoll::SignedIn(signed_in) = polled.unwrap() else {
        panic!("not signed in")
    };
    let Description::DeviceCode { account, .. } = signed_in.description else {
        panic!("another kind")
    };
    assert_eq!(account, "ada@contoso.example");
    let form = &entra.forms().await[0];
    assert_eq!(
        form["grant_type"],
        "urn:ietf:params:oauth:grant-type:device_code"
    );
    assert_eq!(form["device_code"], "canary-device");
}

#[tokio::test]
async fn a_tenant_that_blocks_device_codes_is_not_asked_again() {
    let entra = Entra::start().await;
    let response = ResponseTemplate::new(400).set_body_json(fault("invalid_grant", 53_003));
    entra
        .answers_at("organizations/oauth2/v2.0/devicecode", response)
        .await;
    let refusal = entra.ways().device_begin("").await.unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Dead);
    assert_eq!(refusal.reason, "conditional_access");
}
