//! Identity tokens that are not what they should be.

use credential::RefusalKind;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::people::{answer, claims, signed};
use crate::support::{Entra, NOW, Signer};

/// Makes an identity token.
type Forge = Box<dyn Fn(&Entra) -> String>;

#[tokio::test]
async fn an_identity_token_that_is_not_of_this_sign_in_is_refused() {
    let with = |name: &'static str, value: Value| {
        move |entra: &Entra| {
            let mut claims = claims(entra);
            claims[name] = value.clone();
            entra.signer.sign(&claims)
        }
    };
    let other = Uuid::from_u128(9);
    let forgeries: Vec<(&str, Forge)> = vec![
        ("nonce", Box::new(with("nonce", json!("another")))),
        ("no nonce", Box::new(with("nonce", Value::Null))),
        ("audience", Box::new(with("aud", json!(other)))),
        ("party", Box::new(with("azp", json!(other)))),
        (
            "issuer",
            Box::new(with("iss", json!("https://evil.example/v2.0"))),
        ),
        ("tenant", Box::new(with("tid", json!(other)))),
        ("no tenant", Box::new(with("tid", Value::Null))),
        ("expired", Box::new(with("exp", json!(NOW - 601)))),
        ("too early", Box::new(with("nbf", json!(NOW + 601)))),
        ("no end", Box::new(with("exp", Value::Null))),
        (
            "another tenant, rightly named",
            Box::new(move |entra| {
                let mut claims = claims(entra);
                claims["tid"] = json!(other);
                claims["iss"] = json!(format!("{}/{other}/v2.0", entra.url("login")));
                entra.signer.sign(&claims)
            }),
        ),
        (
            "another key of this name",
            Box::new(|entra| Signer::new("first").sign(&claims(entra))),
        ),
        (
            "an unknown key",
            Box::new(|entra| Signer::new("second").sign(&claims(entra))),
        ),
        (
            "no signature",
            Box::new(|entra| {
                use base64::Engine as _;
                let encode = |text: &str| base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(text);
                let claims = claims(entra).to_string();
                format!(
                    "{}.{}.",
                    encode(r#"{"alg":"none","kid":"first"}"#),
                    encode(&claims)
                )
            }),
        ),
        (
            "a way of signing that Entra does not have",
            Box::new(|entra| {
                let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::PS256);
                header.kid = Some("first".to_owned());
                let key = entra.signer.key_pem.as_bytes();
                let key = jsonwebtoken::EncodingKey::from_rsa_pem(key).unwrap();
                jsonwebtoken::encode(&header, &claims(entra), &key).unwrap()
            }),
        ),
        (
            "the public key as a shared secret",
            Box::new(|entra| {
                let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
                header.kid = Some("first".to_owned());
                let public = entra.signer.published()["n"].to_string();
                let key = jsonwebtoken::EncodingKey::from_secret(public.as_bytes());
                jsonwebtoken::encode(&header, &claims(entra), &key).unwrap()
            }),
        ),
        ("nothing", Box::new(|_| "canary.canary.canary".to_owned())),
    ];
    for (how, forge) in forgeries {
        let entra = Entra::start().await;
        signed(&entra, &forge(&entra)).await;
        let refusal = entra.ways().redeem(answer()).await.unwrap_err();
        assert_eq!(refusal.reason, "invalid_identity", "{how}: {refusal}");
        assert_eq!(refusal.kind, RefusalKind::Dead, "{how}");
        assert!(!refusal.to_string().contains("canary"), "{how}: {refusal}");
    }
}

#[tokio::test]
async fn a_key_signs_for_its_own_issuer_only() {
    for (template, admitted) in [
        ("{login}/{tenantid}/v2.0", true),
        ("{login}/other/v2.0", false),
    ] {
        let entra = Entra::start().await;
        let login = entra.url("login").to_string();
        let mut key = entra.signer.published();
        key["issuer"] = json!(template.replace("{login}", &login));
        entra.publish(&[key], Some(9)).await;
        signed(&entra, &entra.signer.sign(&claims(&entra))).await;
        assert_eq!(
            entra.ways().redeem(answer()).await.is_ok(),
            admitted,
            "{template}"
        );
    }
}

#[tokio::test]
async fn clocks_may_be_ten_minutes_apart() {
    for skew in [-599, 599] {
        let entra = Entra::start().await;
        let mut claims = claims(&entra);
        claims["nbf"] = json!(NOW + skew);
        claims["exp"] = json!(NOW + skew);
        signed(&entra, &entra.signer.sign(&claims)).await;
        entra.ways().redeem(answer()).await.unwrap();
    }
}

#[tokio::test]
async fn a_key_that_is_new_is_read_once() {
    let entra = Entra::start().await;
    let old = Signer::new("old");
    entra.publish(&[old.published()], Some(1)).await;
    signed(&entra, &entra.signer.sign(&claims(&entra))).await;
    let ways = entra.ways();
    let reads = async || {
        let asked = entra.asked().await;
        asked.iter().filter(|path| path.ends_with("/keys")).count()
    };
    // At first the key is missing in what is read; the second reading has it, and serves all further sign-ins.
    assert!(ways.redeem(answer()).await.is_err());
    assert_eq!(reads().await, 1);
    for _ in 0..3 {
        ways.redeem(answer()).await.unwrap();
    }
    assert_eq!(reads().await, 2);
}
