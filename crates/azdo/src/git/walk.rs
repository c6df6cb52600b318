//! Reads the commits of a mirror, page by page.

use futures::stream;
use tokio::time::timeout;

use super::commit::Commit;
use super::failure::Failure;
use super::log::{FORMAT, Reader};
use super::mirror::Mirror;
use super::program::Run;
use crate::client::Client;
use crate::error::Error;
use crate::paging::{Order, Page, Pages};

impl Mirror {
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
        let page = page.unwrap_or_else(|_| Err(Failure::TimedOut("git log".to_owned())));
        if let Err(Failure::Corrupt(_)) = &page {
            self.mirror.remove().await?;
        }
        page.map_err(Error::from)
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
