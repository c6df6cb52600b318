//! `adit connection …`: what users set up, over the HTTP API.

mod add;
mod device;
mod edit;
mod given;
mod matrix;
mod organizations;
mod reauthenticate;
mod remove;
mod show;

use serde_json::Value;

use crate::answers::{Checked, Connection};
use crate::exit::NotComplete;
use crate::http::{Api, Options};
use crate::output::Output;

pub(crate) use organizations::find as find_organization;

/// Below `/api/v1`.
const CONNECTIONS: &str = "connections";

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Adds a connection and checks what it can read; its first sync begins at once
    Add(Box<add::Add>),
    /// Lists all connections
    List(List),
    /// Shows one: its state, how long its credential lasts, and what it could read when it was last checked
    Show(One),
    /// Checks now what it can read; exit code 4 when something cannot be read that is there to be read
    Check(One),
    /// Changes its name, description, tags or organizations
    Edit(edit::Edit),
    /// Gives it another credential of the same kind; nothing else about it changes
    Reauthenticate(Box<reauthenticate::Reauthenticate>),
    /// Stops reading by it; its credential and rows are kept
    Pause(One),
    /// Reads by it again
    Resume(One),
    /// Removes it and its secret; the rows that it brought are kept, or purged
    Remove(remove::Remove),
}

/// What `adit connection list` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    http: Options,

    #[command(flatten)]
    output: Output,
}

/// What the commands on one connection are told.
#[derive(Debug, clap::Args)]
pub(crate) struct One {
    /// Connection, by name or guid
    connection: String,

    #[command(flatten)]
    http: Options,

    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add(add) => add.run().await,
        Command::List(list) => list.run().await,
        Command::Show(one) => one.show().await,
        Command::Check(one) => one.check().await,
        Command::Edit(edit) => edit.run().await,
        Command::Reauthenticate(reauthenticate) => reauthenticate.run().await,
        Command::Pause(one) => one.set("pause").await,
        Command::Resume(one) => one.set("resume").await,
        Command::Remove(remove) => remove.run().await,
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let answer = self.http.api()?.get(&[CONNECTIONS]).await?;
        self.output.answer(&answer, || {
            let connections: Vec<Connection> = answer.read()?;
            Ok(show::list(&connections))
        })
    }
}

impl One {
    async fn show(self) -> anyhow::Result<()> {
        let api = self.http.api()?;
        let answer = api.get(&[CONNECTIONS, &self.connection]).await?;
        if self.output.is_json() {
            return self.output.answer(&answer, || Ok(String::new()));
        }
        let connection: Connection = answer.read()?;
        let checks = api.get(&[CONNECTIONS, &connection.id, "checks"]).await?;
        let checks = checks.read()?;
        let text = show::one(&Checked { connection, checks });
        self.output.answer(&answer, || Ok(text))
    }

    async fn check(self) -> anyhow::Result<()> {
        let api = self.http.api()?;
        let answer = api
            .post(&[CONNECTIONS, &self.connection, "check"], None)
            .await?;
        let checked: Checked = answer.read()?;
        self.output.answer(&answer, || Ok(matrix::text(&checked)))?;
        match matrix::amiss(&checked) {
            0 => Ok(()),
            amiss => Err(NotComplete::new(format!(
                "the connection `{}` cannot read all that there is: {amiss} not readable",
                checked.connection.name
            ))
            .into()),
        }
    }

    /// Pauses or resumes.
    async fn set(self, verb: &str) -> anyhow::Result<()> {
        let api = self.http.api()?;
        let answer = api
            .post(&[CONNECTIONS, &self.connection, verb], None)
            .await?;
        self.output
            .answer(&answer, || Ok(show::list(&[answer.read()?])))
    }
}

/// What was just added or signed in again, and what it can read.
fn tell(api: &Api, output: Output, answer: &crate::http::Answer) -> anyhow::Result<()> {
    output.answer(answer, || {
        let checked: Checked = answer.read()?;
        let page = api.page(&format!("connections/{}", checked.connection.id));
        Ok(format!("{}\n{page}\n", show::one(&checked)))
    })
}

/// Adds a member unless there is nothing to add.
fn put(body: &mut Value, member: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        body[member] = value.into();
    }
}
