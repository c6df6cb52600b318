//! Organizations: which there are for somebody, and how each answers.

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use super::asking::{APPLICATION_SCOPE, World};

const NIL: &str = "00000000-0000-0000-0000-000000000000";

fn basic(pat: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!(":{pat}")))
}

#[tokio::test]
async fn each_organization_answers_in_its_own_way() {
    let world = World::new();
    let user = world.bearer("user0@example.com").await;
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", APPLICATION_SCOPE),
    ];
    let robot = world.token("robot", &form).await.json()["access_token"].clone();
    let robot = format!("Bearer {}", robot.as_str().unwrap());
    let home = world.tenant();
    let foreign = emulator::entra::foreign_tenant().to_string();
    for (name, credential, status, word, tenant) in [
        ("tailspin", &user, 200, "instanceId", ""),
        ("TailSpin", &robot, 200, "instanceId", ""),
        ("tailspin-inactive", &user, 503, "TF24668", ""),
        (
            "tailspin-policy-off",
            &user,
            401,
            "TF400813: The user ''",
            &*home,
        ),
        ("tailspin-policy-off", &robot, 200, "instanceId", ""),
        (
            "tailspin-policy-off",
            &basic("token-of-tailspin-policy-off-and-of-no-other-organization"),
            200,
            "instanceId",
            "",
        ),
        ("tailspin-conditional-access", &user, 403, "VS403463", ""),
        ("tailspin-address-blocked", &user, 403, "IP address", ""),
        ("tailspin-microsoft-account", &user, 401, "TF400813", NIL),
        (
            "tailspin-microsoft-account",
            &basic("token-of-tailspin-microsoft-account-and-of-no-other-organization"),
            200,
            "instanceId",
            "",
        ),
        ("tailspin-microsoft-account", &String::new(), 401, "", NIL),
        (
            "tailspin-not-a-member",
            &user,
            401,
            "TF400813: The user '73051be5",
            &*home,
        ),
        ("woodgrove", &user, 401, "TF400813", &*foreign),
        ("tailspin", &basic(emulator::world::PAT), 401, "", &*home),
        ("fabrikam", &String::new(), 401, "", &*home),
        ("nobody", &user, 404, "404", ""),
    ] {
        let asked = world
            .ask(
                &format!("{name}/_apis/connectionData?api-version=7.1-preview.1"),
                credential,
            )
            .await;
        let text = asked.text();
        assert_eq!(asked.status.as_u16(), status, "{name}: {text}");
        assert!(text.contains(word), "{name}: {text}");
        assert_eq!(asked.header("x-vss-resourcetenant"), tenant, "{name}");
        if credential.is_empty() {
            let challenge = asked.header("www-authenticate");
            assert_eq!(
                challenge,
                format!("Bearer authorization_uri=https://login.microsoftonline.com/{tenant}")
            );
        }
    }
    let inactive = world.ask("tailspin-inactive/_apis/projects", &user).await;
    assert!(
        inactive.text().starts_with('\u{feff}')
            && inactive.header("x-tfs-serviceerror").contains("TF24668")
    );
    let blocked = world
        .ask("tailspin-conditional-access/_apis/projects", &user)
        .await;
    assert!(
        blocked.text().len() > 39_000 && blocked.header("content-type").starts_with("text/html")
    );
}

#[tokio::test]
async fn a_state_is_set_on_any_of_them() {
    let world = World::new();
    let user = world.bearer("user0@example.com").await;
    for (organization, state, expected) in [
        ("fabrikam", "inactive", 503),
        ("fabrikam", "conditional_access", 403),
        ("fabrikam", "not_a_member", 401),
        ("fabrikam", "active", 200),
        ("tailspin", "policy_off", 401),
        ("tailspin-inactive", "active", 200),
    ] {
        world.change(&json!({ "kind": "set_organization_state", "organization": organization, "state": state }));
        let asked = world
            .ask(&format!("{organization}/_apis/projects"), &user)
            .await;
        assert_eq!(asked.status.as_u16(), expected, "{organization} {state}");
    }
}

#[tokio::test]
async fn everybody_is_told_of_their_own_organizations() {
    let world = World::new();
    for (name, expected) in [
        ("user0@example.com", 9),
        ("contractor@example.com", 1),
        ("stranger@example.com", 0),
        ("visitor@woodgrove.example", 1),
    ] {
        let pressed = [("account", name), ("decision", "accept")];
        let code = world
            .post(&world.page(&[]), &pressed)
            .await
            .redirected("code")
            .unwrap();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", super::asking::REDIRECT),
            ("code_verifier", super::asking::VERIFIER),
            ("client_id", &world.application("adit", "/client_id")),
            (
                "client_secret",
                &world.application("adit", "/secrets/0/value"),
            ),
        ];
        let answer = world
            .post("/login/organizations/oauth2/v2.0/token", &form)
            .await
            .json();
        let bearer = format!("Bearer {}", answer["access_token"].as_str().unwrap());
        let headers = [("authorization", bearer.as_str())];
        let profile = world
            .get(
                "/profile/_apis/profile/profiles/me?api-version=7.1",
                &headers,
            )
            .await
            .json();
        assert_eq!(profile["emailAddress"], name);
        let path = format!(
            "/profile/_apis/accounts?memberId={}&api-version=7.1",
            profile["id"].as_str().unwrap()
        );
        let accounts = world.get(&path, &headers).await.json();
        assert_eq!(accounts["count"], expected, "{name}: {accounts}");
        let other = world
            .get(&format!("/profile/_apis/accounts?memberId={NIL}"), &headers)
            .await;
        assert_eq!(other.status, StatusCode::UNAUTHORIZED);
    }
    // A PAT belongs to one organization, and an application has no profile.
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", APPLICATION_SCOPE),
    ];
    let robot = world.token("robot", &form).await.json()["access_token"].clone();
    for credential in [
        basic(emulator::world::PAT),
        format!("Bearer {}", robot.as_str().unwrap()),
    ] {
        let headers = [("authorization", credential.as_str())];
        let asked = world
            .get("/profile/_apis/profile/profiles/me", &headers)
            .await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_neighbour_has_one_project_and_nothing_in_it() {
    let world = World::new();
    let user = world.bearer("user0@example.com").await;
    let projects = world.ask("tailspin/_apis/projects", &user).await.json();
    let id = projects["value"][0]["id"].as_str().unwrap();
    for path in [
        "git/repositories",
        "build/builds",
        "build/definitions",
        "wit/workitemtypes",
    ] {
        let asked = world
            .ask(&format!("tailspin/{id}/_apis/{path}"), &user)
            .await;
        assert_eq!(
            (asked.status, asked.json()["count"].as_i64()),
            (StatusCode::OK, Some(0)),
            "{path}"
        );
    }
    let feed = world
        .ask("tailspin/_apis/wit/reporting/workItemRevisions", &user)
        .await
        .json();
    assert_eq!(
        (&feed["values"], &feed["isLastBatch"]),
        (&json!([]), &json!(true))
    );
    // Nothing of the main organization is behind it.
    let asked = world
        .ask("tailspin/Fabrikam/_apis/git/repositories", &user)
        .await;
    assert_eq!(asked.status, StatusCode::NOT_FOUND);
}
