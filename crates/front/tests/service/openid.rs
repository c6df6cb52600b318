//! People who come by an OpenID Connect issuer. What its tokens must be is tested where they are checked (`credential`).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::KeyPair;
use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::browser::Browser;
use crate::house::{House, pass};

async fn issuer() -> MockServer {
    let issuer = MockServer::start().await;
    let url = issuer.uri();
    let metadata = json!({
        "issuer": url,
        "authorization_endpoint": "https://login.example.com/authorize",
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
    });
    Mock::given(path("/.well-known/openid-configuration"))
        .respond_with(ResponseTemplate::new(200).set_body_json(metadata))
        .mount(&issuer)
        .await;
    Mock::given(path("/token"))
        .respond_with(ResponseTemplate::new(400).set_body_json(json!({ "error": "invalid_grant" })))
        .mount(&issuer)
        .await;
    issuer
}

async fn house(issuer: &MockServer) -> House {
    let url = format!("--oidc-issuer={}", issuer.uri());
    House::with(&[&url, "--oidc-client-id=adit"]).await
}

/// Begins a sign-in; the state that goes to the issuer.
async fn begin(browser: &mut Browser) -> String {
    begin_with_nonce(browser).await.0
}

/// Begins a sign-in; state and nonce.
async fn begin_with_nonce(browser: &mut Browser) -> (String, String) {
    let answer = browser
        .post("/sign-in/oidc", &[("return_to", "/tokens")])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let target = url::Url::parse(answer.header("location")).unwrap();
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-adit-sign-in="), "{cookie}");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
    let parameter = |wanted: &str| {
        let mut pairs = target.query_pairs();
        pairs
            .find(|(name, _)| name == wanted)
            .unwrap()
            .1
            .into_owned()
    };
    (parameter("state"), parameter("nonce"))
}

/// Somebody goes through the whole sign-in, as this subject with this e-mail address.
async fn come(
    house: &House,
    issuer: &MockServer,
    pair: &KeyPair,
    subject: &str,
    email: &str,
) -> (Browser, u16) {
    // So that nobody is slowed.
    pass(jiff::SignedDuration::from_secs(20));
    let mut browser = house.browser();
    let (state, nonce) = begin_with_nonce(&mut browser).await;
    let now = chassis::clock().as_second();
    let claims = json!({
        "iss": issuer.uri(), "aud": "adit", "sub": subject, "email": email, "name": "Somebody",
        "nonce": nonce, "iat": now, "exp": now + 300,
    });
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some("curve".to_owned());
    let key = EncodingKey::from_ec_pem(pair.serialize_pem().as_bytes()).unwrap();
    let id_token = jsonwebtoken::encode(&header, &claims, &key).unwrap();
    let answer = ResponseTemplate::new(200)
        .set_body_json(json!({ "id_token": id_token, "token_type": "Bearer" }));
    Mock::given(path("/token"))
        .respond_with(answer)
        .up_to_n_times(1)
        .with_priority(1)
        .mount(issuer)
        .await;
    let callback = format!("/sign-in/oidc/callback?code=c&state={state}");
    let answer = browser.get(&callback).await;
    if answer.status == 303 {
        assert_eq!(answer.header("location"), "/tokens");
        assert_eq!(browser.cookies.len(), 1, "only the session is left");
    }
    (browser, answer.status)
}

#[tokio::test]
async fn whom_the_issuer_vouches_for_begins_as_viewer_unless_listed() {
    let issuer = issuer().await;
    let pair = KeyPair::generate().unwrap();
    let point = rcgen::PublicKeyData::der_bytes(&pair);
    let key = json!({
        "kty": "EC", "crv": "P-256", "kid": "curve",
        "x": URL_SAFE_NO_PAD.encode(&point[1..33]), "y": URL_SAFE_NO_PAD.encode(&point[33..]),
    });
    Mock::given(path("/keys"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "keys": [key] })))
        .mount(&issuer)
        .await;
    let url = format!("--oidc-issuer={}", issuer.uri());
    let listed = "--oidc-administrators=root@example.com, subject-of-ada";
    let house = House::with(&[&url, "--oidc-client-id=adit", listed]).await;
    let mut ada = house.set_up().await;
    for (subject, email, expected) in [
        ("1", "eve@example.com", "eve@example.com Viewer Session"),
        (
            "2",
            "Root@Example.com",
            "Root@Example.com Administrator Session",
        ),
        (
            "subject-of-ada",
            "a@example.com",
            "a@example.com Administrator Session",
        ),
        // The same person again, whatever they are called now.
        ("1", "other@example.com", "eve@example.com Viewer Session"),
    ] {
        let (mut browser, status) = come(&house, &issuer, &pair, subject, email).await;
        assert_eq!(status, 303, "{subject}");
        assert_eq!(browser.get("/things").await.text, expected, "{subject}");
    }
    // Who is called like somebody else is not somebody else.
    let (mut mallory, _) = come(&house, &issuer, &pair, "3", "ada").await;
    let seen = mallory.get("/things").await.text;
    assert!(
        seen.starts_with("ada (") && seen.ends_with(" Viewer Session"),
        "{seen}"
    );
    assert!(house.browser().sign_in("eve@example.com", "").await.status == 401);

    let id = house
        .sql("SELECT id FROM auth.users WHERE subject = '1'")
        .await;
    ada.get("/users").await;
    let user = format!("/users/{}", id.trim());
    assert_eq!(ada.post(&format!("{user}/reset"), &[]).await.status, 409);
    assert_eq!(ada.post(&format!("{user}/disable"), &[]).await.status, 303);
    let (browser, status) = come(&house, &issuer, &pair, "1", "eve@example.com").await;
    assert_eq!(status, 403, "disabled");
    assert!(!browser.cookies.contains_key("__Host-adit"));
    house.stop().await;
}

#[tokio::test]
async fn an_answer_counts_once_and_only_in_the_browser_that_asked() {
    let issuer = issuer().await;
    let house = house(&issuer).await;
    let page = house.browser().get("/sign-in").await;
    assert!(page.text.contains("Sign in with"));
    let policy = page.header("content-security-policy");
    for target in [issuer.uri().as_str(), "https://login.example.com"] {
        assert!(policy.contains(target), "{target}: {policy}");
    }

    let mut asker = house.browser();
    let state = begin(&mut asker).await;
    let callback = |state: &str| format!("/sign-in/oidc/callback?code=c&state={state}");
    let token_requests = async || {
        let requests = issuer.received_requests().await.unwrap();
        requests
            .iter()
            .filter(|request| request.url.path() == "/token")
            .count()
    };
    // Another browser, without a cookie or with its own.
    let mut other = house.browser();
    assert_eq!(other.get(&callback(&state)).await.status, 400);
    begin(&mut other).await;
    assert_eq!(other.get(&callback(&state)).await.status, 400);
    // The right browser with wrong states.
    for wrong in ["", "guess", &state[1..]] {
        assert_eq!(asker.get(&callback(wrong)).await.status, 400);
    }
    assert_eq!(
        token_requests().await,
        0,
        "the issuer is not bothered with any of it"
    );
    // The code is refused by the issuer, and the state is used up all the same.
    for expected in [1, 1] {
        let answer = asker.get(&callback(&state)).await;
        assert_eq!(answer.status, 400);
        assert!(!answer.headers.contains_key("set-cookie"));
        assert_eq!(token_requests().await, expected);
    }
    house.stop().await;
}

#[tokio::test]
async fn a_refusal_and_a_late_answer_sign_nobody_in_and_show_nothing_of_theirs() {
    let issuer = issuer().await;
    let house = house(&issuer).await;
    let mut browser = house.browser();
    let state = begin(&mut browser).await;
    let refused = format!(
        "/sign-in/oidc/callback?state={state}&error=access_denied&error_description=%3Cscript%3Ecanary%3C/script%3E"
    );
    let answer = browser.get(&refused).await;
    assert_eq!(answer.status, 400);
    assert!(!answer.text.contains("canary"));
    let state = begin(&mut browser).await;
    pass(jiff::SignedDuration::from_mins(11));
    let late = format!("/sign-in/oidc/callback?code=c&state={state}");
    assert_eq!(browser.get(&late).await.status, 400);
    assert_eq!(
        house.sql("SELECT count(*) FROM auth.sessions").await.trim(),
        "0"
    );
    house.stop().await;
}

#[tokio::test]
async fn an_issuer_that_is_away_leaves_the_password() {
    let house = House::with(&["--oidc-issuer=http://127.0.0.1:1", "--oidc-client-id=adit"]).await;
    let mut ada = house.set_up().await;
    assert_eq!(ada.get("/things").await.status, 200);
    let mut browser = house.browser();
    assert_eq!(browser.get("/sign-in").await.status, 200);
    let answer = browser.post("/sign-in/oidc", &[]).await;
    assert_eq!(answer.status, 503);
    house.stop().await;
}
