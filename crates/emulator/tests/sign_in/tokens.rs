//! Codes, and the tokens that they are redeemed for.

use axum::http::StatusCode;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde_json::{Value, json};

use super::asking::{Asked, Pairs, REDIRECT, VERIFIER, World};

/// Checks an id token as a client must.
async fn checked(world: &World, token: &str) -> Result<Value, jsonwebtoken::errors::Error> {
    let path = format!("/login/{}/discovery/v2.0/keys", world.tenant());
    let keys: JwkSet = serde_json::from_value(world.get(&path, &[]).await.json()).unwrap();
    let id = decode_header(token)?.kid.unwrap_or_default();
    let Some(key) = keys.find(&id) else {
        return Err(jsonwebtoken::errors::ErrorKind::InvalidSignature.into());
    };
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[world.application("adit", "/client_id")]);
    validation.set_issuer(&[format!("http://emulated/login/{}/v2.0", world.tenant())]);
    validation.validate_nbf = true;
    let claims = decode::<Value>(token, &DecodingKey::from_jwk(key)?, &validation)?.claims;
    Ok(claims)
}

#[tokio::test]
async fn an_id_token_is_signed_by_a_published_key_and_says_who_it_is_about() {
    let world = World::new();
    let answer = world.sign_in("user0@example.com").await;
    let claims = checked(&world, answer["id_token"].as_str().unwrap())
        .await
        .unwrap();
    assert_eq!(
        (
            &claims["nonce"],
            &claims["tid"],
            &claims["preferred_username"]
        ),
        (
            &json!("n"),
            &json!(world.tenant()),
            &json!("user0@example.com")
        )
    );
    for how in ["signature", "issuer", "audience", "expired", "unsigned"] {
        world.change(&json!({ "kind": "spoil_id_token", "how": how }));
        let answer = world.sign_in("user0@example.com").await;
        let checked = checked(&world, answer["id_token"].as_str().unwrap()).await;
        assert!(checked.is_err(), "{how}: {checked:?}");
    }
    for (how, claim, right) in [("nonce", "nonce", "n"), ("tenant", "tid", &world.tenant())] {
        world.change(&json!({ "kind": "spoil_id_token", "how": how }));
        let answer = world.sign_in("user0@example.com").await;
        let claims = checked(&world, answer["id_token"].as_str().unwrap())
            .await
            .unwrap();
        assert_ne!(claims[claim], right);
    }
    let sound = world.sign_in("user0@example.com").await;
    assert!(
        checked(&world, sound["id_token"].as_str().unwrap())
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn the_configuration_leads_to_the_endpoints_and_names_the_issuer() {
    let world = World::new();
    let of = async |tenant: &str| {
        let path = format!("/login/{tenant}/v2.0/.well-known/openid-configuration");
        world.get(&path, &[("x-forwarded-proto", "https")]).await
    };
    let known = of("example.com").await.json();
    let issuer = format!("https://emulated/login/{}/v2.0", world.tenant());
    assert_eq!(known["issuer"], issuer);
    assert_eq!(
        known["token_endpoint"],
        "https://emulated/login/example.com/oauth2/v2.0/token"
    );
    let any = of("organizations").await.json();
    assert_eq!(any["issuer"], "https://emulated/login/{tenantid}/v2.0");
    assert_eq!(of("nobody.example").await.refusal().1, 90_002);
}

#[tokio::test]
async fn the_page_redirects_to_nowhere_but_where_it_may() {
    let world = World::new();
    for (more, code) in [
        (
            [("redirect_uri", "http://localhost:8780/elsewhere")],
            "AADSTS50011",
        ),
        (
            [(
                "redirect_uri",
                "https://evil.example/integrations/azure-devops/callback",
            )],
            "AADSTS50011",
        ),
        (
            [("client_id", "00000000-0000-0000-0000-000000000001")],
            "AADSTS700016",
        ),
    ] {
        let asked = world.get(&world.page(&more), &[]).await;
        assert_eq!(
            (asked.status, asked.header("location")),
            (StatusCode::BAD_REQUEST, "")
        );
        assert!(asked.text().contains(code), "{}", asked.text());
    }
    let other_port = [(
        "redirect_uri",
        "http://127.0.0.1:1234/sign-in/oidc/callback",
    )];
    let asked = world.get(&world.page(&other_port), &[]).await;
    assert_eq!(asked.status, StatusCode::OK);
}

/// Presses a button of the page.
async fn pressed(world: &World, more: Pairs<'_>, form: Pairs<'_>) -> Asked {
    world.post(&world.page(more), form).await
}

#[tokio::test]
async fn what_goes_wrong_after_that_is_told_to_the_application() {
    let world = World::new();
    for (more, form, error, code) in [
        (
            &[("response_type", "token")][..],
            &[][..],
            "unsupported_response_type",
            "AADSTS700054",
        ),
        (&[("prompt", "none")], &[], "login_required", "AADSTS50058"),
        (
            &[("scope", "api://nobody/.default")],
            &[],
            "invalid_resource",
            "AADSTS500011",
        ),
        (
            &[],
            &[("decision", "cancel")],
            "access_denied",
            "AADSTS65004",
        ),
    ] {
        let asked = pressed(&world, more, form).await;
        assert_eq!(asked.status, StatusCode::FOUND, "{code}");
        assert!(asked.header("location").starts_with(REDIRECT));
        assert_eq!(asked.redirected("error").as_deref(), Some(error));
        assert!(
            asked
                .redirected("error_description")
                .unwrap()
                .contains(code)
        );
        assert_eq!(asked.redirected("state").as_deref(), Some("s & t"));
    }
    // Those who cannot get in are told on the page, and may go back.
    for (name, code) in [
        ("somebody@outlook.example", "AADSTS50020"),
        ("nobody@example.com", "AADSTS50034"),
    ] {
        let asked = pressed(&world, &[], &[("account", name)]).await;
        assert!(asked.text().contains(code), "{}", asked.text());
    }
    let back = pressed(
        &world,
        &[],
        &[
            ("account", "somebody@outlook.example"),
            ("decision", "cancel"),
        ],
    )
    .await;
    assert_eq!(back.redirected("error").as_deref(), Some("access_denied"));
    world.change(&json!({ "kind": "require_administrator" }));
    let asked = pressed(&world, &[], &[("account", "user0@example.com")]).await;
    assert!(asked.text().contains("Need admin approval"));
    let back = pressed(
        &world,
        &[],
        &[("account", "user0@example.com"), ("decision", "back")],
    )
    .await;
    assert!(
        back.redirected("error_description")
            .unwrap()
            .contains("AADSTS90094")
    );
}

#[tokio::test]
async fn a_code_is_good_once_for_ten_minutes_and_for_who_asked_for_it() {
    let world = World::new();
    let check = async |form: &[(&str, &str)], expected: (StatusCode, u64)| {
        let code = world.code("user0@example.com").await;
        let mut whole = vec![
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        whole.retain(|(name, _)| form.iter().all(|(other, _)| other != name));
        whole.extend(form.iter().filter(|(_, value)| !value.is_empty()));
        let asked = world.token("adit", &whole).await;
        assert_eq!((asked.status, asked.refusal().1), expected, "{form:?}");
    };
    let (bad, unknown) = (StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED);
    check(
        &[(
            "code_verifier",
            "another-verifier-that-is-long-enough-for-it",
        )],
        (bad, 501_481),
    )
    .await;
    check(&[("code_verifier", "")], (bad, 50_148)).await;
    check(
        &[(
            "redirect_uri",
            "http://localhost:8780/sign-in/oidc/callback",
        )],
        (unknown, 500_112),
    )
    .await;
    check(&[("client_secret", "guessed")], (unknown, 7_000_215)).await;
    check(&[("code", "made up")], (bad, 9_002_313)).await;
    check(&[("grant_type", "password")], (bad, 70_003)).await;
    check(
        &[("client_id", "00000000-0000-0000-0000-000000000001")],
        (bad, 700_016),
    )
    .await;

    let code = world.code("user0@example.com").await;
    assert_eq!(world.redeem(&code).await.status, StatusCode::OK);
    assert_eq!(world.redeem(&code).await.refusal().1, 54_005);
    let late = world.code("user0@example.com").await;
    world.pass(601);
    assert_eq!(world.redeem(&late).await.refusal().1, 70_008);
    let without = world.code("user0@example.com").await;
    let form = [
        ("client_id", world.application("adit", "/client_id")),
        ("grant_type", String::from("authorization_code")),
        ("code", without),
        ("redirect_uri", String::from(REDIRECT)),
        ("code_verifier", String::from(VERIFIER)),
    ];
    let form: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let asked = world
        .post("/login/organizations/oauth2/v2.0/token", &form)
        .await;
    assert_eq!((asked.status, asked.refusal().1), (unknown, 7_000_218));
    world.change(&json!({ "kind": "expire_secret" }));
    let code = world.code("user0@example.com").await;
    let asked = world.redeem(&code).await;
    assert_eq!((asked.status, asked.refusal().1), (unknown, 7_000_222));
}

#[tokio::test]
async fn an_access_token_lives_by_the_worlds_clock() {
    let world = World::new();
    world.change(&json!({ "kind": "set_sign_in", "token_seconds": 600 }));
    let answer = world.sign_in("user0@example.com").await;
    assert_eq!(answer["expires_in"], 600);
    let bearer = format!("Bearer {}", answer["access_token"].as_str().unwrap());
    let projects = "fabrikam/_apis/projects";
    assert_eq!(world.ask(projects, &bearer).await.status, StatusCode::OK);
    world.pass(601);
    let expired = world.ask(projects, &bearer).await;
    assert_eq!(expired.status, StatusCode::UNAUTHORIZED);
    assert!(
        expired
            .text()
            .contains("TF400813: The user '' is not authorized")
    );
    assert_eq!(expired.header("x-vss-resourcetenant"), world.tenant());
    let unsuppressed = world
        .get(
            &format!("/azure-devops/{projects}"),
            &[("authorization", &bearer)],
        )
        .await;
    assert_eq!(unsuppressed.status, StatusCode::FOUND);
    // A token for another resource is none for Azure DevOps.
    let graph = world.page(&[("scope", "openid")]);
    let pressed = [("account", "user0@example.com"), ("decision", "accept")];
    let code = world
        .post(&graph, &pressed)
        .await
        .redirected("code")
        .unwrap();
    let answer = world.redeem(&code).await.json();
    assert_eq!(answer.get("refresh_token"), None);
    let bearer = format!("Bearer {}", answer["access_token"].as_str().unwrap());
    assert_eq!(
        world.ask(projects, &bearer).await.status,
        StatusCode::UNAUTHORIZED
    );
}
