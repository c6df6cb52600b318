//! Applications prove themselves with a secret, a certificate, or the word of their platform.

use std::path::Path;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use credential::{Description, Options, Proof, Refusal, Ways};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;
use wiremock::matchers::{body_string_contains, method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{CLIENT, Entra, NOW, Signer, TENANT, clock, fault};

const PRINCIPAL: Uuid = Uuid::from_u128(0x5b);

fn response() -> ResponseTemplate {
    let body =
        json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": "canary-access" });
    ResponseTemplate::new(200).set_body_json(body)
}

fn with_secret() -> Description {
    Description::ServicePrincipalSecret {
        tenant_id: TENANT,
        client_id: PRINCIPAL,
        expires_on: None,
    }
}

#[tokio::test]
async fn a_client_secret_becomes_a_token() {
    let entra = Entra::start().await;
    entra.answers(response()).await;
    let secret = SecretString::from("canary-secret");
    let opened = entra.ways().open(&with_secret(), Some(secret)).unwrap();
    let granted = opened.grant().await.unwrap();
    assert_eq!(granted.token.expose_secret(), "canary-access");
    assert!(granted.renewed.is_none());
    let form = &entra.forms().await[0];
    for (name, value) in [
        ("grant_type", "client_credentials".to_owned()),
        ("client_id", PRINCIPAL.to_string()),
        ("client_secret", "canary-secret".to_owned()),
        (
            "scope",
            "499b84ac-1321-427f-aa17-267ca6975798/.default".to_owned(),
        ),
    ] {
        assert_eq!(form[name], value, "{name}");
    }
    assert!(!format!("{opened:?} {granted:?}").contains("canary"));
}

fn header_and_claims(
    form: &std::collections::BTreeMap<String, String>,
    signer: &Signer,
) -> (Value, Value) {
    let assertion = &form["client_assertion"];
    let public = DecodingKey::from_rsa_der(signer.key.public_key().as_ref());
    let mut validation = Validation::new(Algorithm::PS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    let claims = jsonwebtoken::decode::<Value>(assertion, &public, &validation)
        .expect("what the test made itself");
    let header = BASE64_URL_SAFE_NO_PAD.decode(
        assertion
            .split('.')
            .next()
            .expect("what the test made itself"),
    );
    (
        serde_json::from_slice(&header.expect("what the test made itself"))
            .expect("what the test made itself"),
        claims.claims,
    )
}

#[tokio::test]
async fn a_certificate_signs_what_proves_the_application() {
    let entra = Entra::start().await;
    entra.answers(response()).await;
    let signer = Signer::new("certificate");
    let description = Ways::certificate(TENANT, PRINCIPAL, &signer.pem()).unwrap();
    let opened = entra.ways().open(&description, Some(signer.pem())).unwrap();
    opened.grant().await.unwrap();
    opened.grant().await.unwrap();
    let forms = entra.forms().await;
    let assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    assert_eq!(forms[0]["client_assertion_type"], assertion_type);
    let (header, claims) = header_and_claims(&forms[0], &signer);
    let der = CertificateDer::from_pem_slice(signer.certificate_pem.as_bytes()).unwrap();
    assert_eq!(header["alg"], "PS256");
    assert_eq!(
        header["x5t#S256"],
        BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, &der))
    );
    let endpoint = format!("{}/{TENANT}/oauth2/v2.0/token", entra.url("login"));
    assert_eq!(claims["aud"], endpoint);
    assert_eq!(claims["iss"], PRINCIPAL.to_string());
    assert_eq!(claims["sub"], PRINCIPAL.to_string());
    assert_eq!(claims["nbf"], NOW);
    let life = claims["exp"].as_i64().unwrap() - NOW;
    assert!((60..=600).contains(&life), "{life}");
    let (_, next) = header_and_claims(&forms[1], &signer);
    assert_ne!(claims["jti"], next["jti"]);
    // What people compare with the pages of Entra, and when it ends.
    let Description::ServicePrincipalCertificate { thumbprint, .. } = &description else {
        panic!("another kind")
    };
    let sha1 = digest(&SHA1_FOR_LEGACY_USE_ONLY, &der);
    let shown = sha1
        .as_ref()
        .iter()
        .fold(String::new(), |shown, byte| format!("{shown}{byte:02X}"));
    assert_eq!(*thumbprint, shown);
    assert_eq!(
        description.expires_on().unwrap().to_string(),
        "2027-01-01T00:00:00Z"
    );
    assert_eq!(description.expiry(clock()).unwrap().days, 38);
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_corrected_by_entras_once() {
    let entra = Entra::start().await;
    let late = fault("invalid_client", 700_024);
    let refusal = ResponseTemplate::new(401)
        .insert_header("Date", "Mon, 23 Nov 2026 12:15:00 GMT")
        .set_body_json(late);
    Mock::given(method("POST"))
        .and(path(format!("/login/{TENANT}/oauth2/v2.0/token")))
        .respond_with(refusal.clone())
        .up_to_n_times(1)
        .mount(&entra.server)
        .await;
    entra.answers(response()).await;
    let signer = Signer::new("certificate");
    let description = Ways::certificate(TENANT, PRINCIPAL, &signer.pem()).unwrap();
    let opened = entra.ways().open(&description, Some(signer.pem())).unwrap();
    opened.grant().await.unwrap();
    let forms = entra.forms().await;
    let (_, claims) = header_and_claims(&forms[1], &signer);
    assert_eq!(forms.len(), 2);
    assert_eq!(claims["nbf"], 1_795_436_100);
    // And no second time.
    let entra = Entra::start().await;
    entra.answers(refusal).await;
    let opened = entra.ways().open(&description, Some(signer.pem())).unwrap();
    assert_eq!(opened.grant().await.unwrap_err().reason, "bad_clock");
    assert_eq!(entra.forms().await.len(), 2);
}

#[test]
fn what_is_no_certificate_with_its_key_is_said_in_words() {
    let (one, other) = (Signer::new("one"), Signer::new("other"));
    let elliptic = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let encrypted = one.key_pem.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let cut = one.key_pem.split("-----END").next().unwrap().to_owned();
    for (pem, word) in [
        (String::new(), "no private key"),
        ("canary".to_owned(), "no private key"),
        (one.certificate_pem.clone(), "no private key"),
        (one.key_pem.clone(), "no certificate"),
        (
            format!("{}{}", one.key_pem, other.certificate_pem),
            "not that of the certificate",
        ),
        (format!("{elliptic}{}", one.certificate_pem), "RSA"),
        (format!("{encrypted}{}", one.certificate_pem), "encrypted"),
        (cut, "cut off"),
    ] {
        let refusal = Ways::certificate(TENANT, PRINCIPAL, &pem.into()).unwrap_err();
        assert_eq!(refusal.reason, "bad_certificate");
        assert!(refusal.explanation.contains(word), "{word}: {refusal}");
        assert!(!refusal.to_string().contains("canary"));
    }
    // The order does not matter, and others may stand beside it.
    let chain = format!(
        "{}{}{}",
        other.certificate_pem, one.certificate_pem, one.key_pem
    );
    Ways::certificate(TENANT, PRINCIPAL, &chain.into()).unwrap();
}

#[tokio::test]
async fn our_own_application_may_have_a_certificate() {
    let entra = Entra::start().await;
    entra.answers(response()).await;
    let signer = std::sync::Arc::new(Signer::new("own"));
    let mut options = entra.options();
    let source = std::sync::Arc::clone(&signer);
    options.proof = Proof::Certificate(std::sync::Arc::new(move || Ok(source.pem())));
    let ways = Ways::new(options, clock).unwrap();
    let user = Description::EntraUser {
        tenant_id: TENANT,
        account: String::new(),
        object_id: String::new(),
        display_name: String::new(),
        issued_at: None,
    };
    let opened = ways.open(&user, Some("canary-refresh".into())).unwrap();
    opened.grant().await.unwrap();
    let form = &entra.forms().await[0];
    let (_, claims) = header_and_claims(form, &signer);
    assert_eq!(claims["iss"], CLIENT.to_string());
    assert!(!form.contains_key("client_secret"));
}

fn federated(
    mut options: Options,
    file: Option<&Path>,
) -> Result<Box<dyn credential::Credential>, Refusal> {
    options.arguments.azure_federated_token_file = file.map(Path::to_owned);
    let ways = Ways::new(options, clock).expect("what the test made itself");
    let description = Description::WorkloadIdentity {
        tenant_id: None,
        client_id: None,
    };
    ways.open(&description, None)
}

#[tokio::test]
async fn the_token_of_the_platform_is_read_anew_each_time() {
    let entra = Entra::start().await;
    entra.answers(response()).await;
    let mut options = entra.options();
    options.arguments.azure_tenant_id = Some(TENANT);
    options.arguments.azure_client_id = Some(PRINCIPAL);
    let file = tempfile::NamedTempFile::new().unwrap();
    let opened = federated(options, Some(file.path())).unwrap();
    for token in ["canary.one.c2ln", "canary.two.c2ln"] {
        std::fs::write(file.path(), format!("{token}\n")).unwrap();
        opened.grant().await.unwrap();
        let form = entra.forms().await.pop().unwrap();
        assert_eq!(form["client_assertion"], token);
        assert_eq!(form["client_id"], PRINCIPAL.to_string());
    }
    for (content, word) in [
        ("", "is empty"),
        ("  \n", "is empty"),
        ("canary", "holds no token"),
    ] {
        std::fs::write(file.path(), content).unwrap();
        let refusal = opened.grant().await.unwrap_err();
        assert_eq!(refusal.reason, "bad_token_file");
        assert!(refusal.explanation.contains(word), "{refusal}");
        assert!(refusal.explanation.contains("AZURE_FEDERATED_TOKEN_FILE"));
        assert!(!refusal.to_string().contains("canary"));
    }
    file.close().unwrap();
    let refusal = opened.grant().await.unwrap_err();
    assert!(refusal.explanation.contains("cannot be read"), "{refusal}");
}

#[tokio::test]
async fn what_the_platform_has_not_set_is_named() {
    let entra = Entra::start().await;
    let mut options = entra.options();
    let named = |options: &Options, file| federated(options.clone(), file).unwrap_err().explanation;
    assert!(named(&options, None).contains("AZURE_TENANT_ID"));
    options.arguments.azure_tenant_id = Some(TENANT);
    assert!(named(&options, None).contains("AZURE_CLIENT_ID"));
    options.arguments.azure_client_id = Some(PRINCIPAL);
    assert!(named(&options, None).contains("AZURE_FEDERATED_TOKEN_FILE"));
    options.arguments.azure_authority_host = Some("http://login.example".parse().unwrap());
    assert_eq!(Ways::new(options, clock).unwrap_err().reason, "bad_address");
}

#[tokio::test]
async fn a_workload_may_have_its_tokens_from_another_host() {
    let entra = Entra::start().await;
    Mock::given(method("POST"))
        .and(path(format!("/elsewhere/{TENANT}/oauth2/v2.0/token")))
        .and(body_string_contains("client_assertion"))
        .respond_with(response())
        .mount(&entra.server)
        .await;
    let mut options = entra.options();
    options.arguments.azure_tenant_id = Some(TENANT);
    options.arguments.azure_client_id = Some(PRINCIPAL);
    options.arguments.azure_authority_host = Some(entra.url("elsewhere/"));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "a.b.c").unwrap();
    let opened = federated(options, Some(file.path())).unwrap();
    opened.grant().await.unwrap();
}

#[tokio::test]
async fn a_personal_access_token_is_basic_without_a_user() {
    let entra = Entra::start().await;
    let description: Description =
        serde_json::from_str(r#"{"kind":"personal_access_token"}"#).unwrap();
    let opened = entra.ways().open(&description, Some("abc".into())).unwrap();
    let granted = opened.grant().await.unwrap();
    assert_eq!(granted.scheme.as_str(), "Basic");
    assert_eq!(granted.token.expose_secret(), "OmFiYw==");
    assert!(entra.asked().await.is_empty());
}

#[tokio::test]
async fn an_application_of_no_tenant_is_refused_before_its_secret_is_sent() {
    let entra = Entra::start().await;
    let description = Description::ServicePrincipalSecret {
        tenant_id: Uuid::nil(),
        client_id: PRINCIPAL,
        expires_on: None,
    };
    let refusal = entra
        .ways()
        .open(&description, Some("x".into()))
        .unwrap_err();
    assert_eq!(refusal.reason, "microsoft_account");
}
