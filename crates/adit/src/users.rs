//! `adit users …`: who may sign in to Adit.

use chassis::Advice;
use serde_json::{Value, json};

use crate::answers::{PasswordLink, User};
use crate::http::{Api, Kind, Options, Refused};
use crate::output::Output;
use crate::table::escaped;
use crate::{Column, Table};

const USERS: &str = "users";

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Lists all users
    List(List),
    /// Invites somebody: shows a link, to be passed on, by which they choose a password
    Create(Create),
    /// Changes what somebody may do
    Role(SetRole),
    /// Keeps somebody out, their tokens too
    Disable(One),
    /// Lets somebody in again
    Enable(One),
    /// Shows a link by which somebody chooses a new password
    ResetPassword(One),
    /// Removes somebody with their tokens
    Remove(One),
}

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Role {
    /// See
    Viewer,
    /// See and change
    Administrator,
}

impl Role {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Administrator => "administrator",
        }
    }
}

/// What `adit users list` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    http: Options,

    #[command(flatten)]
    output: Output,
}

/// What `adit users create` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    /// Name, unique regardless of case
    name: String,

    /// What they may do
    #[arg(long, value_enum, default_value_t = Role::Viewer)]
    role: Role,

    #[command(flatten)]
    http: Options,

    #[command(flatten)]
    output: Output,
}

/// What `adit users role` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct SetRole {
    /// User, by name or guid
    user: String,

    /// What they may do from now on
    #[arg(value_enum)]
    role: Role,

    #[command(flatten)]
    http: Options,

    #[command(flatten)]
    output: Output,
}

/// What the commands on one user are told.
#[derive(Debug, clap::Args)]
pub(crate) struct One {
    /// User, by name or guid
    user: String,

    #[command(flatten)]
    http: Options,

    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::List(list) => {
            let answer = list.http.api()?.get(&[USERS]).await?;
            list.output
                .answer(&answer, || Ok(table(&answer.read::<Vec<_>>()?).to_string()))
        }
        Command::Create(create) => {
            let body = json!({ "name": create.name, "role": create.role.as_str() });
            let answer = create.http.api()?.post(&[USERS], Some(&body)).await?;
            create.output.answer(&answer, || Ok(link(&answer.read()?)))
        }
        Command::Role(of) => {
            let body = json!({ "role": of.role.as_str() });
            change(&of.http, &of.user, of.output, &body).await
        }
        Command::Disable(one) => {
            change(
                &one.http,
                &one.user,
                one.output,
                &json!({ "disabled": true }),
            )
            .await
        }
        Command::Enable(one) => {
            change(
                &one.http,
                &one.user,
                one.output,
                &json!({ "disabled": false }),
            )
            .await
        }
        Command::ResetPassword(one) => {
            let api = one.http.api()?;
            let id = find(&api, &one.user).await?;
            let answer = api.post(&[USERS, &id, "reset-password"], None).await?;
            one.output.answer(&answer, || Ok(link(&answer.read()?)))
        }
        Command::Remove(one) => {
            let api = one.http.api()?;
            let id = find(&api, &one.user).await?;
            let answer = api.delete(&[USERS, &id], &[]).await?;
            one.output.answer(&answer, || {
                Ok(format!("The user {} is removed.\n", escaped(&one.user)))
            })
        }
    }
}

async fn change(http: &Options, user: &str, output: Output, body: &Value) -> anyhow::Result<()> {
    let api = http.api()?;
    let id = find(&api, user).await?;
    let answer = api.patch(&[USERS, &id], body).await?;
    output.answer(&answer, || Ok(table(&[answer.read()?]).to_string()))
}

/// The id of a user, given by id or name.
async fn find(api: &Api, user: &str) -> anyhow::Result<String> {
    let users: Vec<User> = api.get(&[USERS]).await?.read()?;
    let wanted = user.to_lowercase();
    let mut named = users.into_iter();
    let found = named.find(|known| known.name.to_lowercase() == wanted || known.id == wanted);
    found.map(|user| user.id).ok_or_else(|| {
        let refused = Refused::new(Kind::NotFound, "Adit was asked for all of them");
        anyhow::Error::new(refused).context(Advice::new(
            format!("there is no user `{user}`"),
            "`adit users list` shows those that there are",
        ))
    })
}

fn table(users: &[User]) -> Table {
    let heads = [
        "NAME",
        "ROLE",
        "SIGNS IN BY",
        "STATE",
        "LAST SIGNED IN",
        "ID",
    ];
    let mut table = Table::new(heads.map(Column::left));
    for user in users {
        table.row([
            user.name.as_str(),
            &user.role,
            &user.sign_in,
            if user.disabled { "disabled" } else { "enabled" },
            user.signed_in_at.as_deref().unwrap_or("never"),
            &user.id,
        ]);
    }
    table
}

fn link(link: &PasswordLink) -> String {
    format!(
        "{}\n\nWhoever opens it first, until {}, chooses the password.\n",
        escaped(&link.url),
        escaped(&link.expires_at)
    )
}
