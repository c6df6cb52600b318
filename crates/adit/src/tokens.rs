//! `adit tokens …`: tokens of the HTTP API.

use serde_json::json;

use crate::answers::{Token, TokenMade};
use crate::http::Options;
use crate::output::Output;
use crate::table::escaped;
use crate::users::Role;
use crate::{Column, Table};

const TOKENS: &str = "tokens";

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Lists your tokens; as an administrator, those of all
    List(List),
    /// Makes a token and shows it, this once
    Create(Create),
    /// Ends a token
    Revoke(Revoke),
}

/// What `adit tokens list` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    http: Options,

    #[command(flatten)]
    output: Output,
}

/// What `adit tokens create` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    /// What it is for
    name: String,

    /// What it may do: no more than you
    #[arg(long, value_enum, default_value_t = Role::Viewer)]
    role: Role,

    /// How long it is good; without, until it is revoked or the token ends that asks for it
    #[arg(long, value_name = "DAYS")]
    days: Option<u32>,

    #[command(flatten)]
    http: Options,

    #[command(flatten)]
    output: Output,
}

/// What `adit tokens revoke` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Revoke {
    /// Its id
    id: String,

    #[command(flatten)]
    http: Options,

    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::List(list) => {
            let answer = list.http.api()?.get(&[TOKENS]).await?;
            list.output
                .answer(&answer, || Ok(table(&answer.read::<Vec<_>>()?).to_string()))
        }
        Command::Create(create) => {
            let body = json!({
                "name": create.name,
                "role": create.role.as_str(),
                "days": create.days,
            });
            let answer = create.http.api()?.post(&[TOKENS], Some(&body)).await?;
            create.output.answer(&answer, || {
                let made: TokenMade = answer.read()?;
                Ok(format!("{}\n", escaped(&made.secret)))
            })
        }
        Command::Revoke(revoke) => {
            let answer = revoke
                .http
                .api()?
                .delete(&[TOKENS, &revoke.id], &[])
                .await?;
            revoke.output.answer(&answer, || {
                Ok(format!("The token {} has ended.\n", escaped(&revoke.id)))
            })
        }
    }
}

fn table(tokens: &[Token]) -> Table {
    let heads = ["NAME", "OF", "ROLE", "ENDS", "LAST USED", "ID"];
    let mut table = Table::new(heads.map(Column::left));
    for token in tokens {
        table.row([
            token.name.as_str(),
            &token.user_name,
            &token.role,
            token.expires_at.as_deref().unwrap_or("never"),
            token.used_at.as_deref().unwrap_or("never"),
            &token.id,
        ]);
    }
    table
}
