//! People sign in to Adit itself, at any provider.

use std::sync::Arc;

use credential::oidc::{Answer, Claims, Provider};
use credential::{Http, Refusal, RefusalKind, SecretSource};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{FIRST, NOW, Signer, clock};

struct House {
    server: MockServer,
    signer: &'static Signer,
}

impl House {
    async fn start() -> Self {
        let house = Self {
            server: MockServer::start().await,
            signer: &FIRST,
        };
        let keys = json!({ "keys": [{ "kty": "OKP", "x": 1 }, house.signer.published()] });
        house.gives("/realm/keys", keys).await;
        house
    }

    fn issuer(&self) -> String {
        format!("{}/realm", self.server.uri())
    }

    fn metadata(&self) -> Value {
        let issuer = self.issuer();
        json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize?kc_idp_hint=x"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
        })
    }

    async fn gives(&self, at: &str, body: Value) {
        Mock::given(method("GET"))
            .and(path(at))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
            .mount(&self.server)
            .await;
    }

    async fn describes(&self, metadata: Value) {
        self.gives("/realm/.well-known/openid-configuration", metadata)
            .await;
    }

    async fn grants(&self, id_token: &str) {
        let body =
            json!({ "access_token": "canary", "token_type": "Bearer", "id_token": id_token });
        Mock::given(method("POST"))
            .and(path("/realm/token"))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
            .mount(&self.server)
            .await;
    }

    fn claims(&self) -> Value {
        json!({
            "iss": self.issuer(), "sub": "7", "aud": ["adit"], "exp": NOW + 300, "iat": NOW,
            "nonce": "the-nonce", "name": "Ada Example", "email": "ada@contoso.example", "email_verified": true,
        })
    }

    async fn discover(&self) -> Result<Provider, Refusal> {
        let secret: SecretSource = Arc::new(|| Ok("canary & secret".into()));
        let http = Http::new(clock).expect("what the test made itself");
        Provider::discover(&self.issuer(), "adit", Some(secret), &http).await
    }

    async fn redeem(&self) -> Result<Claims, Refusal> {
        self.discover().await?.redeem(answer()).await
    }
}

fn answer() -> Answer {
    Answer {
        code: "canary-code".into(),
        issuer: None,
        verifier: "canary-verifier".into(),
        nonce: "the-nonce".to_owned(),
        redirect: "https://adit.example/sign-in/oidc/callback"
            .parse()
            .expect("what the test made itself"),
    }
}

#[tokio::test]
async fn a_person_is_known_by_issuer_and_subject() {
    let house = House::start().await;
    house.describes(house.metadata()).await;
    house.grants(&house.signer.sign(&house.claims())).await;
    let claims = house.redeem().await.unwrap();
    assert_eq!(
        claims,
        Claims {
            issuer: house.issuer(),
            subject: "7".to_owned(),
            name: "Ada Example".to_owned(),
            email: Some("ada@contoso.example".to_owned()),
        }
    );
}

#[tokio::test]
async fn a_browser_is_sent_with_a_challenge() {
    let house = House::start().await;
    house.describes(house.metadata()).await;
    let provider = house.discover().await.unwrap();
    let begun = provider.begin(&answer().redirect).unwrap();
    let query: std::collections::BTreeMap<_, _> = begun.url.query_pairs().into_owned().collect();
    assert_eq!(query["kc_idp_hint"], "x");
    assert_eq!(query["scope"], "openid profile email");
    assert_eq!(query["code_challenge_method"], "S256");
    assert_eq!(
        (&query["state"], &query["nonce"]),
        (&begun.state, &begun.nonce)
    );
    assert!(!format!("{provider:?} {begun:?}").contains("canary"));
}

#[tokio::test]
async fn the_secret_is_sent_as_the_provider_wants_it() {
    for (methods, posted) in [
        (json!(["client_secret_post"]), true),
        (json!(["client_secret_basic"]), false),
        (json!([]), false),
    ] {
        let house = House::start().await;
        let mut metadata = house.metadata();
        metadata["token_endpoint_auth_methods_supported"] = methods.clone();
        house.describes(metadata).await;
        let id_token = house.signer.sign(&house.claims());
        let body = json!({ "id_token": id_token });
        let mock = Mock::given(path("/realm/token"));
        // `adit:canary+%26+secret`, since a name and a secret are form-encoded before they are joined (RFC 6749, 2.3.1).
        let basic = "Basic YWRpdDpjYW5hcnkrJTI2K3NlY3JldA==";
        let mock = if posted {
            mock
        } else {
            mock.and(header("Authorization", basic))
        };
        let response = ResponseTemplate::new(200).set_body_json(body);
        mock.respond_with(response).mount(&house.server).await;
        house.redeem().await.unwrap();
        let requests = house.server.received_requests().await.unwrap();
        let form = requests
            .iter()
            .find(|request| request.method == "POST")
            .unwrap();
        let form = String::from_utf8(form.body.clone()).unwrap();
        assert_eq!(
            form.contains("client_secret=canary+%26+secret"),
            posted,
            "{methods}"
        );
    }
}

#[tokio::test]
async fn a_provider_that_is_not_the_one_that_was_named_is_refused() {
    for (member, value) in [
        ("issuer", json!("https://evil.example")),
        ("token_endpoint", json!("http://evil.example/token")),
        ("jwks_uri", json!("http://evil.example/keys")),
        ("jwks_uri", Value::Null),
    ] {
        let house = House::start().await;
        let mut metadata = house.metadata();
        metadata[member] = value;
        house.describes(metadata).await;
        let refusal = house.discover().await.unwrap_err();
        assert_eq!(
            refusal.kind,
            RefusalKind::Misconfigured,
            "{member}: {refusal}"
        );
        assert_eq!(refusal.reason, "bad_issuer");
    }
    let house = House::start().await;
    assert_eq!(house.discover().await.unwrap_err().reason, "bad_issuer");
}

#[tokio::test]
async fn a_provider_that_fails_may_be_asked_later() {
    let house = House::start().await;
    Mock::given(path("/realm/.well-known/openid-configuration"))
        .respond_with(ResponseTemplate::new(503))
        .mount(&house.server)
        .await;
    assert!(house.discover().await.unwrap_err().is_passing());
}

#[tokio::test]
async fn an_identity_of_somebody_else_is_refused() {
    for (claim, value) in [
        ("iss", json!("https://evil.example")),
        ("aud", json!(["somebody"])),
        ("nonce", json!("another")),
        ("exp", json!(NOW - 601)),
        ("azp", json!("somebody")),
    ] {
        let house = House::start().await;
        house.describes(house.metadata()).await;
        let mut claims = house.claims();
        claims[claim] = value;
        house.grants(&house.signer.sign(&claims)).await;
        let refusal = house.redeem().await.unwrap_err();
        assert_eq!(refusal.reason, "invalid_identity", "{claim}: {refusal}");
    }
}

#[tokio::test]
async fn the_code_of_one_provider_is_not_given_to_another() {
    let house = House::start().await;
    let mut metadata = house.metadata();
    metadata["authorization_response_iss_parameter_supported"] = json!(true);
    house.describes(metadata).await;
    house.grants(&house.signer.sign(&house.claims())).await;
    let provider = house.discover().await.unwrap();
    for issuer in [None, Some("https://evil.example".to_owned())] {
        let refusal = provider
            .redeem(Answer { issuer, ..answer() })
            .await
            .unwrap_err();
        assert_eq!(refusal.reason, "invalid_identity");
    }
    let issuer = Some(house.issuer());
    provider
        .redeem(Answer { issuer, ..answer() })
        .await
        .unwrap();
}

#[tokio::test]
async fn an_address_that_nobody_has_verified_is_left_out() {
    for unverified in [json!(false), json!("false")] {
        let house = House::start().await;
        house.describes(house.metadata()).await;
        let mut claims = house.claims();
        claims["email_verified"] = unverified;
        claims["name"] = Value::Null;
        house.grants(&house.signer.sign(&claims)).await;
        let claims = house.redeem().await.unwrap();
        assert_eq!((claims.email, claims.name.as_str()), (None, "7"));
    }
}

#[tokio::test]
async fn keys_on_an_elliptic_curve_are_understood() {
    use base64::Engine as _;
    let house = House::start().await;
    let pair = rcgen::KeyPair::generate().unwrap();
    let point = rcgen::PublicKeyData::der_bytes(&pair);
    let encode = |bytes: &[u8]| base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let key = json!({
        "kty": "EC", "crv": "P-256", "kid": "curve", "x": encode(&point[1..33]), "y": encode(&point[33..]),
    });
    house.gives("/realm/curves", json!({ "keys": [key] })).await;
    let mut metadata = house.metadata();
    metadata["jwks_uri"] = json!(format!("{}/curves", house.issuer()));
    house.describes(metadata).await;
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some("curve".to_owned());
    let key = EncodingKey::from_ec_pem(pair.serialize_pem().as_bytes()).unwrap();
    let id_token = jsonwebtoken::encode(&header, &house.claims(), &key).unwrap();
    house.grants(&id_token).await;
    house.redeem().await.unwrap();
}

#[tokio::test]
async fn a_provider_that_says_no_is_understood() {
    for (status, error, reason, passing) in [
        (400, "invalid_grant", "code_used", false),
        (401, "invalid_client", "bad_secret", false),
        (400, "unsupported_grant_type", "refused", false),
        (400, "temporarily_unavailable", "unavailable", true),
        (502, "invalid_grant", "unavailable", true),
        (400, "", "unavailable", true),
    ] {
        let house = House::start().await;
        house.describes(house.metadata()).await;
        let body = json!({ "error": error, "error_description": "canary" });
        Mock::given(path("/realm/token"))
            .respond_with(ResponseTemplate::new(status).set_body_json(body))
            .mount(&house.server)
            .await;
        let refusal = house.redeem().await.unwrap_err();
        assert_eq!(
            (refusal.reason, refusal.is_passing()),
            (reason, passing),
            "{error}"
        );
        assert!(!refusal.to_string().contains("canary"));
    }
}
