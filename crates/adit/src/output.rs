//! Standard output, in the form that was asked for.

use std::io::{self, IsTerminal as _, Write as _};

use anyhow::Context as _;
use serde::Serialize;

use crate::Table;

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

/// Whether a person looks on.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}
