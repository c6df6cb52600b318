//! `adit sync …`: ordering a sync, and looking at it.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use wire::proto::control::v1::{
    StartSyncReply, StartSyncRequest, SyncStatusReply, SyncStatusRequest,
};
use wire::{Domain, ENTITIES, Entity, subject};

use crate::exit::NotComplete;
use crate::output::{self, Output};
use crate::remote::{Caller, accepted};
use crate::{Remote, dynamic, status};

const MESSAGE: &str = "adit.control.v1.SyncStatusReply";
const POLL: Duration = Duration::from_secs(1);
/// The cursor to the top, and the screen emptied: drawn over, a table longer than the terminal would leave its traces.
const CLEAR: &str = "\u{1b}[H\u{1b}[2J";

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Orders all feeds of a connection, or some of them, now
    Start(Start),
    /// Shows how the sync stands
    Status(Status),
}

/// What `adit sync start` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Start {
    /// Connection, by name or guid; without, all
    #[arg(default_value = "", hide_default_value = true)]
    connection: String,

    /// Only this domain: boards, git, pipelines or tfvc
    #[arg(long)]
    domain: Option<Domain>,

    /// Only this entity; `adit entities` lists them
    #[arg(long, value_parser = entity)]
    entity: Option<&'static Entity>,

    /// Wait until nothing runs, nothing is due and no detail is lacking
    #[arg(long)]
    wait: bool,

    #[command(flatten)]
    remote: Remote,

    #[command(flatten)]
    output: Output,
}

/// What `adit sync status` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Status {
    /// Connection, by name or guid; without, all
    #[arg(default_value = "", hide_default_value = true)]
    connection: String,

    /// Go on until Ctrl-C: shown again whenever it has changed
    #[arg(long)]
    watch: bool,

    #[command(flatten)]
    remote: Remote,

    #[command(flatten)]
    output: Output,
}

/// Reads the name of an entity, written with `_` or `-`.
pub(crate) fn entity(name: &str) -> Result<&'static Entity, String> {
    let distance = |entity: &&&Entity| strsim::damerau_levenshtein(entity.name, name);
    wire::entity(name).ok_or_else(|| match ENTITIES.iter().min_by_key(distance) {
        Some(nearest) => format!("did you mean `{}`? `adit entities` lists all", nearest.name),
        None => "there are none".to_owned(),
    })
}

pub(crate) async fn run(command: Command, clock: fn() -> Timestamp) -> anyhow::Result<()> {
    match command {
        Command::Start(start) => start.run(clock).await,
        Command::Status(status) => status.run(clock).await,
    }
}

impl Start {
    async fn run(self, clock: fn() -> Timestamp) -> anyhow::Result<()> {
        let caller = self.remote.connect().await?;
        let request = StartSyncRequest {
            connection: self.connection.clone(),
            domain: self
                .domain
                .map(|domain| domain.to_string())
                .unwrap_or_default(),
            entity: self
                .entity
                .map(|entity| entity.name.to_owned())
                .unwrap_or_default(),
        };
        let reply: StartSyncReply = caller.ask(subject::SYNC_START, &request).await?;
        accepted(&reply.error)?;
        if !self.wait {
            let text = || {
                output::text(&format!(
                    "{} feeds are due now; `adit sync status --watch` shows them run\n",
                    reply.feeds
                ))
            };
            return if self.output.is_json() {
                output::line(&json!({ "feeds": reply.feeds }), true)
            } else {
                text()
            };
        }
        let ended = ended(&caller, &self.connection).await?;
        show(&ended, self.output, clock())?;
        match ended.problems.len() {
            0 => Ok(()),
            problems => Err(NotComplete::feeds(problems).into()),
        }
    }
}

impl Status {
    async fn run(self, clock: fn() -> Timestamp) -> anyhow::Result<()> {
        let caller = self.remote.connect().await?;
        if !self.watch {
            return show(
                &status(&caller, &self.connection).await?,
                self.output,
                clock(),
            );
        }
        let mut last = None;
        loop {
            let now = status(&caller, &self.connection).await?;
            if self.output.is_json() {
                if last.as_ref() != Some(&now) {
                    output::line(&dynamic::whole(MESSAGE, &now)?, false)?;
                }
            } else if output::is_terminal() {
                output::text(&format!("{CLEAR}{}", status::text(&now, clock())))?;
            } else if last.as_ref() != Some(&now) {
                output::text(&format!("{}\n", status::line(&now)))?;
            }
            last = Some(now);
            tokio::time::sleep(POLL).await;
        }
    }
}

/// Asks how the sync of a connection stands; of all when the name is empty.
pub(crate) async fn status(caller: &Caller, connection: &str) -> anyhow::Result<SyncStatusReply> {
    let request = SyncStatusRequest {
        connection: connection.to_owned(),
    };
    let reply: SyncStatusReply = caller.ask(subject::SYNC_STATUS, &request).await?;
    accepted(&reply.error)?;
    Ok(reply)
}

async fn ended(caller: &Caller, connection: &str) -> anyhow::Result<SyncStatusReply> {
    loop {
        let now = status(caller, connection).await?;
        if now.idle {
            return Ok(now);
        }
        tokio::time::sleep(POLL).await;
    }
}

fn show(reply: &SyncStatusReply, output: Output, now: Timestamp) -> anyhow::Result<()> {
    if output.is_json() {
        output::line(&dynamic::whole(MESSAGE, reply)?, true)
    } else {
        output::text(&status::text(reply, now))
    }
}
