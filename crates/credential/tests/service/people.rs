//! People sign in with a browser, and stay.

use std::collections::BTreeMap;

use credential::{Answer, Description, Tenants, Ways};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;
use wiremock::ResponseTemplate;

use crate::support::{CLIENT, Entra, NOW, TENANT, clock, tokens};

const REDIRECT: &str = "http://localhost:8780/integrations/azure-devops/callback";

pub(crate) fn claims(entra: &Entra) -> Value {
    json!({
        "iss": format!("{}/{TENANT}/v2.0", entra.url("login")),
        "aud": CLIENT,
        "sub": "pairwise",
        "oid": "0b3ec7",
        "tid": TENANT,
        "nonce": "the-nonce",
        "name": "Ada Example",
        "preferred_username": "ada@contoso.example",
        "iat": NOW,
        "nbf": NOW,
        "exp": NOW + 3600,
    })
}

pub(crate) fn answer() -> Answer {
    Answer {
        code: "canary-code".into(),
        issuer: None,
        verifier: "canary-verifier".into(),
        nonce: "the-nonce".to_owned(),
        tenant: TENANT.to_string(),
        redirect: REDIRECT.parse().expect("what the test made itself"),
    }
}

pub(crate) async fn signed(entra: &Entra, id_token: &str) {
    let body = tokens(Some(id_token));
    entra
        .answers(ResponseTemplate::new(200).set_body_json(body))
        .await;
}

#[tokio::test]
async fn a_browser_is_sent_with_a_challenge_a_state_and_a_nonce() {
    let entra = Entra::start().await;
    let ways = entra.ways();
    let redirect = REDIRECT.parse().unwrap();
    let one = ways.sign_in("organizations", &redirect).unwrap();
    let other = ways.sign_in("organizations", &redirect).unwrap();
    assert_eq!(one.url.path(), "/login/organizations/oauth2/v2.0/authorize");
    let query: BTreeMap<_, _> = one.url.query_pairs().into_owned().collect();
    for (name, value) in [
        ("client_id", CLIENT.to_string()),
        ("response_type", "code".to_owned()),
        ("response_mode", "query".to_owned()),
        ("redirect_uri", REDIRECT.to_owned()),
        (
            "scope",
            "499b84ac-1321-427f-aa17-267ca6975798/.default offline_access openid profile"
                .to_owned(),
        ),
        ("code_challenge_method", "S256".to_owned()),
        ("state", one.state.clone()),
        ("nonce", one.nonce.clone()),
    ] {
        assert_eq!(query[name], value, "{name}");
    }
    assert!(one.state.len() >= 22 && one.nonce.len() >= 22);
    assert_ne!(one.state, other.state);
    assert_ne!(one.nonce, other.nonce);
    let verifier = one.verifier.expose_secret();
    assert_ne!(verifier, other.verifier.expose_secret());
    assert!(verifier.len() >= 43 && !one.url.as_str().contains(verifier));
    assert!(entra.asked().await.is_empty());
}

#[tokio::test]
async fn a_code_is_redeemed_for_a_person_and_a_refresh_token() {
    let entra = Entra::start().await;
    signed(&entra, &entra.signer.sign(&claims(&entra))).await;
    let signed_in = entra.ways().redeem(answer()).await.unwrap();
    assert_eq!(
        signed_in.description,
        Description::EntraUser {
            tenant_id: TENANT,
            account: "ada@contoso.example".to_owned(),
            object_id: "0b3ec7".to_owned(),
            display_name: "Ada Example".to_owned(),
            issued_at: Some(clock()),
        }
    );
    assert_eq!(
        signed_in.refresh_token.expose_secret(),
        "canary-refresh-next"
    );
    assert_eq!(signed_in.granted.token.expose_secret(), "canary-access");
    assert_eq!(signed_in.granted.expires_in.unwrap().as_secs(), 3599);
    assert_eq!(signed_in.beyond_reading, Vec::<String>::new());
    let form = &entra.forms().await[0];
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("code", "canary-code"),
        ("code_verifier", "canary-verifier"),
        ("redirect_uri", REDIRECT),
        ("client_secret", "canary-of-our-own"),
    ] {
        assert_eq!(form[name], value, "{name}");
    }
    assert!(!format!("{signed_in:?}").contains("canary"));
}

#[tokio::test]
async fn a_refresh_token_becomes_a_token_and_the_next_refresh_token() {
    let entra = Entra::start().await;
    entra
        .answers(ResponseTemplate::new(200).set_body_json(tokens(None)))
        .await;
    let user = |kind: &str| -> Description {
        serde_json::from_value(json!({
            "kind": kind, "tenant_id": TENANT, "account": "ada@contoso.example", "object_id": "0b3ec7"
        }))
        .unwrap()
    };
    let ways = entra.ways();
    for (kind, secret) in [
        ("entra_user", Some("canary-of-our-own")),
        ("device_code", None),
    ] {
        let refresh = SecretString::from("canary-refresh");
        let opened = ways.open(&user(kind), Some(refresh)).unwrap();
        assert!(!format!("{opened:?}").contains("canary"));
        let granted = opened.grant().await.unwrap();
        assert_eq!(granted.scheme.as_str(), "Bearer");
        assert_eq!(granted.token.expose_secret(), "canary-access");
        assert_eq!(
            granted.renewed.unwrap().expose_secret(),
            "canary-refresh-next"
        );
        let form = entra.forms().await.pop().unwrap();
        assert_eq!(form["grant_type"], "refresh_token");
        assert_eq!(form["refresh_token"], "canary-refresh");
        // A public client that sends a secret is refused (AADSTS700025).
        assert_eq!(
            form.get("client_secret").map(String::as_str),
            secret,
            "{kind}"
        );
    }
    let refusal = ways.open(&user("entra_user"), None).unwrap_err();
    assert_eq!(refusal.reason, "no_secret");
}

#[tokio::test]
async fn only_tenants_that_were_named_are_let_in() {
    let entra = Entra::start().await;
    signed(&entra, &entra.signer.sign(&claims(&entra))).await;
    let mut options = entra.options();
    options.arguments.entra_tenants = Tenants(vec![Uuid::from_u128(5)]);
    let ways = Ways::new(options.clone(), clock).unwrap();
    let refusal = ways.redeem(answer()).await.unwrap_err();
    assert_eq!(refusal.reason, "tenant_not_allowed");
    assert!(entra.asked().await.is_empty());
    // Whoever signs in at no tenant in particular is found out afterwards.
    let somewhere = Answer {
        tenant: "organizations".to_owned(),
        ..answer()
    };
    let body = tokens(Some(&entra.signer.sign(&claims(&entra))));
    let response = ResponseTemplate::new(200).set_body_json(body);
    entra
        .answers_at("organizations/oauth2/v2.0/token", response)
        .await;
    let refusal = ways.redeem(somewhere.clone()).await.unwrap_err();
    assert_eq!(refusal.reason, "tenant_not_allowed");
    options.arguments.entra_tenants.0.push(TENANT);
    let ways = Ways::new(options, clock).unwrap();
    ways.redeem(somewhere).await.unwrap();
    ways.redeem(answer()).await.unwrap();
}

#[tokio::test]
async fn organizations_of_microsoft_accounts_are_sent_to_the_personal_access_token() {
    let entra = Entra::start().await;
    let redirect = REDIRECT.parse().unwrap();
    let refusal = entra
        .ways()
        .sign_in(&Uuid::nil().to_string(), &redirect)
        .unwrap_err();
    assert_eq!(refusal.reason, "microsoft_account");
    assert!(
        refusal.remedy.contains("personal access token"),
        "{refusal}"
    );
}

#[tokio::test]
async fn an_answer_of_somebody_else_is_not_redeemed() {
    let entra = Entra::start().await;
    signed(&entra, &entra.signer.sign(&claims(&entra))).await;
    let issuer = |issuer: String| Answer {
        issuer: Some(issuer),
        ..answer()
    };
    let login = entra.url("login");
    let other = Uuid::from_u128(9);
    let ways = entra.ways();
    for wrong in [
        format!("https://evil.example/{TENANT}/v2.0"),
        format!("{login}/{other}/v2.0"),
        format!("{login}/{TENANT}/v1.0"),
        String::new(),
    ] {
        let refusal = ways.redeem(issuer(wrong.clone())).await.unwrap_err();
        assert_eq!(refusal.reason, "invalid_identity", "{wrong}");
    }
    assert!(entra.asked().await.is_empty());
    ways.redeem(issuer(format!("{login}/{TENANT}/v2.0")))
        .await
        .unwrap();
}

#[tokio::test]
async fn nothing_of_an_address_is_repeated_to_the_browser_but_a_code() {
    let entra = Entra::start().await;
    let ways = entra.ways();
    let html = "AADSTS65004: <img src=x onerror=alert(1)> declined";
    let refusal = ways.declined("access_denied", html);
    assert_eq!(
        (refusal.reason, &*refusal.code),
        ("declined", "AADSTS65004")
    );
    assert!(!format!("{refusal:?}").contains("img"), "{refusal:?}");
    let refusal = ways.declined("<script>", "no code");
    assert!(!format!("{refusal:?}").contains("script"), "{refusal:?}");
    let refusal = ways.declined("interaction_required", "AADSTS50076: more");
    assert_eq!(refusal.reason, "mfa");
}

#[tokio::test]
async fn an_answer_is_awaited_over_https_or_on_this_machine() {
    let entra = Entra::start().await;
    let redirect = "http://adit.example/callback".parse().unwrap();
    let refusal = entra
        .ways()
        .sign_in("organizations", &redirect)
        .unwrap_err();
    assert_eq!(refusal.reason, "bad_address");
}

#[tokio::test]
async fn without_an_application_the_setting_is_named() {
    let entra = Entra::start().await;
    let mut options = entra.options();
    options.arguments.entra_client_id = None;
    let ways = Ways::new(options, clock).unwrap();
    assert!(!ways.signs_people_in());
    let refusal = ways.device_begin("organizations").await.unwrap_err();
    assert!(refusal.remedy.contains("ADIT_ENTRA_CLIENT_ID"), "{refusal}");
}

#[tokio::test]
async fn rights_to_change_something_are_told() {
    let entra = Entra::start().await;
    let mut body = tokens(Some(&entra.signer.sign(&claims(&entra))));
    body["scope"] = json!("499b84ac-1321-427f-aa17-267ca6975798/user_impersonation");
    entra
        .answers(ResponseTemplate::new(200).set_body_json(body))
        .await;
    let signed_in = entra.ways().redeem(answer()).await.unwrap();
    assert_eq!(signed_in.beyond_reading, ["user_impersonation"]);
}
