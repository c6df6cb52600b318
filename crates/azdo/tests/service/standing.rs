//! Who we are to an organization, what we may, and what it shows at a glance.

use azdo::{ConnectedUser, Error, Evaluation, Hosts, Http, HttpOptions, Tenant};
use uuid::Uuid;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::{Asker, asker, at, json, project, status};

async fn serve(answer: ResponseTemplate) -> (MockServer, Asker) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let asker = asker(&server.uri(), &["only"]);
    (server, asker)
}

async fn only(server: &MockServer) -> Request {
    let mut requests = server.received_requests().await.expect("requests");
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

fn question() -> Evaluation {
    Evaluation {
        namespace: Uuid::from_u128(5),
        token: "repoV2/x".to_owned(),
        permissions: 2,
    }
}

#[tokio::test]
async fn rights_are_asked_for_all_at_once() {
    let body = r#"{"evaluations":[
        {"securityNamespaceId":"00000000-0000-0000-0000-000000000005","token":"repoV2/x","permissions":2,"value":true},
        {"token":"y","value":"False"},{}]}"#;
    let (server, asker) = serve(json(body)).await;
    let answers = asker
        .client
        .permissions(&[question()])
        .await
        .expect("answers");
    let values: Vec<_> = answers.iter().map(|answer| answer.value).collect();
    assert_eq!(values, [Some(true), Some(false), None]);
    assert_eq!(answers[0].namespace, Some(Uuid::from_u128(5)));
    let request = only(&server).await;
    assert_eq!(request.method.as_str(), "POST");
    assert_eq!(request.headers["content-type"], "application/json");
    assert_eq!(
        request.body,
        br#"{"alwaysAllowAdministrators":false,"evaluations":[{"securityNamespaceId":"00000000-0000-0000-0000-000000000005","token":"repoV2/x","permissions":2}]}"#
    );
}

#[tokio::test]
async fn an_answer_without_evaluations_is_no_empty_answer() {
    let (_server, asker) = serve(json("{}")).await;
    let error = asker.client.permissions(&[question()]).await.unwrap_err();
    assert!(matches!(error, Error::Unreadable(_)), "{error}");
}

#[tokio::test]
async fn a_question_that_was_posted_is_posted_again_after_a_failure() {
    let (server, asker) = serve(status(503, "")).await;
    let error = asker.client.permissions(&[question()]).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error}");
    let requests = server.received_requests().await.expect("requests");
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| !request.body.is_empty()));
}

#[tokio::test]
async fn licences_of_users_and_of_service_principals_are_listed_apart() {
    let body = r#"{"accessLevel":{"accountLicenseType":"stakeholder","licensingSource":"account","status":"active"}}"#;
    for (descriptor, path) in [
        ("aad.x", "userentitlements"),
        ("aadsp.x", "serviceprincipalentitlements"),
    ] {
        let (server, asker) = serve(json(body)).await;
        let user = ConnectedUser {
            id: Some(project()),
            subject_descriptor: Some(descriptor.to_owned()),
            ..ConnectedUser::default()
        };
        let found = asker.client.entitlement(&user).await.expect("an answer");
        let entitlement = found.expect("a licence");
        assert!(entitlement.is_stakeholder());
        assert_eq!(entitlement.status.as_deref(), Some("active"));
        let request = only(&server).await;
        let expected = format!("/entitlements/fabrikam/_apis/{path}/{}", project());
        assert_eq!(request.url.path(), expected);
    }
    let (_server, asker) = serve(status(404, "")).await;
    let user = ConnectedUser {
        id: Some(project()),
        ..ConnectedUser::default()
    };
    assert_eq!(
        asker.client.entitlement(&user).await.expect("an answer"),
        None
    );
}

#[tokio::test]
async fn the_root_of_tfvc_names_the_projects_that_use_it() {
    let body = r#"{"value":[{"path":"$/"},{"path":"$/A b"},{"path":"$/Ä"},{"x":1}]}"#;
    let (server, asker) = serve(json(body)).await;
    let folders = asker.client.tfvc_folders().await.expect("folders");
    assert_eq!(folders, ["A b", "Ä"]);
    let request = only(&server).await;
    assert_eq!(
        request.url.query(),
        Some("scopePath=%24/&recursionLevel=OneLevel&api-version=7.1")
    );
}

#[tokio::test]
async fn a_look_says_how_much_is_shown_and_a_refusal_stays_one() {
    let (_server, asker) = serve(json(r#"{"value":[{"id":1},{"id":2}]}"#)).await;
    let client = &asker.client;
    assert_eq!(
        client.look_at_definitions(project()).await.expect("a list"),
        2
    );
    assert_eq!(
        client
            .look_at_repositories(project())
            .await
            .expect("a list"),
        2
    );
    client.look_at_areas(project()).await.expect("an object");
    let (_server, asker) = serve(status(404, "")).await;
    let error = asker.client.look_at_areas(project()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound(_)), "{error}");
}

#[tokio::test]
async fn the_tenant_is_told_without_a_credential() {
    let id = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    let entra = Some(Tenant::Entra(id.parse().expect("a guid")));
    let bearer = format!("Bearer authorization_uri=https://login.microsoftonline.com/{id}");
    let zero = Uuid::nil().to_string();
    let refusal = || ResponseTemplate::new(401);
    let anonymous = r#"{"instanceId":"00000000-0000-0000-0000-000000000007"}"#;
    for (answer, expected) in [
        (
            refusal().append_header("www-authenticate", bearer.as_str()),
            entra,
        ),
        (
            refusal()
                .append_header("www-authenticate", "Basic realm=\"https://x/\"")
                .append_header("www-authenticate", bearer.as_str()),
            entra,
        ),
        (refusal().insert_header("x-vss-resourcetenant", id), entra),
        (
            refusal().insert_header("x-vss-resourcetenant", zero.as_str()),
            Some(Tenant::MicrosoftAccounts),
        ),
        (
            json(anonymous).insert_header("x-vss-resourcetenant", id),
            entra,
        ),
        (json(anonymous), None),
        (refusal(), None),
    ] {
        let (server, _) = serve(answer).await;
        let http =
            Http::new(HttpOptions::new(|| at("2026-01-01T00:00:00Z"))).expect("roots of trust");
        let hosts = Hosts::prefixed(&server.uri().parse().expect("a URL"));
        let name = "fabrikam".parse().expect("a name");
        let tenant = azdo::tenant(&http, &hosts, name).await.expect("an answer");
        assert_eq!(tenant, expected);
        assert!(!only(&server).await.headers.contains_key("authorization"));
    }
}

#[tokio::test]
async fn the_header_explains_what_a_title_cuts_short() {
    let answer = ResponseTemplate::new(401)
        .insert_header(
            "x-tfs-serviceerror",
            "The%20policy%20prohibits%20global%20tokens",
        )
        .set_body_raw(
            "<html><title>The policy prohibits</title>".as_bytes(),
            "text/html",
        );
    let (_server, asker) = serve(answer).await;
    let error = asker.client.connection_data().await.unwrap_err();
    let said = error.explanation().expect("an answer");
    assert_eq!(said.message, "The policy prohibits");
    assert_eq!(
        said.service_error.as_deref(),
        Some("The policy prohibits global tokens")
    );
}

/// The recordings are not ours to publish, so they stay in a folder that `ADIT_EXAMPLES_DIR` names.
#[tokio::test]
async fn recorded_rights_and_licences_are_read() {
    let Some(folder) = std::env::var_os("ADIT_EXAMPLES_DIR") else {
        complain("ADIT_EXAMPLES_DIR is not set: NO RECORDED RIGHTS WERE READ");
        return;
    };
    let body = |name: &str| {
        let path = std::path::Path::new(&folder).join("identity").join(name);
        let text = std::fs::read_to_string(path).expect("a recording");
        let recording: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        json(&recording["response"]["body"].to_string())
    };
    let (_server, asker) = serve(body("permission_evaluation_batch.json")).await;
    let answers = asker.client.permissions(&[]).await.expect("answers");
    let values: Vec<_> = answers.iter().map(|answer| answer.value).collect();
    assert_eq!(values, [Some(false), Some(false), Some(true)]);
    for (name, is_stakeholder) in [
        ("userentitlement_by_id.json", true),
        ("userentitlement_get_recorded.json", false),
        ("serviceprincipalentitlement_by_id.json", true),
    ] {
        let (_server, asker) = serve(body(name)).await;
        let user = ConnectedUser {
            id: Some(project()),
            ..ConnectedUser::default()
        };
        let found = asker
            .client
            .entitlement(&user)
            .await
            .expect(name)
            .expect(name);
        assert_eq!(found.is_stakeholder(), is_stakeholder, "{name}: {found:?}");
    }
}

#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
fn complain(text: &str) {
    eprintln!("{text}");
}
