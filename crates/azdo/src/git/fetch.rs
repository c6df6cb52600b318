//! Brings a mirror up to date.

use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::debug;
use url::Url;

use super::failure::Failure;
use super::mirror::Mirror;
use super::tips::Tip;
use crate::client::Client;
use crate::credential::Authorization;
use crate::error::Error;
use crate::pace::Observation;
use crate::waiting::Waiting;

/// What a fetch brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// All branches and tags now; none for an empty repository.
    pub tips: Vec<Tip>,
    /// Whether anything differs from before.
    pub changed: bool,
}

impl Client {
    /// Where git finds a repository. Ids are taken in place of names, and survive renames.
    pub fn remote(&self, project: &str, repository: &str) -> Url {
        let mut url = self.exchange.hosts.azure_devops.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty();
            segments.extend([self.organization().as_str(), project, "_git", repository]);
        }
        url
    }
}

impl Mirror {
    /// Brings all branches and tags up to date. An empty repository is a success.
    pub async fn fetch(&self, client: &Client, remote: &Url) -> Result<Fetched, Error> {
        let before = self.tips().await.unwrap_or_default();
        let exchange = &client.exchange;
        let patience = exchange.http.options().patience;
        let mut authorization = exchange.credential.authorization(None).await?;
        let (mut renewed, mut remade, mut failures) = (false, false, 0);
        loop {
            let failure = match self.fetch_once(client, remote, &authorization).await {
                Ok(()) => break,
                Err(failure) => failure,
            };
            match failure {
                Failure::Unauthorized(_) if !renewed => {
                    renewed = true;
                    let fresh = exchange
                        .credential
                        .authorization(Some(&authorization))
                        .await?;
                    if fresh.is_same_as(&authorization) {
                        return Err(failure.into());
                    }
                    authorization = fresh;
                }
                // A killed git leaves locks and half files. It is only a copy.
                Failure::Corrupt(_) if !remade => {
                    remade = true;
                    debug!(%failure, "will start a new mirror");
                    self.remove().await?;
                }
                Failure::Unavailable(_) if failures + 1 < patience.tries => {
                    failures += 1;
                    let throttled = is_throttled(&failure);
                    let wait = if throttled {
                        patience.throttled
                    } else {
                        patience.backoff(failures)
                    };
                    let shown = |until| Waiting::Backoff {
                        until,
                        failure: failures,
                    };
                    exchange.board.sleep(shown, wait).await;
                }
                _ => return Err(failure.into()),
            }
        }
        let tips = self.tips().await?;
        let changed = tips != before;
        if changed {
            self.tidy().await;
        }
        Ok(Fetched { tips, changed })
    }

    async fn fetch_once(
        &self,
        client: &Client,
        remote: &Url,
        authorization: &Authorization,
    ) -> Result<(), Failure> {
        self.prepare().await?;
        let exchange = &client.exchange;
        let permit = exchange
            .board
            .during(Waiting::Pace, exchange.pace.permit())
            .await;
        let started = Instant::now();
        let mut program = self.program();
        for header in [
            format!("Authorization: {}", authorization.header()),
            format!("X-TFS-Session: {}", exchange.session),
            "X-TFS-FedAuthRedirect: Suppress".to_owned(),
        ] {
            program.configuration.set("http.extraHeader", &header);
        }
        let arguments = [
            "fetch",
            "--quiet",
            "--force",
            "--prune",
            "--no-tags",
            "--no-auto-maintenance",
            "--no-recurse-submodules",
            "--no-write-fetch-head",
            "--no-show-forced-updates",
            "--update-head-ok",
            "--",
            remote.as_str(),
            "+refs/heads/*:refs/heads/*",
            "+refs/tags/*:refs/tags/*",
        ];
        let before = self.size().await;
        let fetch = program.run(&arguments, "", self.limits.time);
        let fetched = tokio::select! {
            fetched = fetch => fetched.map(|_| ()),
            failure = self.outgrown() => Err(failure),
        };
        drop(permit);
        let grown = self.size().await.saturating_sub(before);
        // One request tells the refs; a second one brings what is missing. Long negotiations take
        // more, which git does not tell.
        exchange.count(if grown > 0 { 2 } else { 1 });
        exchange.pace.observe(&Observation {
            endpoint: "{project}/_git/{repository}",
            status: status(&fetched),
            elapsed: started.elapsed(),
            bytes: grown,
            throttled: fetched.as_ref().is_err_and(is_throttled),
            ..Observation::default()
        });
        fetched
    }

    async fn prepare(&self) -> Result<(), Failure> {
        if self.directory.join("HEAD").exists() {
            return self.sweep().await;
        }
        let arguments = ["init", "--bare", "--quiet", "--template="];
        let program = self.program();
        program.run(&arguments, "", self.limits.time).await?;
        Ok(())
    }

    /// A killed fetch leaves its half pack behind, as large as what it had received.
    async fn sweep(&self) -> Result<(), Failure> {
        for (path, _) in self.packs().await {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("tmp_") {
                let removed = tokio::fs::remove_file(&path).await;
                removed.map_err(|error| Failure::Broken(format!("remove {name}: {error}")))?;
            }
        }
        Ok(())
    }

    /// Joins the packs of many fetches. Failing that, all works as before, only slower.
    async fn tidy(&self) {
        let packs = self.packs().await;
        let is_pack = |path: &Path| path.extension().is_some_and(|ending| ending == "pack");
        if packs.iter().filter(|(path, _)| is_pack(path)).count() < 50 {
            return;
        }
        let program = self.program();
        let arguments = ["gc", "--quiet", "--prune=now"];
        if let Err(failure) = program.run(&arguments, "", self.limits.time).await {
            debug!(%failure, "failed to join the packs of a mirror");
        }
    }

    /// Ends when the mirror has become too large, so mostly never.
    async fn outgrown(&self) -> Failure {
        let Some(most) = self.limits.bytes else {
            return std::future::pending().await;
        };
        loop {
            sleep(Duration::from_millis(500)).await;
            let size = self.size().await;
            if size > most {
                return Failure::TooLarge(format!("more than {most} bytes"));
            }
        }
    }
}

fn is_throttled(failure: &Failure) -> bool {
    let text = failure.text();
    text.contains("TF400733") || text.contains("error: 429")
}

/// As an HTTP status, which is what others count.
fn status(fetched: &Result<(), Failure>) -> Option<u16> {
    match fetched {
        Ok(()) => Some(200),
        Err(Failure::Unauthorized(_)) => Some(401),
        Err(Failure::Forbidden(_)) => Some(403),
        Err(Failure::NotFound(_)) => Some(404),
        Err(failure) if is_throttled(failure) => Some(429),
        Err(_) => None,
    }
}
