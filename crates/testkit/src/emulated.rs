//! The emulator as a process, and its control page.

use std::{collections::BTreeMap, path::Path, time::Duration};

use anyhow::{Context as _, ensure};
use local::{Service, ServiceOptions};
use reqwest::Client;
use serde_json::{Value, json};

/// It makes its world within so long.
const PATIENCE: Duration = Duration::from_mins(2);

/// The emulated Azure DevOps.
#[derive(Debug)]
pub struct Emulated {
    service: Service,
    http: Client,
    /// Where it listens.
    pub url: String,
    /// The organization's name.
    pub organization: String,
    /// The organization's guid.
    pub organization_id: uuid::Uuid,
    /// The token of the main reader.
    pub pat: String,
    /// Its Entra: tenants, accounts and applications with their secrets.
    pub entra: Value,
}

impl Emulated {
    /// Starts it on a port, with its data and log in a directory.
    pub async fn start(
        program: &Path,
        directory: &Path,
        port: u16,
        arguments: &[String],
    ) -> anyhow::Result<Self> {
        let mut all = vec![
            "--listen".into(),
            format!("127.0.0.1:{port}").into(),
            "--data".into(),
            directory.join("emulator").into(),
        ];
        all.extend(arguments.iter().map(Into::into));
        let mut service = Service::spawn(ServiceOptions {
            name: "emulator".to_owned(),
            program: program.to_owned(),
            arguments: all,
            environment: Vec::new(),
            log: directory.join("emulator.log"),
        })?;
        let url = format!("http://127.0.0.1:{port}");
        let info = format!("{url}/_emulator/info");
        service.wait_ready(&info, PATIENCE).await?;
        let http = client()?;
        let info: Value = http.get(info).send().await?.json().await?;
        let text = |pointer: &str| {
            let text = info.pointer(pointer).and_then(Value::as_str);
            text.map(str::to_owned)
                .with_context(|| format!("the emulator tells no {pointer}"))
        };
        let users = info["users"]
            .as_array()
            .context("the emulator tells its users")?;
        let entra = http.get(format!("{url}/_emulator/entra")).send().await?;
        let reader = users.iter().find(|user| user["role"] == "reader");
        let pat = reader
            .and_then(|user| user["pat"].as_str())
            .context("a user `reader`")?;
        Ok(Self {
            organization: text("/organization/name")?,
            organization_id: text("/organization/id")?.parse()?,
            pat: pat.to_owned(),
            entra: entra.json().await?,
            service,
            http,
            url,
        })
    }

    /// The settings that lead a service to it.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        [
            ("ADIT_AZURE_DEVOPS_URL", "azure-devops"),
            ("ADIT_VSSPS_URL", "vssps"),
            ("ADIT_PROFILE_URL", "profile"),
            ("ADIT_RELEASE_URL", "release"),
            ("ADIT_ENTITLEMENTS_URL", "entitlements"),
            ("ADIT_ANALYTICS_URL", "analytics"),
            ("ADIT_LOGIN_URL", "login"),
        ]
        .map(|(setting, path)| (setting, format!("{}/{path}", self.url)))
        .into()
    }

    /// The settings by which people sign in to it with Microsoft.
    pub fn sign_in_settings(&self) -> anyhow::Result<Vec<(&'static str, String)>> {
        let application = self.application("adit")?;
        let text = |pointer: &str| {
            let text = application.pointer(pointer).and_then(Value::as_str);
            text.map(str::to_owned)
                .with_context(|| format!("the application `adit` has no {pointer}"))
        };
        Ok(vec![
            ("ADIT_ENTRA_CLIENT_ID", text("/client_id")?),
            ("ADIT_ENTRA_CLIENT_SECRET", text("/secrets/0/value")?),
            ("ADIT_IMDS_URL", format!("{}/imds", self.url)),
        ])
    }

    /// An application of its Entra.
    pub fn application(&self, role: &str) -> anyhow::Result<&Value> {
        self.of_entra("applications", role)
    }

    /// The name of an account of its Entra.
    pub fn account(&self, role: &str) -> anyhow::Result<String> {
        let account = self.of_entra("accounts", role)?;
        Ok(account["name"].as_str().context("a name")?.to_owned())
    }

    fn of_entra(&self, what: &str, role: &str) -> anyhow::Result<&Value> {
        let mut all = self.entra[what].as_array().into_iter().flatten();
        all.find(|one| one["role"] == role)
            .with_context(|| format!("Entra has no `{role}` among its {what}"))
    }

    /// The process.
    pub fn service(&mut self) -> &mut Service {
        &mut self.service
    }

    /// Starts it again, in the world as it was at first and without faults. It is killed if it still runs.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.service.restart()?;
        let info = self.at("info");
        Ok(self.service.wait_ready(&info, PATIENCE).await?)
    }

    /// Changes the world; tells what was affected.
    pub async fn change(&self, order: Value) -> anyhow::Result<Value> {
        let answer = self
            .http
            .post(self.at("change"))
            .json(&order)
            .send()
            .await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(
            status.is_success(),
            "the emulator refused {order}: {status} {text}"
        );
        Ok(serde_json::from_str(&text)?)
    }

    /// Injects a fault, or several.
    pub async fn fault(&self, fault: Value) -> anyhow::Result<()> {
        let answer = self
            .http
            .post(self.at("faults"))
            .json(&fault)
            .send()
            .await?;
        let status = answer.status();
        ensure!(
            status.is_success(),
            "the emulator refused {fault}: {}",
            answer.text().await?
        );
        Ok(())
    }

    /// Answers later from now on, so that a sync has a middle in which something can happen.
    pub async fn slow_down(&self, delay: Duration) -> anyhow::Result<()> {
        let delay = json!({ "kind": "delay", "milliseconds": delay.as_millis() });
        self.fault(json!({ "effect": delay })).await
    }

    /// Ends all faults.
    pub async fn heal(&self) -> anyhow::Result<()> {
        self.http
            .delete(self.at("faults"))
            .send()
            .await?
            .error_for_status()?;
        Ok(())
    }

    /// Requests since they were last forgotten: by `METHOD template`.
    pub async fn requests(&self) -> anyhow::Result<BTreeMap<String, u64>> {
        let answer: Value = self
            .http
            .get(self.at("requests"))
            .send()
            .await?
            .json()
            .await?;
        let endpoints = answer["endpoints"].as_array().context("endpoints")?;
        let mut requests = BTreeMap::new();
        for endpoint in endpoints {
            let (method, template) = (&endpoint["method"], &endpoint["template"]);
            let name = format!(
                "{} {}",
                method.as_str().unwrap_or_default(),
                template.as_str().unwrap_or_default()
            );
            *requests.entry(name).or_default() += endpoint["requests"].as_u64().unwrap_or_default();
        }
        Ok(requests)
    }

    /// Forgets the requests counted so far.
    pub async fn forget_requests(&self) -> anyhow::Result<()> {
        self.http
            .delete(self.at("requests"))
            .send()
            .await?
            .error_for_status()?;
        Ok(())
    }

    fn at(&self, path: &str) -> String {
        format!("{}/_emulator/{path}", self.url)
    }
}

fn client() -> anyhow::Result<Client> {
    Client::builder()
        .timeout(Duration::from_mins(2))
        .build()
        .context("make an HTTP client")
}
