//! A bare copy of a repository in a cache directory.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::stream;
use tokio::time::{Instant, sleep, timeout};
use tracing::debug;
use url::Url;
use uuid::Uuid;

use super::commit::Commit;
use super::environment::Configuration;
use super::failure::Failure;
use super::log::{FORMAT, Reader};
use super::program::{Program, Run};
use super::tips::{self, Tip, tips};
use crate::client::Client;
use crate::credential::Authorization;
use crate::error::Error;
use crate::pace::Observation;
use crate::paging::{Order, Page, Pages};
use crate::waiting::Waiting;

/// What a mirror may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The git program.
    pub git: PathBuf,
    /// Larger mirrors are given up; `None` for no limit.
    pub bytes: Option<u64>,
    /// For one fetch.
    pub time: Duration,
    /// Whether every object is checked as it arrives. It costs half as much time again.
    pub fsck: bool,
    /// The most commits of a page.
    pub page_commits: usize,
    /// About how large a page may get.
    pub page_bytes: usize,
    /// Files of one commit beyond this are counted, but not listed.
    pub files: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            git: PathBuf::from("git"),
            bytes: None,
            time: Duration::from_hours(2),
            fsck: false,
            page_commits: 500,
            page_bytes: 400_000,
            files: 10_000,
        }
    }
}

/// A mirror. While it lives, no other process touches the same one.
#[derive(Clone, Debug)]
pub struct Mirror {
    directory: PathBuf,
    limits: Limits,
    _lock: Arc<File>,
}

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
    /// Opens the mirror of a repository, or prepares a new one. Waits while another holds it.
    pub async fn open(cache: &Path, repository: Uuid, limits: Limits) -> Result<Self, Failure> {
        let broken = |error: std::io::Error| {
            Failure::Broken(format!("open the mirror in {}: {error}", cache.display()))
        };
        tokio::fs::create_dir_all(cache).await.map_err(broken)?;
        let cache = tokio::fs::canonicalize(cache).await.map_err(broken)?;
        let lock = File::create(cache.join(format!("{repository}.lock")));
        let lock = lock.map_err(broken)?;
        // Not `lock()`, which blocks a thread that nobody could free again.
        while let Err(error) = lock.try_lock() {
            match error {
                std::fs::TryLockError::WouldBlock => sleep(Duration::from_millis(100)).await,
                std::fs::TryLockError::Error(error) => return Err(broken(error)),
            }
        }
        Ok(Self {
            directory: cache.join(format!("{repository}.git")),
            limits,
            _lock: Arc::new(lock),
        })
    }

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

    /// All branches and tags of the mirror, as they were fetched.
    pub async fn tips(&self) -> Result<Vec<Tip>, Failure> {
        if !self.directory.join("HEAD").exists() {
            return Ok(Vec::new());
        }
        let format = format!("--format={}", tips::FORMAT);
        let arguments = ["for-each-ref", &format, "refs/heads/", "refs/tags/"];
        let program = self.program();
        let output = program.run(&arguments, "", self.limits.time).await?;
        Ok(tips(&output))
    }

    /// All commits that branches and tags reach and `known` commits do not, children before their
    /// parents. What is known but no longer there (after a forced push) is passed over.
    pub fn commits(&self, client: &Client, known: Vec<String>) -> Pages<Commit> {
        let start = Walk {
            mirror: self.clone(),
            client: client.clone(),
            known,
            started: false,
            run: None,
            reader: Reader::new(self.limits.files),
            ended: false,
        };
        let stream = stream::try_unfold(start, |mut walk| async move {
            Ok(walk.page().await?.map(|page| (page, walk)))
        });
        Pages::new(Order::NewestFirst, stream)
    }

    /// Deletes the mirror; the next fetch starts a new one.
    pub async fn remove(&self) -> Result<(), Failure> {
        match tokio::fs::remove_dir_all(&self.directory).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Failure::Broken(format!("remove the mirror: {error}")))
            }
            _ => Ok(()),
        }
    }

    fn program(&self) -> Program {
        Program {
            git: self.limits.git.clone(),
            directory: self.directory.clone(),
            configuration: Configuration::isolated(&self.directory, self.limits.fsck),
        }
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

    async fn packs(&self) -> Vec<(PathBuf, u64)> {
        let mut packs = Vec::new();
        let directory = self.directory.join("objects/pack");
        let Ok(mut entries) = tokio::fs::read_dir(directory).await else {
            return packs;
        };
        while let Ok(Some(entry)) = entries.next_entry().await {
            let size = entry.metadata().await.map_or(0, |metadata| metadata.len());
            packs.push((entry.path(), size));
        }
        packs
    }

    async fn size(&self) -> u64 {
        self.packs().await.iter().map(|(_, size)| size).sum()
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

/// A log that is being read.
struct Walk {
    mirror: Mirror,
    client: Client,
    known: Vec<String>,
    started: bool,
    run: Option<Run>,
    reader: Reader,
    ended: bool,
}

impl Walk {
    async fn page(&mut self) -> Result<Option<Page<Commit>>, Error> {
        if self.ended {
            return Ok(None);
        }
        let time = self.mirror.limits.time;
        let page = timeout(time, self.read()).await;
        page.unwrap_or_else(|_| Err(Failure::TimedOut("git log".to_owned())))
            .map_err(Error::from)
    }

    async fn read(&mut self) -> Result<Option<Page<Commit>>, Failure> {
        if !self.started {
            self.started = true;
            self.run = self.start().await?;
        }
        let mut page = Page {
            items: Vec::new(),
            observed_at: self.client.exchange.now(),
            token: None,
            unreadable: Vec::new(),
        };
        let (mut output, mut size) = (Vec::new(), 0);
        let limits = self.mirror.limits.clone();
        loop {
            let (commits, mut unreadable) =
                self.reader.done(limits.page_commits - page.items.len());
            page.items.extend(commits);
            page.unreadable.append(&mut unreadable);
            let full = page.items.len() >= limits.page_commits || size >= limits.page_bytes;
            if full && !page.items.is_empty() {
                return Ok(Some(page));
            }
            let Some(run) = &mut self.run else { break };
            output.clear();
            if run.read(&mut output).await? {
                size += output.len();
                self.reader.push(&output);
            } else {
                self.reader.finish();
                if let Some(run) = self.run.take() {
                    run.end().await?;
                }
            }
        }
        self.ended = true;
        let is_empty = page.items.is_empty() && page.unreadable.is_empty();
        Ok((!is_empty).then_some(page))
    }

    async fn start(&self) -> Result<Option<Run>, Failure> {
        let tips = self.mirror.tips().await?;
        let mut input = String::new();
        for commit in tips.iter().filter_map(|tip| tip.commit_id.as_deref()) {
            input.push_str(commit);
            input.push('\n');
        }
        if input.is_empty() {
            return Ok(None);
        }
        // Only hashes: the input takes options too.
        let is_hash = |text: &&String| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        for commit in self.known.iter().filter(is_hash) {
            input.push('^');
            input.push_str(commit);
            input.push('\n');
        }
        let arguments = [
            "log",
            "-z",
            "--raw",
            "--numstat",
            "--no-abbrev",
            "--topo-order",
            "--date=raw",
            "--encoding=UTF-8",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--no-notes",
            "--ignore-missing",
            FORMAT,
            "--stdin",
        ];
        let program = self.mirror.program();
        program.start(&arguments, &input).await.map(Some)
    }
}
