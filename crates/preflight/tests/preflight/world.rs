//! An emulator in this process, asked over HTTP alone.

use std::sync::Arc;

use azdo::{Client, OrganizationName, StaticCredential, Unpaced, User};
use emulator::{Emulator, Running, Seed};
use preflight::{CredentialKind, Options, OrganizationCheck, check};
use serde_json::Value;

use crate::service::{hosts, http};

pub(crate) struct World {
    running: Running,
}

/// Somebody who has signed in.
pub(crate) struct SignedIn {
    pub(crate) tenant: String,
    token: String,
}

impl World {
    pub(crate) async fn start() -> Self {
        let emulator = Emulator::make(Seed::default()).expect("a world");
        let listen = "127.0.0.1:0".parse().expect("an address");
        let running = Running::start(emulator, listen).await.expect("a port");
        Self { running }
    }

    pub(crate) fn url(&self) -> String {
        self.running.url()
    }

    /// With a personal access token.
    pub(crate) fn client(&self, organization: &str, token: &str) -> Client {
        let credential = StaticCredential::personal_access_token(token);
        self.client_of(organization.parse().expect("a name"), credential)
    }

    /// As a user.
    pub(crate) fn client_as(&self, user: &SignedIn, organization: OrganizationName) -> Client {
        self.client_of(organization, StaticCredential::bearer(&user.token))
    }

    fn client_of(&self, organization: OrganizationName, credential: StaticCredential) -> Client {
        let pace = Arc::new(Unpaced);
        Client::new(
            &http(),
            &hosts(&self.url()),
            organization,
            Arc::new(credential),
            pace,
        )
    }

    pub(crate) fn user(&self, user: &SignedIn) -> User {
        let credential = Arc::new(StaticCredential::bearer(&user.token));
        User::new(&http(), &hosts(&self.url()), credential, Arc::new(Unpaced))
    }

    pub(crate) async fn check(&self, token: &str) -> OrganizationCheck {
        let options = Options::new(CredentialKind::PersonalAccessToken);
        check(&self.client("Fabrikam", token), None, &options).await
    }

    /// The control API.
    pub(crate) async fn control(&self, what: &str, order: Option<Value>) -> Value {
        let http = http();
        let url = format!("{}/_emulator/{what}", self.url());
        let request = match order {
            None => http.reqwest().get(url),
            Some(order) => http.reqwest().post(url).json(&order),
        };
        let answer = request.send().await.expect("an answer");
        let text = answer.text().await.expect("a text");
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{what}: {text}"))
    }

    pub(crate) async fn change(&self, order: Value) {
        let answer = self.control("change", Some(order)).await;
        assert!(answer.get("changed").is_some(), "{answer}");
    }

    /// The personal access token of a role.
    pub(crate) async fn token(&self, role: &str) -> String {
        let info = self.control("info", None).await;
        let user = of_role(&info["users"], role);
        user["pat"].as_str().expect("a token").to_owned()
    }

    /// Signs somebody in by a device code.
    pub(crate) async fn sign_in(&self, role: &str) -> SignedIn {
        let directory = self.control("entra", None).await;
        let account = of_role(&directory["accounts"], role);
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let (tenant, name) = (text(&account["tenant"]), text(&account["name"]));
        let applications = directory["applications"].as_array().expect("applications");
        let is_public = |application: &&Value| application["public"] == true;
        let application = applications
            .iter()
            .find(is_public)
            .expect("a public client");
        let client = text(&application["client_id"]);
        let scope = text(&directory["scope"]);
        let start = [("client_id", client.as_str()), ("scope", scope.as_str())];
        let begun = self.entra(&tenant, "v2.0/devicecode", &start).await;
        let begun: Value = serde_json::from_str(&begun).expect("JSON");
        let (user_code, device_code) = (text(&begun["user_code"]), text(&begun["device_code"]));
        let entered = [
            ("user_code", user_code.as_str()),
            ("account", name.as_str()),
            ("decision", "continue"),
        ];
        self.entra(&tenant, "deviceauth", &entered).await;
        let asked = [
            ("client_id", client.as_str()),
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", device_code.as_str()),
        ];
        let granted = self.entra(&tenant, "v2.0/token", &asked).await;
        let granted: Value = serde_json::from_str(&granted).expect("JSON");
        assert!(granted["access_token"].is_string(), "{granted}");
        SignedIn {
            tenant,
            token: text(&granted["access_token"]),
        }
    }

    async fn entra(&self, tenant: &str, path: &str, form: &[(&str, &str)]) -> String {
        let url = format!("{}/login/{tenant}/oauth2/{path}", self.url());
        let http = http();
        let answer = http.reqwest().post(url).form(form).send().await;
        answer.expect("an answer").text().await.expect("a text")
    }

    /// Ids and names of all projects, as the administrator sees them.
    pub(crate) async fn all_projects(&self) -> Vec<(String, String)> {
        let client = self.client("fabrikam", &self.token("administrator").await);
        let projects = client.projects().items().await.expect("projects");
        let named = projects.into_iter();
        named
            .map(|project| (project.id.to_string(), project.name.expect("a name")))
            .collect()
    }
}

fn of_role<'a>(list: &'a Value, role: &str) -> &'a Value {
    let all = list.as_array().expect("a list");
    let found = all.iter().find(|one| one["role"] == role);
    found.unwrap_or_else(|| panic!("no {role} in {list}"))
}
