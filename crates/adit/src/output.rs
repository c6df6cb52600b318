//! Standard output, in the form that was asked for.

use std::io::{self, IsTerminal as _, Write as _};

use anyhow::Context as _;
use serde::Serialize;

use crate::Table;
use crate::http::Answer;

/// In which form to print.
#[derive(Clone, Copy, Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Output {
    /// Form of the output
    #[arg(short = 'o', long = "output", value_enum, default_value_t = Format::Table, value_name = "FORM")]
    pub(crate) format: Format,
}

/// A form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// For machines: one JSON value
    Json,
}

impl Output {
    /// Prints one thing in one of its two forms.
    pub(crate) fn print<T: Serialize>(
        self,
        table: impl FnOnce() -> Table,
        json: impl FnOnce() -> anyhow::Result<T>,
    ) -> anyhow::Result<()> {
        match self.format {
            Format::Table => text(&table().to_string()),
            Format::Json => line(&json()?, true),
        }
    }

    /// Prints what the API answered: for machines as it is, for people as `text` has it.
    pub(crate) fn answer(
        self,
        answer: &Answer,
        text: impl FnOnce() -> anyhow::Result<String>,
    ) -> anyhow::Result<()> {
        match self.format {
            Format::Table => self::text(&text()?),
            Format::Json => line(answer.json(), true),
        }
    }

    pub(crate) fn is_json(self) -> bool {
        self.format == Format::Json
    }
}

/// Prints text as it is.
pub(crate) fn text(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .context("write to standard output")
}

/// Prints a JSON value: over several lines for one that stands alone, on one line in a sequence.
pub(crate) fn line(value: &impl Serialize, alone: bool) -> anyhow::Result<()> {
    let json = if alone {
        serde_json::to_string_pretty(value)
    } else {
        serde_json::to_string(value)
    };
    let mut json = json.context("write JSON")?;
    json.push('\n');
    text(&json)
}

/// Tells a person something on the way, on standard error, whatever is asked for as output.
pub(crate) fn note(text: &str) {
    // Where standard error is closed nobody is left to be told.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Tells a person how far something is, on a line that the next call replaces. Nothing where nobody looks on.
pub(crate) fn progress(text: &str) {
    if io::stderr().is_terminal() {
        note(&format!("\r\u{1b}[K{text}"));
    }
}

/// Whether a person looks on.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}
