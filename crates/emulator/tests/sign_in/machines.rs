//! Applications and machines, which sign in by themselves.

use axum::http::StatusCode;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::asking::{APPLICATION_SCOPE, World, encoded};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const IMDS: &str = "/imds/metadata/identity/oauth2/token?api-version=2018-02-01&resource=499b84ac-1321-427f-aa17-267ca6975798";
const APP_SERVICE: &str =
    "/app-service/msi/token?api-version=2019-08-01&resource=499b84ac-1321-427f-aa17-267ca6975798";

async fn by_assertion(world: &World, assertion: &str) -> (StatusCode, u64) {
    let form = [
        ("client_id", world.application("robot", "/client_id")),
        ("grant_type", "client_credentials".to_owned()),
        ("scope", APPLICATION_SCOPE.to_owned()),
        ("client_assertion_type", TYPE.to_owned()),
        ("client_assertion", assertion.to_owned()),
    ];
    let form: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let target = format!("/login/{}/oauth2/v2.0/token", world.tenant());
    let asked = world.post(&target, &form).await;
    (asked.status, asked.refusal().1)
}

#[tokio::test]
async fn a_certificate_signs_for_itself_to_this_endpoint_once_and_shortly() {
    let world = World::new();
    let id = world.application("robot", "/client_id");
    let endpoint = format!("http://emulated/login/{}/oauth2/v2.0/token", world.tenant());
    let now = world.emulator.clock().outside().as_second();
    let sound = json!({ "iss": id, "sub": id, "aud": endpoint, "exp": now + 300, "nbf": now, "jti": "one" });
    let sign = |algorithm, claims: &Value| {
        let mut header = Header::new(algorithm);
        header.x5t_s256 = Some(world.application("robot", "/certificate/thumbprint_sha256"));
        let pem = world.application("robot", "/certificate/pem");
        let end = pem.find("-----BEGIN CERTIFICATE").unwrap();
        let key = EncodingKey::from_rsa_pem(&pem.as_bytes()[..end]).unwrap();
        encode(&header, claims, &key).unwrap()
    };
    let with = |name: &str, value: Value| {
        let mut claims = sound.clone();
        claims["jti"] = json!(format!("{name} {value}"));
        claims[name] = value;
        claims
    };
    for algorithm in [Algorithm::PS256, Algorithm::RS256] {
        let claims = with(
            "exp",
            json!(now + 300 + i64::from(algorithm == Algorithm::PS256)),
        );
        assert_eq!(
            by_assertion(&world, &sign(algorithm, &claims)).await.0,
            StatusCode::OK
        );
    }
    let refused = StatusCode::UNAUTHORIZED;
    for (claims, code) in [
        (with("aud", json!("https://elsewhere.example")), 700_023),
        (with("sub", json!("somebody else")), 700_021),
        (with("exp", json!(now - 3_600)), 700_024),
        (with("exp", json!(now + 24 * 3_600)), 700_024),
        (with("nbf", json!(now + 3_600)), 700_024),
        (with("jti", Value::Null), 50_027),
    ] {
        let answer = by_assertion(&world, &sign(Algorithm::PS256, &claims)).await;
        assert_eq!(answer, (refused, code), "{claims}");
    }
    let used = sign(Algorithm::PS256, &sound);
    assert_eq!(by_assertion(&world, &used).await.0, StatusCode::OK);
    assert_eq!(by_assertion(&world, &used).await, (refused, 50_013));
    let mut forged = sign(Algorithm::PS256, &with("exp", json!(now + 299)));
    forged.replace_range(forged.len() - 8.., "AAAAAAAA");
    assert_eq!(by_assertion(&world, &forged).await, (refused, 700_027));
}

#[tokio::test]
async fn a_federated_token_must_be_of_the_right_issuer_subject_and_audience() {
    let world = World::new();
    let token = async |query: &str| {
        let path = format!("/_emulator/entra/federated-token?{query}");
        world.get(&path, &[]).await.text()
    };
    assert_eq!(
        by_assertion(&world, &token("").await).await.0,
        StatusCode::OK
    );
    for (query, code) in [
        ("issuer=https://elsewhere.example", 700_211),
        ("subject=system:serviceaccount:other:auth", 700_213),
        ("audience=api://another", 700_212),
        ("seconds=-3600", 700_024),
    ] {
        let answer = by_assertion(&world, &token(query).await).await;
        assert_eq!(answer, (StatusCode::UNAUTHORIZED, code), "{query}");
    }
}

#[tokio::test]
async fn an_application_asks_in_its_tenant_with_its_secret_for_all_that_it_has() {
    let world = World::new();
    let check = async |form: &[(&str, &str)], code: u64| {
        let mut whole = vec![
            ("grant_type", "client_credentials"),
            ("scope", APPLICATION_SCOPE),
        ];
        whole.retain(|(name, _)| form.iter().all(|(other, _)| other != name));
        whole.extend(form);
        let asked = world.token("robot", &whole).await;
        assert_eq!(asked.refusal().1, code, "{form:?}");
        asked
    };
    let granted = check(&[], 0).await.json();
    assert_eq!(granted.get("refresh_token"), None);
    check(
        &[("scope", "499b84ac-1321-427f-aa17-267ca6975798/vso.code")],
        1_002_012,
    )
    .await;
    check(&[("client_secret", "guessed")], 7_000_215).await;
    let form = encoded(&[
        ("grant_type", "client_credentials"),
        ("scope", APPLICATION_SCOPE),
        ("client_id", &world.application("adit", "/client_id")),
        (
            "client_secret",
            &world.application("adit", "/secrets/0/value"),
        ),
    ]);
    let target = "/login/organizations/oauth2/v2.0/token";
    let asked = world.send("POST", target, &[], form).await;
    assert_eq!(asked.refusal().1, 90_019);
}

#[tokio::test]
async fn a_machine_gets_tokens_for_itself_alone() {
    let world = World::new();
    let metadata = ("Metadata", "true");
    let answer = world.get(IMDS, &[metadata]).await.json();
    for name in ["expires_in", "expires_on", "not_before", "access_token"] {
        assert!(answer[name].is_string(), "{name}: {answer}");
    }
    let bearer = format!("Bearer {}", answer["access_token"].as_str().unwrap());
    let data = world
        .ask(
            "fabrikam/_apis/connectionData?api-version=7.1-preview.1",
            &bearer,
        )
        .await;
    let user = &data.json()["authenticatedUser"];
    assert_eq!(user["providerDisplayName"], "Machine of Fabrikam");
    assert!(
        user["subjectDescriptor"]
            .as_str()
            .unwrap()
            .starts_with("aadsp.")
    );
    for (target, headers) in [
        (IMDS.to_owned(), &[][..]),
        (
            IMDS.to_owned(),
            &[metadata, ("X-Forwarded-For", "10.0.0.1")],
        ),
        (IMDS.replace("api-version=2018-02-01&", ""), &[metadata]),
        (IMDS.replace("resource=499b", "resource=0000"), &[metadata]),
        (
            format!("{IMDS}&client_id=00000000-0000-0000-0000-000000000001"),
            &[metadata],
        ),
    ] {
        let asked = world.get(&target, headers).await;
        assert_eq!(
            asked.status,
            StatusCode::BAD_REQUEST,
            "{target} {headers:?}"
        );
    }
    let header = ("X-IDENTITY-HEADER", "emulated-identity-header");
    let answer = world.get(APP_SERVICE, &[header]).await.json();
    assert!(
        answer["expires_on"].is_string() && answer.get("expires_in").is_none(),
        "{answer}"
    );
    assert_eq!(
        world.get(APP_SERVICE, &[]).await.status,
        StatusCode::UNAUTHORIZED
    );
    // What IMDS does while it is away is a fault like any other.
    for status in [404, 410, 429] {
        world.emulator.faults().clear();
        let fault = json!({ "path": "/imds/", "times": 1, "effect": { "kind": "status", "status": status } });
        world
            .emulator
            .faults()
            .add(serde_json::from_value(fault).unwrap());
        assert_eq!(world.get(IMDS, &[metadata]).await.status, status);
    }
    world.change(&json!({ "kind": "expire_tokens", "user": "machine" }));
    assert_eq!(
        world.ask("fabrikam/_apis/projects", &bearer).await.status,
        StatusCode::UNAUTHORIZED
    );
}
