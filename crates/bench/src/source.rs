//! The source, asked without any care: no pace, no second try.

use std::{
    path::Path,
    process::Stdio,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use reqwest::{Client, StatusCode};
use serde::de::DeserializeOwned;
use testkit::Emulated;
use tokio::{process::Command, sync::Semaphore};

/// As many requests in flight as all fetchers together have.
pub(crate) const AT_ONCE: usize = 8;

/// The emulated Azure DevOps.
#[derive(Debug)]
pub(crate) struct Source {
    http: Client,
    organization: String,
    pat: String,
    places: Semaphore,
    records: AtomicU64,
}

/// An answer, and the token that its header gives.
#[derive(Debug)]
pub(crate) struct Answer<T> {
    pub(crate) body: T,
    pub(crate) token: Option<String>,
}

impl Source {
    pub(crate) fn new(emulator: &Emulated) -> anyhow::Result<Self> {
        let http = Client::builder().timeout(Duration::from_mins(2)).build()?;
        Ok(Self {
            http,
            organization: format!("{}/azure-devops/{}", emulator.url, emulator.organization),
            pat: emulator.pat.clone(),
            places: Semaphore::new(AT_ONCE),
            records: AtomicU64::new(0),
        })
    }

    /// Reads something; nothing where there is none, or it may not be seen.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
    ) -> anyhow::Result<Option<Answer<T>>> {
        let _place = self.places.acquire().await?;
        let answer = self
            .http
            .get(format!("{}/{path}", self.organization))
            .basic_auth("", Some(&self.pat))
            .send()
            .await?;
        let status = answer.status();
        if [
            StatusCode::NO_CONTENT,
            StatusCode::FORBIDDEN,
            StatusCode::NOT_FOUND,
        ]
        .contains(&status)
        {
            return Ok(None);
        }
        ensure!(status.is_success(), "{path}: {status}");
        let token = answer.headers().get("x-ms-continuationtoken");
        let token = token
            .and_then(|token| token.to_str().ok())
            .map(str::to_owned);
        let body = answer.bytes().await?;
        if body.trim_ascii().is_empty() {
            return Ok(None);
        }
        let body = serde_json::from_slice(&body).with_context(|| format!("read {path}"))?;
        Ok(Some(Answer { body, token }))
    }

    /// The path of a link that an answer gave.
    pub(crate) fn path<'a>(&self, link: &'a str) -> Option<&'a str> {
        link.strip_prefix(&self.organization)?.strip_prefix('/')
    }

    /// Clones a repository; tells whether that could be done.
    pub(crate) async fn clone(&self, path: &str, into: &Path) -> anyhow::Result<bool> {
        let _place = self.places.acquire().await?;
        let pat = BASE64_STANDARD.encode(format!(":{}", self.pat));
        let cloned = git()
            .arg("-c")
            .arg(format!("http.extraHeader=Authorization: Basic {pat}"))
            .args(["clone", "--quiet", "--mirror"])
            .arg(format!("{}/{path}", self.organization))
            .arg(into)
            .status()
            .await
            .context("run git")?;
        Ok(cloned.success())
    }

    /// Counts records that were read.
    pub(crate) fn count(&self, records: usize) {
        let records = u64::try_from(records).unwrap_or_default();
        self.records.fetch_add(records, Ordering::Relaxed);
    }

    /// How many records were read.
    pub(crate) fn records(&self) -> u64 {
        self.records.load(Ordering::Relaxed)
    }
}

/// How many commits a clone has.
pub(crate) async fn commits(clone: &Path) -> anyhow::Result<usize> {
    let output = git()
        .arg("-C")
        .arg(clone)
        .args(["rev-list", "--all", "--count"])
        .output()
        .await
        .context("run git")?;
    let count = String::from_utf8_lossy(&output.stdout);
    count.trim().parse().context("read the count of commits")
}

/// git as it is everywhere: without anybody's settings.
fn git() -> Command {
    let mut git = Command::new("git");
    git.env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    git
}
