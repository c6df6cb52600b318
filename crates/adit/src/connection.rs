//! `adit connection …`: what users set up.

use anyhow::Context as _;
use chassis::Advice;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use wire::proto::control::v1::{
    AddConnectionReply, AddConnectionRequest, Connection, ListConnectionsReply,
    ListConnectionsRequest, RemoveConnectionReply, RemoveConnectionRequest,
};
use wire::subject;

use crate::output::{self, Output};
use crate::remote::{Caller, accepted};
use crate::{Column, Remote, Table, dynamic};

const MESSAGE: &str = "adit.control.v1.Connection";

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Adds a connection; its first sync begins at once
    Add(Add),
    /// Lists all connections
    List(List),
    /// Shows one, with what is the matter with its organizations
    Show(One),
    /// Removes one and its secret; the rows that it brought are kept
    Remove(One),
}

chassis::secret_option! {
    /// Personal access token
    pub(crate) struct Pat("pat", "ADIT_PAT");
}

/// What `adit connection add` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// Name, unique regardless of case
    #[arg(long)]
    name: String,

    /// What it is for
    #[arg(long, default_value = "", hide_default_value = true)]
    description: String,

    /// A word to find it by; may be given more than once
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,

    /// Organization, by name or address; may be given more than once; without, all that the token can list
    #[arg(long = "organization", value_name = "ORGANIZATION")]
    organizations: Vec<String>,

    #[command(flatten)]
    pat: Pat,

    #[command(flatten)]
    remote: Remote,

    #[command(flatten)]
    output: Output,
}

/// What `adit connection list` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    remote: Remote,

    #[command(flatten)]
    output: Output,
}

/// What the commands on one connection are told.
#[derive(Debug, clap::Args)]
pub(crate) struct One {
    /// Name or guid
    name: String,

    #[command(flatten)]
    remote: Remote,

    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add(add) => add.run().await,
        Command::List(list) => {
            let connections = connections(&list.remote.connect().await?, "").await?;
            let json = || {
                connections
                    .iter()
                    .map(json)
                    .collect::<anyhow::Result<Vec<_>>>()
            };
            list.output.print(|| summary(&connections), json)
        }
        Command::Show(one) => {
            let found = connections(&one.remote.connect().await?, &one.name).await?;
            let connection = found.into_iter().next().with_context(|| {
                let message = format!("there is no connection `{}`", one.name);
                Advice::new(message, "`adit connection list` shows those that there are")
            })?;
            show(&connection, one.output)
        }
        Command::Remove(one) => one.remove().await,
    }
}

impl Add {
    async fn run(self) -> anyhow::Result<()> {
        let advice = || {
            Advice::configuration(
                "cannot read the token",
                "give its file by --pat-file or ADIT_PAT_FILE",
            )
        };
        let token = self.pat.required()?.read().with_context(advice)?;
        let request = AddConnectionRequest {
            name: self.name,
            description: self.description,
            tags: self.tags,
            organizations: self.organizations,
            personal_access_token: token.expose_secret().to_owned(),
        };
        let caller = self.remote.connect().await?;
        let reply: AddConnectionReply = caller.ask(subject::CONNECTION_ADD, &request).await?;
        accepted(&reply.error)?;
        show(
            &reply
                .connection
                .context("auth answered without the connection")?,
            self.output,
        )
    }
}

impl One {
    async fn remove(self) -> anyhow::Result<()> {
        let caller = self.remote.connect().await?;
        let request = RemoveConnectionRequest { name: self.name };
        let reply: RemoveConnectionReply = caller.ask(subject::CONNECTION_REMOVE, &request).await?;
        accepted(&reply.error)?;
        let removed = reply.connection.unwrap_or_default();
        self.output.print(
            || summary(std::slice::from_ref(&removed)),
            || json(&removed),
        )
    }
}

/// The connections; only the one of this name or guid unless it is empty.
pub(crate) async fn connections(caller: &Caller, name: &str) -> anyhow::Result<Vec<Connection>> {
    let request = ListConnectionsRequest {
        name: name.to_owned(),
    };
    let reply: ListConnectionsReply = caller.ask(subject::CONNECTION_LIST, &request).await?;
    accepted(&reply.error)?;
    Ok(reply.connections)
}

fn json(connection: &Connection) -> anyhow::Result<Value> {
    dynamic::whole(MESSAGE, connection)
}

fn show(connection: &Connection, output: Output) -> anyhow::Result<()> {
    if output.is_json() {
        return output::line(&json(connection)?, true);
    }
    let mut properties = Table::new(["CONNECTION", ""].map(Column::left));
    properties.row(["name", &connection.name]);
    properties.row(["id", &connection.id]);
    properties.row(["description", &connection.description]);
    properties.row(["tags", &connection.tags.join(", ")]);
    properties.row(["credential", &connection.credential_kind]);
    let made = connection.created_at.as_ref().and_then(wire::to_timestamp);
    properties.row([
        "made at",
        &made.map(|time| time.to_string()).unwrap_or_default(),
    ]);
    output::text(&format!("{properties}\n{}", organizations(connection)))
}

fn summary(connections: &[Connection]) -> Table {
    let heads = [
        "NAME",
        "CREDENTIAL",
        "ORGANIZATIONS",
        "TAGS",
        "DESCRIPTION",
        "ID",
    ];
    let mut table = Table::new(heads.map(Column::left));
    for connection in connections {
        let organizations: Vec<_> = connection
            .organizations
            .iter()
            .map(|organization| match organization.state.as_str() {
                "active" => organization.name.clone(),
                state => format!("{} ({state})", organization.name),
            })
            .collect();
        table.row([
            &connection.name,
            &connection.credential_kind,
            &organizations.join(", "),
            &connection.tags.join(", "),
            &connection.description,
            &connection.id,
        ]);
    }
    table
}

fn organizations(connection: &Connection) -> Table {
    let mut table = Table::new(["ORGANIZATION", "STATE", "ID", "WHY"].map(Column::left));
    for organization in &connection.organizations {
        table.row([
            &organization.name,
            &organization.state,
            &organization.id,
            &organization.explanation,
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use wire::proto::control::v1::ConnectionOrganization;

    use super::*;

    #[test]
    fn an_organization_that_is_not_active_is_told_with_its_state() {
        let organization = |name: &str, state: &str| ConnectionOrganization {
            name: name.to_owned(),
            state: state.to_owned(),
            ..ConnectionOrganization::default()
        };
        let connection = Connection {
            name: "work".to_owned(),
            organizations: vec![
                organization("fabrikam", "active"),
                organization("contoso", "unauthorized"),
            ],
            ..Connection::default()
        };
        let shown = summary(&[connection]).to_string();
        assert!(
            shown.contains("fabrikam, contoso (unauthorized)"),
            "{shown}"
        );
    }
}
