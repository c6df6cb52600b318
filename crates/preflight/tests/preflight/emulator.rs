//! Against the emulator, whose members differ in rights and licences. Nothing but HTTP is between.

use std::sync::Arc;

use azdo::{Client, StaticCredential, Unpaced};
use emulator::{Emulator, Running, Seed};
use preflight::{
    CredentialKind, Domain, Options, OrganizationCheck, OrganizationState, ProjectCheck, State,
    check,
};
use serde_json::{Value, json};

use crate::service::{hosts, http};

struct World {
    running: Running,
}

impl World {
    async fn start() -> Self {
        let emulator = Emulator::make(Seed::default()).expect("a world");
        let listen = "127.0.0.1:0".parse().expect("an address");
        let running = Running::start(emulator, listen).await.expect("a port");
        Self { running }
    }

    fn client(&self, token: &str) -> Client {
        let credential = Arc::new(StaticCredential::personal_access_token(token));
        let name = "Fabrikam".parse().expect("a name");
        Client::new(
            &http(),
            &hosts(&self.running.url()),
            name,
            credential,
            Arc::new(Unpaced),
        )
    }

    async fn check(&self, token: &str) -> OrganizationCheck {
        let options = Options::new(CredentialKind::PersonalAccessToken);
        check(&self.client(token), None, &options).await
    }

    /// The control API.
    async fn control(&self, what: &str, order: Option<Value>) -> Value {
        let http = http();
        let url = format!("{}/_emulator/{what}", self.running.url());
        let request = match order {
            None => http.reqwest().get(url),
            Some(order) => http
                .reqwest()
                .post(url)
                .header("content-type", "application/json")
                .body(order.to_string()),
        };
        let answer = request.send().await.expect("an answer");
        let text = answer.text().await.expect("a text");
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{what}: {text}"))
    }

    async fn token(&self, role: &str) -> String {
        let info = self.control("info", None).await;
        let users = info["users"].as_array().expect("users");
        let user = users.iter().find(|user| user["role"] == role);
        let token = user.and_then(|user| user["pat"].as_str());
        token
            .unwrap_or_else(|| panic!("no {role} in {info}"))
            .to_owned()
    }

    /// Names of all projects, as the administrator sees them.
    async fn all_projects(&self) -> Vec<(String, String)> {
        let client = self.client(&self.token("administrator").await);
        let projects = client.projects().items().await.expect("projects");
        let named = projects.into_iter();
        named
            .map(|project| (project.id.to_string(), project.name.expect("a name")))
            .collect()
    }
}

fn states(project: &ProjectCheck) -> [State; 4] {
    project.domains.clone().map(|(_, finding)| finding.state)
}

fn of<'a>(check: &'a OrganizationCheck, name: &str) -> &'a ProjectCheck {
    let found = check.projects.iter().find(|project| project.name == name);
    found.unwrap_or_else(|| panic!("no {name} in {check:#?}"))
}

#[tokio::test]
async fn a_reader_of_two_projects_gets_exactly_these_and_is_told_of_no_other() {
    let world = World::start().await;
    let check = world.check(&world.token("contractor").await).await;
    assert_eq!(check.state, OrganizationState::Active);
    assert_eq!(check.projects.len(), 2, "{check:#?}");
    for project in &check.projects {
        assert_eq!(states(project)[..3], [State::Readable; 3], "{project:#?}");
    }
    let told = serde_json::to_string(&check).expect("JSON");
    let all = world.all_projects().await;
    assert!(all.len() > 4, "{all:?}");
    for (id, name) in all {
        if !check.projects.iter().any(|project| project.name == name) {
            assert!(
                !told.contains(&id) && !told.contains(&name),
                "{name}: {told}"
            );
        }
    }
}

#[tokio::test]
async fn the_reader_sees_all_but_the_vault_and_what_is_being_deleted() {
    let world = World::start().await;
    let check = world.check(&world.token("reader").await).await;
    let names: Vec<&str> = check
        .projects
        .iter()
        .map(|project| project.name.as_str())
        .collect();
    assert!(
        !names.contains(&"Vault") && !names.contains(&"Closing Down"),
        "{names:?}"
    );
    let legacy = of(&check, "Contoso Legacy");
    assert_eq!(states(legacy)[0], State::Readable);
    assert_eq!(
        legacy.finding(Domain::Tfvc).map(|found| found.state),
        Some(State::Readable),
        "{legacy:#?}"
    );
    let empty = of(&check, "Empty Quarter");
    assert_eq!(
        states(empty),
        [
            State::Readable,
            State::Readable,
            State::Readable,
            State::SwitchedOff
        ],
        "{empty:#?}"
    );
}

#[tokio::test]
async fn a_stakeholder_is_told_of_the_licence_and_not_of_missing_rights() {
    let world = World::start().await;
    let check = world.check(&world.token("stakeholder").await).await;
    for project in &check.projects {
        let [boards, rest @ ..] = states(project);
        assert_eq!(boards, State::Readable, "{project:#?}");
        assert_eq!(rest, [State::LicenceTooLow; 3], "{project:#?}");
    }
}

#[tokio::test]
async fn a_token_of_nobody_and_one_of_a_stranger_are_told_apart() {
    let world = World::start().await;
    let check = world.check("mistyped").await;
    assert_eq!(check.state, OrganizationState::TokenExpired, "{check:#?}");
    let check = world.check(emulator::organization::STRANGER_PAT).await;
    assert_eq!(check.state, OrganizationState::NotAMember, "{check:#?}");
    assert_eq!(check.requests, 1);
}

#[tokio::test]
async fn an_organization_that_is_deactivated_in_between_is_a_finding() {
    let world = World::start().await;
    let token = world.token("reader").await;
    let fault = json!({ "path": "/azure-devops/", "effect": { "kind": "inactive" } });
    world.control("faults", Some(fault)).await;
    let check = world.check(&token).await;
    assert_eq!(check.state, OrganizationState::Inactive, "{check:#?}");
    assert!(check.finding.answered.contains("TF24668"), "{check:#?}");
}

#[tokio::test]
async fn the_tenant_of_an_organization_is_told_to_nobody_in_particular() {
    let world = World::start().await;
    let hosts = hosts(&world.running.url());
    let name = "fabrikam".parse().expect("a name");
    let tenant = azdo::tenant(&http(), &hosts, name)
        .await
        .expect("an answer");
    assert!(matches!(tenant, Some(azdo::Tenant::Entra(_))), "{tenant:?}");
    let nowhere = "nowhere".parse().expect("a name");
    let refused = azdo::tenant(&http(), &hosts, nowhere).await;
    assert!(
        matches!(refused, Err(azdo::Error::NotFound(_))),
        "{refused:?}"
    );
}
