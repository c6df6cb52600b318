//! The emulated Azure DevOps.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use local::{Service, ServiceOptions, free_port};
use serde_json::Value;
use uuid::Uuid;

use crate::directory::Directory;
use crate::options::Options;

/// A large organization is made of tens of thousands of commits.
const READY_WITHIN: Duration = Duration::from_mins(15);

/// The emulated Azure DevOps, with one organization.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) url: String,
    pub(crate) organization: String,
    pub(crate) organization_id: Uuid,
    pub(crate) pat: String,
    hosts: Vec<(String, String)>,
    http: reqwest::Client,
}

impl World {
    /// Starts the emulator and waits until the organization is made.
    pub(crate) async fn start(options: &Options, directory: &Directory) -> anyhow::Result<Self> {
        let port = free_port()?;
        let url = format!("http://127.0.0.1:{port}");
        let mut arguments = vec![
            "--listen".into(),
            format!("127.0.0.1:{port}").into(),
            "--size".into(),
            options.size.name().into(),
            "--data".into(),
            directory.of("emulator").into(),
        ];
        for repository in &options.repositories {
            arguments.extend(["--git".into(), absolute(repository)?.into()]);
        }
        let mut service = Service::spawn(ServiceOptions {
            name: "emulator".to_owned(),
            program: options.programs.join("emulator"),
            arguments,
            environment: Vec::new(),
            log: directory.log("emulator"),
        })?;
        let info = format!("{url}/_emulator/info");
        service.wait_ready(&info, READY_WITHIN).await?;
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_mins(1))
            .build()
            .context("make an HTTP client")?;
        let info: Value = http.get(info).send().await?.json().await?;
        let reader = info["users"]
            .as_array()
            .and_then(|users| users.iter().find(|user| user["role"] == "reader"))
            .context("the emulator tells of no reader")?;
        Ok(Self {
            organization: text(&info["organization"]["name"])?,
            organization_id: text(&info["organization"]["id"])?
                .parse()
                .context("read the organization's guid")?,
            pat: text(&reader["pat"])?,
            hosts: hosts(&info, &url)?,
            service,
            url,
            http,
        })
    }

    /// The variables that lead a service here.
    pub(crate) fn settings(&self) -> &[(String, String)] {
        &self.hosts
    }

    /// How many requests it has answered.
    pub(crate) async fn requests(&self) -> anyhow::Result<u64> {
        let counts = self
            .http
            .get(format!("{}/_emulator/requests", self.url))
            .send()
            .await?;
        let counts: Value = counts.error_for_status()?.json().await?;
        counts["total"]
            .as_u64()
            .context("the emulator counts its requests")
    }
}

fn hosts(info: &Value, url: &str) -> anyhow::Result<Vec<(String, String)>> {
    let hosts = info["hosts"]
        .as_array()
        .context("the emulator tells its hosts")?;
    let host = |host: &Value| {
        Ok((
            text(&host["setting"])?,
            format!("{url}{}", text(&host["path"])?),
        ))
    };
    hosts.iter().map(host).collect()
}

fn text(value: &Value) -> anyhow::Result<String> {
    let text = value
        .as_str()
        .context("the emulator's answer lacks a text")?;
    Ok(text.to_owned())
}

/// The emulator runs elsewhere, so a relative path would mean another folder.
fn absolute(repository: &Path) -> anyhow::Result<std::path::PathBuf> {
    let path = repository
        .canonicalize()
        .with_context(|| format!("find the repository {}", repository.display()))?;
    ensure!(path.is_dir(), "{} is no folder", path.display());
    Ok(path)
}
