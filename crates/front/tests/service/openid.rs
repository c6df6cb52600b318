//! People who come by an OpenID Connect issuer. What its tokens must be is tested where they are checked (`credential`).

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
        "authorization_endpoint": format!("{url}/authorize"),
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
    let answer = browser
        .post("/sign-in/oidc", &[("return_to", "/tokens")])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let target = url::Url::parse(answer.header("location")).unwrap();
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-adit-sign-in="), "{cookie}");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
    let state = target.query_pairs().find(|(name, _)| name == "state");
    state.unwrap().1.into_owned()
}

#[tokio::test]
async fn an_answer_counts_once_and_only_in_the_browser_that_asked() {
    let issuer = issuer().await;
    let house = house(&issuer).await;
    let page = house.browser().get("/sign-in").await;
    assert!(page.text.contains("Sign in with"));
    let policy = page.header("content-security-policy");
    let target = format!("form-action 'self' {}", issuer.uri());
    assert!(policy.contains(&target), "{policy}");

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
