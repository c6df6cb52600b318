//! `adit keys …`: the keys that seal secrets at rest.

use std::fmt::Write as _;

use crate::answers::{KeyStanding, Rotated};
use crate::exit::NotComplete;
use crate::http::{Answer, Api, Options};
use crate::output::{Output, note};
use crate::table::escaped;
use crate::{Column, Table};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Seals all secrets anew under the first key of the ring; may be broken off and begun again at any time
    Rotate(Told),
    /// Shows which keys there are and what they have sealed; exit code 4 when a secret cannot be opened
    Status(Told),
}

/// What these commands are told.
#[derive(Debug, clap::Args)]
pub(crate) struct Told {
    #[command(flatten)]
    http: Options,

    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Rotate(told) => {
            let (answer, sealed) = rotate(&told.http.api()?).await?;
            let rotated: Rotated = answer.read()?;
            told.output.answer(&answer, || {
                Ok(format!(
                    "{sealed} secrets are sealed anew\n\n{}",
                    text(&rotated.standing)
                ))
            })?;
            well(&rotated.standing)
        }
        Command::Status(told) => {
            let answer = told.http.api()?.get(&["keys"]).await?;
            let standing: KeyStanding = answer.read()?;
            told.output.answer(&answer, || Ok(text(&standing)))?;
            well(&standing)
        }
    }
}

/// Goes on while it comes to something: Adit rotates so many at once. The last answer, and how many it came to in all.
async fn rotate(api: &Api) -> anyhow::Result<(Answer, u64)> {
    let mut sealed = 0;
    loop {
        let answer = api.post(&["keys", "rotate"], None).await?;
        let rotated: Rotated = answer.read()?;
        sealed += rotated.anew;
        let remaining = rotated.standing.remaining;
        if rotated.anew == 0 || remaining <= rotated.unopened {
            return Ok((answer, sealed));
        }
        note(&format!("{sealed} sealed anew, {remaining} remain\n"));
    }
}

fn well(standing: &KeyStanding) -> anyhow::Result<()> {
    if standing.explanation.is_empty() && standing.unopened.is_empty() {
        return Ok(());
    }
    Err(NotComplete::new(match standing.unopened.len() {
        0 => "the keys cannot be read".to_owned(),
        count => format!("the secrets of {count} connections cannot be opened"),
    })
    .into())
}

fn text(standing: &KeyStanding) -> String {
    let heads = [
        Column::left("KEY"),
        Column::left("STATE"),
        Column::right("SECRETS"),
    ];
    let mut table = Table::new(heads);
    for key in &standing.keys {
        table.row([&key.id, &key.state, &key.secrets.to_string()]);
    }
    let mut text = table.to_string();
    if standing.is_development {
        text.push_str("\nThis is the development key, which everybody knows: set ADIT_KEYS_FILE before others can reach Adit.\n");
    }
    if !standing.explanation.is_empty() {
        let _ = writeln!(text, "\n{}", escaped(&standing.explanation));
    }
    if standing.remaining > 0 {
        let remaining = standing.remaining;
        let _ = writeln!(
            text,
            "\n{remaining} secrets are sealed by other keys; `adit keys rotate` seals them anew"
        );
    }
    if !standing.unopened.is_empty() {
        let mut table = Table::new(["NOT OPENED", "WHY", "TO DO"].map(Column::left));
        for unopened in &standing.unopened {
            table.row([
                &unopened.connection,
                &unopened.problem.explanation,
                &unopened.problem.remedy,
            ]);
        }
        let _ = write!(text, "\n{table}");
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_cannot_be_opened_is_told_and_is_not_well() {
        let mut standing: KeyStanding = serde_json::from_value(json!({
            "current": "new", "is_development": false, "remaining": 2, "explanation": "",
            "keys": [
                { "id": "new", "state": "sealing", "secrets": 5 }, { "id": "old", "state": "missing", "secrets": 2 }
            ],
            "unopened": [{
                "connection_id": "x", "connection": "Work",
                "problem": { "reason": "key_missing", "explanation": "the key `old` is missing", "remedy": "add it", "link": "" }
            }]
        }))
        .unwrap();
        let shown = text(&standing);
        for expected in [
            "old  missing        2",
            "2 secrets are sealed by other keys",
            "Work        the key `old` is missing  add it",
        ] {
            assert!(shown.contains(expected), "{shown}");
        }
        well(&standing).unwrap_err();
        standing.unopened.clear();
        well(&standing).unwrap();
    }
}
