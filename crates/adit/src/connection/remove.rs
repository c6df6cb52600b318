//! `adit connection remove`: says what it means, and asks.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, IsTerminal as _};

use anyhow::{Context as _, bail};
use chassis::Advice;

use super::CONNECTIONS;
use crate::answers::{Deleted, Deletion};
use crate::http::{Kind, Options, Refused};
use crate::output::{Output, note};
use crate::table::escaped;

/// What `adit connection remove` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Remove {
    /// Connection, by name or guid
    connection: String,

    /// What becomes of the rows of organizations that no other connection covers
    #[arg(long, value_enum, default_value_t = Rows::Keep)]
    rows: Rows,

    /// Do not ask
    #[arg(long)]
    yes: bool,

    #[command(flatten)]
    http: Options,

    #[command(flatten)]
    output: Output,
}

/// What becomes of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Rows {
    /// They stay, as they were last read
    Keep,
    /// They go too
    Purge,
}

impl Rows {
    fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Purge => "purge",
        }
    }
}

impl Remove {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let api = self.http.api()?;
        let preview = api
            .get(&[CONNECTIONS, &self.connection, "deletion"])
            .await?;
        let preview: Deletion = preview.read()?;
        note(&meaning(&preview, self.rows));
        let name = &preview.connection.name;
        if !self.yes {
            ask(name)?;
        }
        // The one that was asked about, whatever has its name by now.
        let path = [CONNECTIONS, &preview.connection.id];
        let answer = api.delete(&path, &[("rows", self.rows.as_str())]).await?;
        self.output
            .answer(&answer, || Ok(removed(name, &answer.read()?)))
    }
}

fn ask(name: &str) -> anyhow::Result<()> {
    let input = io::stdin();
    if !input.is_terminal() {
        bail!(Advice::configuration(
            "nobody is there to be asked",
            "add --yes to remove it without being asked",
        ));
    }
    note(&format!("Type {} to remove it: ", escaped(name)));
    let mut typed = String::new();
    input
        .lock()
        .read_line(&mut typed)
        .context("read the answer")?;
    confirm(name, &typed)
}

fn confirm(name: &str, typed: &str) -> anyhow::Result<()> {
    if typed.trim() == name {
        return Ok(());
    }
    let refused = Refused::new(Kind::Refused, "the name was not typed");
    Err(anyhow::Error::new(refused).context(format!("the connection `{name}` was not removed")))
}

/// What depends on it, and what becomes of that.
fn meaning(preview: &Deletion, rows: Rows) -> String {
    let connection = &preview.connection;
    let mut text = format!(
        "Removing the connection {} ({})\n  - removes its secret from Adit, and ends its {} feeds\n",
        escaped(&connection.name),
        escaped(&connection.credential.label),
        preview.feeds
    );
    if !preview.only_here.is_empty() {
        let fate = match rows {
            Rows::Keep => "keeps the rows, which nothing brings up to date any more, of",
            Rows::Purge => "PURGES all rows of",
        };
        let _ = writeln!(text, "  - {fate} {}", names(&preview.only_here));
    }
    if !preview.shared.is_empty() {
        let _ = writeln!(
            text,
            "  - leaves {} to other connections, which cover it too",
            names(&preview.shared)
        );
    }
    text
}

fn names(names: &[String]) -> String {
    escaped(&names.join(", "))
}

fn removed(name: &str, deleted: &Deleted) -> String {
    let mut text = format!(
        "The connection {} is removed; its feeds and whatever else goes with it end soon.\n",
        escaped(name)
    );
    if !deleted.remains.is_empty() {
        let _ = writeln!(text, "At Microsoft: {}", escaped(&deleted.remains));
    }
    if !deleted.link.is_empty() {
        let _ = writeln!(text, "  see: {}", escaped(&deleted.link));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::show::tests::connection;
    use super::*;

    fn preview() -> Deletion {
        Deletion {
            connection: connection(),
            feeds: 12,
            only_here: vec!["fabrikam".to_owned()],
            shared: vec!["contoso\u{1b}[2J".to_owned()],
        }
    }

    #[test]
    fn what_depends_on_it_is_said_before() {
        let kept = meaning(&preview(), Rows::Keep);
        assert!(kept.contains("its 12 feeds"), "{kept}");
        assert!(
            kept.contains("keeps the rows, which nothing brings up to date any more, of fabrikam"),
            "{kept}"
        );
        assert!(kept.contains("leaves contoso\\u{1b}[2J"), "{kept}");
        let purged = meaning(&preview(), Rows::Purge);
        assert!(purged.contains("PURGES all rows of fabrikam"), "{purged}");
    }

    #[test]
    fn only_the_name_itself_confirms() {
        confirm("Work", "Work\n").unwrap();
        for typed in ["", "\n", "y\n", "work\n"] {
            let error = confirm("Work", typed).unwrap_err();
            assert_eq!(Refused::of(&error), Some(Kind::Refused), "{typed:?}");
        }
    }

    #[test]
    fn what_remains_at_microsoft_is_said_after() {
        let deleted = Deleted {
            remains: "the consent stays; take it back there".to_owned(),
            link: "https://myapps.microsoft.com".to_owned(),
        };
        let text = removed("Work", &deleted);
        assert!(text.contains("At Microsoft: the consent stays"), "{text}");
        assert!(
            text.ends_with("  see: https://myapps.microsoft.com\n"),
            "{text}"
        );
    }
}
