//! An organization of as many projects as a test wants, and a client that asks it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use azdo::{
    Client, Hosts, Http, HttpOptions, OrganizationName, Patience, StaticCredential, Unpaced, User,
};
use preflight::{CredentialKind, Options};
use serde_json::{Value, json};
use uuid::Uuid;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub(crate) const ORGANIZATION: Uuid = Uuid::from_u128(1);

/// What the service is told to do differently, by a part of the path.
type Rule = Box<dyn Fn(&Request) -> Option<ResponseTemplate> + Send + Sync>;

pub(crate) struct Service {
    pub(crate) server: MockServer,
}

pub(crate) fn project(number: usize) -> Uuid {
    Uuid::from_u128(100 + number as u128)
}

pub(crate) fn json_of(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.to_string(), "application/json; charset=utf-8")
}

pub(crate) fn list(items: &[Value]) -> ResponseTemplate {
    json_of(&json!({ "count": items.len(), "value": items }))
}

pub(crate) fn typed(status: u16, type_key: &str, message: &str) -> ResponseTemplate {
    let body = json!({ "message": message, "typeKey": type_key });
    ResponseTemplate::new(status).set_body_raw(body.to_string(), "application/json; charset=utf-8")
}

/// Waits of milliseconds.
pub(crate) fn http() -> Http {
    let mut options = HttpOptions::new(|| "2026-11-23T00:00:00Z".parse().expect("a time"));
    options.patience = Patience {
        tries: 2,
        first: Duration::from_millis(1),
        longest: Duration::from_millis(2),
        throttled: Duration::from_millis(1),
    };
    Http::new(options).expect("roots of trust")
}

pub(crate) fn hosts(url: &str) -> Hosts {
    Hosts::prefixed(&url.parse().expect("a URL"))
}

pub(crate) fn client_of(url: &str, name: OrganizationName) -> Client {
    let credential = Arc::new(StaticCredential::bearer("canary-bearer-0123456789"));
    Client::new(&http(), &hosts(url), name, credential, Arc::new(Unpaced))
}

pub(crate) fn user_of(url: &str) -> User {
    let credential = Arc::new(StaticCredential::bearer("canary-bearer-0123456789"));
    User::new(&http(), &hosts(url), credential, Arc::new(Unpaced))
}

pub(crate) fn options() -> Options {
    Options::new(CredentialKind::User)
}

impl Service {
    pub(crate) fn client(&self) -> Client {
        client_of(&self.server.uri(), "fabrikam".parse().expect("a name"))
    }

    pub(crate) fn user(&self) -> User {
        user_of(&self.server.uri())
    }

    /// Method and path of every request so far.
    pub(crate) async fn asked(&self) -> Vec<String> {
        let requests = self.server.received_requests().await.unwrap_or_default();
        let shown = requests
            .iter()
            .map(|request| format!("{} {}", request.method, request.url.path()));
        shown.collect()
    }
}

/// An organization where everything is readable, but for what `rule` answers.
pub(crate) async fn service(
    projects: usize,
    rule: impl Fn(&Request) -> Option<ResponseTemplate> + Send + Sync + 'static,
) -> Service {
    let server = MockServer::start().await;
    let rule: Mutex<Rule> = Mutex::new(Box::new(rule));
    Mock::given(any())
        .respond_with(move |request: &Request| {
            let special = rule.lock().expect("nobody panicked")(request);
            special.unwrap_or_else(|| usual(request, projects))
        })
        .mount(&server)
        .await;
    Service { server }
}

fn usual(request: &Request, projects: usize) -> ResponseTemplate {
    let path = request.url.path();
    let named = |number: usize| format!("Project {number}");
    if path.ends_with("/_apis/connectionData") {
        let user = json!({ "id": Uuid::from_u128(2), "subjectDescriptor": "aad.x" });
        return json_of(&json!({ "instanceId": ORGANIZATION, "authenticatedUser": user }));
    }
    if path.ends_with("/_apis/projects") {
        let skipped = parameter(request, "continuationToken");
        let skipped: usize = skipped.map_or(0, |token| token.parse().expect("a number"));
        let top = parameter(request, "$top").and_then(|top| top.parse().ok());
        let end = projects.min(skipped + top.unwrap_or(100));
        let page: Vec<Value> = (skipped..end)
            .map(|number| json!({ "id": project(number), "name": named(number), "state": "wellFormed", "visibility": "private" }))
            .collect();
        let answer = list(&page);
        return if end < projects {
            answer.insert_header("x-ms-continuationtoken", end.to_string())
        } else {
            answer
        };
    }
    if path.ends_with("/_apis/security/permissionevaluationbatch") {
        return evaluated(request, |_| true);
    }
    if path.contains("/_apis/userentitlements/") {
        return json_of(
            &json!({ "accessLevel": { "accountLicenseType": "express", "status": "active" } }),
        );
    }
    if path.ends_with("/fabrikam/_apis/git/repositories") {
        let repositories: Vec<Value> = (0..projects)
            .map(|number| json!({ "id": Uuid::from_u128(9000 + number as u128), "project": { "id": project(number) } }))
            .collect();
        return list(&repositories);
    }
    if path.ends_with("/_apis/tfvc/items") {
        let folders: Vec<Value> = std::iter::once(json!({ "path": "$/", "isFolder": true }))
            .chain((0..projects).map(|number| json!({ "path": format!("$/{}", named(number)) })))
            .collect();
        return list(&folders);
    }
    if path.ends_with("/_apis/wit/classificationnodes/areas") {
        return json_of(&json!({ "id": 1, "name": "Project" }));
    }
    if path.ends_with("/_apis/build/definitions") || path.ends_with("/_apis/git/repositories") {
        return list(&[json!({ "id": 1 })]);
    }
    ResponseTemplate::new(404)
}

/// Answers the batch as `allows` says of each token.
pub(crate) fn evaluated(request: &Request, allows: impl Fn(&str) -> bool) -> ResponseTemplate {
    let asked: Value = serde_json::from_slice(&request.body).expect("JSON");
    let evaluations = asked["evaluations"].as_array().expect("a list");
    let answers: Vec<Value> = evaluations
        .iter()
        .map(|evaluation| {
            let mut answer = evaluation.clone();
            answer["value"] = json!(allows(evaluation["token"].as_str().expect("a token")));
            answer
        })
        .collect();
    json_of(&json!({ "evaluations": answers }))
}

pub(crate) fn parameter(request: &Request, wanted: &str) -> Option<String> {
    let mut pairs = request.url.query_pairs();
    let (_, value) = pairs.find(|(name, _)| name == wanted)?;
    Some(value.into_owned())
}
