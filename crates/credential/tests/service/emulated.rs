//! Against the emulator's Entra, which shares no code with ours.

use std::sync::Arc;

use credential::oidc::{self, Provider};
use credential::{Answer, Description, DevicePoll, RefusalKind, SecretSource, Ways};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use url::Url;
use uuid::Uuid;

use crate::emulator::{Emulator, REDIRECT, clock, member};

#[tokio::test]
async fn a_person_signs_in_stays_and_is_told_why_not_any_more() {
    let emulator = Emulator::start().await;
    let ways = emulator.ways();
    let tenant = emulator.tenant();
    for tenant in [tenant.to_string(), "organizations".to_owned()] {
        let signed_in = emulator.sign_in(&ways, &tenant, "reader").await.unwrap();
        assert!(emulator.takes(&signed_in.granted).await);
    }
    let signed_in = emulator
        .sign_in(&ways, "organizations", "reader")
        .await
        .unwrap();
    let Description::EntraUser {
        tenant_id,
        account,
        object_id,
        ..
    } = &signed_in.description
    else {
        panic!("another kind")
    };
    assert_eq!(*tenant_id, tenant);
    let reader = emulator.named("accounts", "reader");
    assert_eq!(
        (&json!(account), &json!(object_id)),
        (&reader["name"], &reader["object_id"])
    );

    // The next refresh token works, and so does the former one.
    let open = |secret: &SecretString| {
        ways.open(&signed_in.description, Some(secret.clone()))
            .unwrap()
    };
    let granted = open(&signed_in.refresh_token).grant().await.unwrap();
    assert!(emulator.takes(&granted).await);
    let next = granted.renewed.unwrap();
    assert_ne!(
        next.expose_secret(),
        signed_in.refresh_token.expose_secret()
    );
    open(&next).grant().await.unwrap();
    open(&signed_in.refresh_token).grant().await.unwrap();

    for (order, back, reason) in [
        (json!({ "kind": "require_mfa" }), None, "mfa"),
        (
            json!({ "kind": "block_by_policy" }),
            Some("unblock_by_policy"),
            "conditional_access",
        ),
        (
            json!({ "kind": "disable_user" }),
            Some("enable_user"),
            "disabled",
        ),
        (
            json!({ "kind": "revoke_consent" }),
            Some("grant_consent"),
            "consent",
        ),
        (json!({ "kind": "revoke_grants" }), None, "revoked"),
    ] {
        emulator.change(order).await;
        let refusal = open(&next).grant().await.unwrap_err();
        assert_eq!(
            (refusal.reason, refusal.kind),
            (reason, RefusalKind::Dead),
            "{refusal}"
        );
        match back {
            Some(back) => emulator.change(json!({ "kind": back })).await,
            // Signing in again does what was asked for.
            None => drop(
                emulator
                    .sign_in(&ways, "organizations", "reader")
                    .await
                    .unwrap(),
            ),
        }
    }
    let again = emulator
        .sign_in(&ways, "organizations", "reader")
        .await
        .unwrap();
    emulator.change(json!({ "kind": "expire_grants" })).await;
    let refusal = open(&again.refresh_token).grant().await.unwrap_err();
    assert_eq!(refusal.reason, "expired", "{refusal}");
    emulator.change(json!({ "kind": "expire_secret" })).await;
    let refusal = open(&again.refresh_token).grant().await.unwrap_err();
    assert_eq!(refusal.reason, "expired_secret", "{refusal}");
    assert_eq!(refusal.kind, RefusalKind::Misconfigured);
}

#[tokio::test]
async fn a_sign_in_that_is_not_right_is_refused() {
    let emulator = Emulator::start().await;
    let ways = emulator.ways();
    for how in [
        "signature",
        "issuer",
        "audience",
        "tenant",
        "nonce",
        "expired",
        "unsigned",
        "missing",
    ] {
        emulator
            .change(json!({ "kind": "spoil_id_token", "how": how }))
            .await;
        let refusal = emulator
            .sign_in(&ways, "organizations", "reader")
            .await
            .unwrap_err();
        assert_eq!(refusal.reason, "invalid_identity", "{how}: {refusal}");
    }
    // Whoever declines comes back with an error, and a code is good once, and only for whoever began.
    let redirect: Url = REDIRECT.parse().unwrap();
    let begun = ways.sign_in("organizations", &redirect).unwrap();
    let back = emulator.browse(&begun.url, "reader", "cancel").await;
    let refusal = ways.declined(&member(&back, "error"), &member(&back, "error_description"));
    assert_eq!(refusal.reason, "declined");
    let answer = async |verifier: &SecretString| {
        let back = emulator.browse(&begun.url, "reader", "accept").await;
        Answer {
            code: member(&back, "code").into(),
            issuer: None,
            verifier: verifier.clone(),
            nonce: begun.nonce.clone(),
            tenant: "organizations".to_owned(),
            redirect: redirect.clone(),
        }
    };
    let stolen = answer(&SecretString::from("x".repeat(43))).await;
    assert_eq!(ways.redeem(stolen).await.unwrap_err().reason, "code_used");
    let honest = answer(&begun.verifier).await;
    ways.redeem(honest.clone()).await.unwrap();
    assert_eq!(ways.redeem(honest).await.unwrap_err().reason, "code_used");
}

#[tokio::test]
async fn a_device_is_signed_in_by_its_code() {
    let emulator = Emulator::start().await;
    emulator
        .change(json!({ "kind": "set_sign_in", "interval_seconds": 0 }))
        .await;
    let ways = emulator.ways();
    let begun = ways.device_begin("organizations").await.unwrap();
    let poll = || ways.device_poll(&begun.device_code, "organizations");
    assert!(matches!(poll().await.unwrap(), DevicePoll::Pending { .. }));
    let account = emulator.named("accounts", "reader")["name"]
        .as_str()
        .unwrap();
    let form = [
        ("user_code", begun.user_code.as_str()),
        ("account", account),
        ("decision", "continue"),
    ];
    let typed = emulator
        .browser
        .post(begun.verification_uri.clone())
        .form(&form);
    assert_eq!(typed.send().await.unwrap().status(), 200);
    let DevicePoll::SignedIn(signed_in) = poll().await.unwrap() else {
        panic!("not signed in")
    };
    assert_eq!(signed_in.description.kind(), "device_code");
    let opened = ways
        .open(&signed_in.description, Some(signed_in.refresh_token))
        .unwrap();
    let granted = opened.grant().await.unwrap();
    assert!(emulator.takes(&granted).await);
}

#[tokio::test]
async fn applications_and_machines_get_their_tokens() {
    let emulator = Emulator::start().await;
    let tenant_id = emulator.tenant();
    let (client_id, secret) = emulator.application("robot");
    let ways = emulator.ways();
    let with_secret = Description::ServicePrincipalSecret {
        tenant_id,
        client_id,
        expires_on: None,
    };
    let open = |secret: SecretString| ways.open(&with_secret, Some(secret)).unwrap();
    let granted = open(secret).grant().await.unwrap();
    assert!(emulator.takes(&granted).await);
    let refusal = open("wrong-secret".into()).grant().await.unwrap_err();
    assert_eq!(refusal.reason, "bad_secret", "{refusal}");

    let pem = emulator.named("applications", "robot")["certificate"]["pem"].as_str();
    let pem = SecretString::from(pem.unwrap());
    let with_certificate = Ways::certificate(tenant_id, client_id, &pem).unwrap();
    let granted = ways
        .open(&with_certificate, Some(pem))
        .unwrap()
        .grant()
        .await;
    assert!(emulator.takes(&granted.unwrap()).await);
    let stranger = crate::support::FIRST.pem();
    let refusal = ways
        .open(&with_certificate, Some(stranger))
        .unwrap()
        .grant()
        .await;
    assert_eq!(refusal.unwrap_err().reason, "bad_certificate");

    let file = emulator.directory.path().join("token");
    let mut options = emulator.options();
    options.arguments.azure_federated_token_file = Some(file.clone());
    options.arguments.azure_tenant_id = Some(tenant_id);
    options.arguments.azure_client_id = Some(client_id);
    let vouched = Ways::new(options, clock).unwrap();
    let workload = Description::WorkloadIdentity {
        tenant_id: None,
        client_id: None,
    };
    let workload = vouched.open(&workload, None).unwrap();
    for (query, reason) in [
        ("", None),
        (
            "?subject=system:serviceaccount:other:pod",
            Some("subject_mismatch"),
        ),
    ] {
        let url = format!("{}/_emulator/entra/federated-token{query}", emulator.url);
        let token = emulator
            .browser
            .get(url)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        std::fs::write(&file, token).unwrap();
        match (workload.grant().await, reason) {
            (Ok(granted), None) => assert!(emulator.takes(&granted).await),
            (Err(refusal), Some(reason)) => assert_eq!(refusal.reason, reason, "{refusal}"),
            (other, _) => panic!("{query}: {other:?}"),
        }
    }

    let machine = |client_id| Description::ManagedIdentity { client_id };
    let granted = ways
        .open(&machine(None), None)
        .unwrap()
        .grant()
        .await
        .unwrap();
    assert!(emulator.takes(&granted).await);
    let nobody = ways.open(&machine(Some(Uuid::from_u128(1))), None).unwrap();
    assert_eq!(nobody.grant().await.unwrap_err().reason, "no_identity");
    let mut options = emulator.options();
    let platform = &emulator.told["app_service"];
    let endpoint = format!("{}{}", emulator.url, platform["path"].as_str().unwrap());
    options.arguments.identity_endpoint = Some(endpoint.parse().unwrap());
    options.arguments.identity_header = platform["header"].as_str().map(SecretString::from);
    let ways = Ways::new(options, clock).unwrap();
    let granted = ways
        .open(&machine(None), None)
        .unwrap()
        .grant()
        .await
        .unwrap();
    assert!(emulator.takes(&granted).await);
}

#[tokio::test]
async fn people_sign_in_to_adit_itself() {
    let emulator = Emulator::start().await;
    let (client_id, secret) = emulator.application("adit");
    let issuer = format!("{}/login/{}/v2.0", emulator.url, emulator.tenant());
    let secret: SecretSource = Arc::new(move || Ok(secret.clone()));
    let ways = emulator.ways();
    let client_id = client_id.to_string();
    let discovered = Provider::discover(&issuer, &client_id, Some(secret), ways.http());
    let provider = discovered.await.unwrap();
    let redirect: Url = "http://localhost:8780/sign-in/oidc/callback"
        .parse()
        .unwrap();
    let begun = provider.begin(&redirect).unwrap();
    let back = emulator.browse(&begun.url, "reader", "accept").await;
    let answer = oidc::Answer {
        code: member(&back, "code").into(),
        issuer: None,
        verifier: begun.verifier,
        nonce: begun.nonce,
        redirect,
    };
    let claims = provider.redeem(answer).await.unwrap();
    assert_eq!(claims.issuer, issuer);
    let reader = emulator.named("accounts", "reader");
    assert_eq!(json!(claims.name), reader["display_name"]);
}
