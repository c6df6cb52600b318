//! The emulator as a process, with a browser beside it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use credential::{
    Answer, Arguments, Granted, Options, Patience, Proof, Refusal, SignedIn, Tenants, Ways,
};
use jiff::Timestamp;
use local::{Service, ServiceOptions};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

pub(crate) const REDIRECT: &str = "http://localhost:8780/integrations/azure-devops/callback";

#[expect(
    clippy::disallowed_methods,
    reason = "the emulator's Entra has the real clock"
)]
pub(crate) fn clock() -> Timestamp {
    Timestamp::now()
}

/// The emulator as a process, and what it tells of its directory.
pub(crate) struct Emulator {
    _service: Service,
    pub(crate) directory: TempDir,
    pub(crate) browser: reqwest::Client,
    pub(crate) url: String,
    pub(crate) told: Value,
}

impl Emulator {
    pub(crate) async fn start() -> Self {
        let test = std::env::current_exe().expect("a test is a program");
        let target = test.parent().and_then(std::path::Path::parent);
        let program: PathBuf = target
            .expect("tests are in target/debug/deps")
            .join("emulator");
        assert!(
            program.exists(),
            "the emulator is not built: run `cargo build -p emulator`, or `cargo xtask test`"
        );
        let directory = tempfile::tempdir().expect("a directory");
        let port = local::free_port().expect("a port");
        let listen = format!("127.0.0.1:{port}");
        let data = directory.path().join("data");
        let mut service = Service::spawn(ServiceOptions {
            name: "emulator".to_owned(),
            program,
            arguments: vec![
                "--listen".into(),
                listen.clone().into(),
                "--data".into(),
                data.into(),
            ],
            environment: Vec::new(),
            log: directory.path().join("log"),
        })
        .expect("a process");
        let url = format!("http://{listen}");
        let info = format!("{url}/_emulator/info");
        let ready = service.wait_ready(&info, Duration::from_mins(2));
        ready.await.expect("the emulator");
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let browser = browser.build().expect("a browser");
        let told = browser.get(format!("{url}/_emulator/entra")).send().await;
        let told = told.expect("an answer").json().await.expect("JSON");
        Self {
            _service: service,
            directory,
            browser,
            url,
            told,
        }
    }

    pub(crate) fn named(&self, list: &str, role: &str) -> &Value {
        let all = self.told[list].as_array().expect("a list");
        all.iter()
            .find(|one| one["role"] == role)
            .expect("one of this role")
    }

    pub(crate) fn application(&self, role: &str) -> (Uuid, SecretString) {
        let application = self.named("applications", role);
        let secret = application["secrets"][0]["value"].as_str();
        (
            guid(&application["client_id"]),
            secret.unwrap_or_default().into(),
        )
    }

    pub(crate) fn tenant(&self) -> Uuid {
        guid(&self.named("accounts", "reader")["tenant"])
    }

    pub(crate) fn options(&self) -> Options {
        let (client_id, secret) = self.application("adit");
        let at = |path: &str| {
            format!("{}{path}", self.url)
                .parse::<Url>()
                .expect("an address")
        };
        Options {
            login_url: at("/login"),
            arguments: Arguments {
                entra_client_id: Some(client_id),
                entra_tenants: Tenants::default(),
                imds_url: at("/imds"),
                identity_endpoint: None,
                identity_header: None,
                azure_client_id: None,
                azure_tenant_id: None,
                azure_federated_token_file: None,
                azure_authority_host: None,
            },
            proof: Proof::Secret(Arc::new(move || Ok(secret.clone()))),
            patience: Patience::default(),
        }
    }

    pub(crate) fn ways(&self) -> Ways {
        Ways::new(self.options(), clock).expect("options that can be meant")
    }

    pub(crate) async fn change(&self, order: Value) {
        let answer = self.browser.post(format!("{}/_emulator/change", self.url));
        let answer = answer.json(&order).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{order}");
    }

    /// What comes back with the browser after somebody decided.
    pub(crate) async fn browse(
        &self,
        url: &Url,
        account: &str,
        decision: &str,
    ) -> Vec<(String, String)> {
        let account = self.named("accounts", account)["name"].as_str();
        let form = [
            ("account", account.unwrap_or_default()),
            ("decision", decision),
        ];
        let answer = self.browser.post(url.clone()).form(&form).send().await;
        let answer = answer.expect("an answer");
        let location = answer.headers().get("location").expect("a way back");
        let location = Url::parse(location.to_str().expect("text")).expect("an address");
        assert!(
            location.as_str().starts_with(REDIRECT) || location.as_str().contains("/sign-in/oidc/")
        );
        location.query_pairs().into_owned().collect()
    }

    pub(crate) async fn sign_in(
        &self,
        ways: &Ways,
        tenant: &str,
        account: &str,
    ) -> Result<SignedIn, Refusal> {
        let redirect: Url = REDIRECT.parse().expect("an address");
        let begun = ways.sign_in(tenant, &redirect)?;
        let back = self.browse(&begun.url, account, "accept").await;
        assert_eq!(member(&back, "state"), begun.state);
        let answer = Answer {
            code: member(&back, "code").into(),
            issuer: None,
            verifier: begun.verifier,
            nonce: begun.nonce,
            tenant: tenant.to_owned(),
            redirect,
        };
        ways.redeem(answer).await
    }

    /// Whether Azure DevOps takes a token.
    pub(crate) async fn takes(&self, granted: &Granted) -> bool {
        let info: Value = self
            .browser
            .get(format!("{}/_emulator/info", self.url))
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON");
        let organization = info["organization"]["name"].as_str().expect("a name");
        let url = format!(
            "{}/azure-devops/{organization}/_apis/connectionData",
            self.url
        );
        let header = format!(
            "{} {}",
            granted.scheme.as_str(),
            granted.token.expose_secret()
        );
        let request = self.browser.get(url).header("Authorization", header);
        let answer = request
            .header("X-TFS-FedAuthRedirect", "Suppress")
            .send()
            .await;
        answer.expect("an answer").status() == 200
    }
}

pub(crate) fn guid(value: &Value) -> Uuid {
    value
        .as_str()
        .and_then(|text| text.parse().ok())
        .expect("a guid")
}

pub(crate) fn member(pairs: &[(String, String)], name: &str) -> String {
    let pair = pairs.iter().find(|(known, _)| known == name);
    pair.map(|(_, value)| value.clone()).unwrap_or_default()
}
