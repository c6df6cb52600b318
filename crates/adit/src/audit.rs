//! `adit audit`: who changed what.

use std::fmt::Write as _;

use crate::answers::AuditEntry;
use crate::http::Options as Http;
use crate::output::Output;
use crate::{Column, Table};

/// What `adit audit` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How many entries at most, newest first
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000), value_name = "N")]
    limit: u16,

    /// Only entries before this one: the number of the last one that was shown
    #[arg(long, value_name = "NUMBER")]
    before: Option<i64>,

    #[command(flatten)]
    http: Http,

    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let mut query = vec![("limit", options.limit.to_string())];
    query.extend(options.before.map(|before| ("before", before.to_string())));
    let answer = options.http.api()?.get_with(&["audit"], &query).await?;
    options.output.answer(&answer, || {
        Ok(text(&answer.read::<Vec<_>>()?, options.limit.into()))
    })
}

fn text(entries: &[AuditEntry], limit: usize) -> String {
    let heads = [
        Column::right("NUMBER"),
        Column::left("AT"),
        Column::left("WHO"),
        Column::left("VIA"),
        Column::left("WHAT"),
        Column::left("OF"),
        Column::left("DETAIL"),
        Column::left("FROM"),
        Column::left("REQUEST"),
    ];
    let mut table = Table::new(heads);
    for entry in entries {
        table.row([
            &entry.id.to_string(),
            &entry.at,
            &entry.who,
            &entry.via,
            &entry.action,
            &entry.subject,
            &entry.detail,
            &entry.address,
            &entry.correlation_id,
        ]);
    }
    let mut text = table.to_string();
    if let Some(last) = entries.last().filter(|_| entries.len() >= limit) {
        let _ = writeln!(text, "\nolder ones: adit audit --before {}", last.id);
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_way_to_older_entries_is_told_where_there_may_be_some() {
        let entry: AuditEntry = serde_json::from_value(json!({
            "id": 41, "at": "2026-11-23T12:00:00Z", "user_id": null, "who": "ada", "via": "session",
            "action": "connection.add", "subject": "Work\u{1b}[2J", "detail": "", "address": "127.0.0.1",
            "correlation_id": "0192"
        }))
        .unwrap();
        let entries = [entry];
        assert!(text(&entries, 1).ends_with("adit audit --before 41\n"));
        let shown = text(&entries, 2);
        assert!(!shown.contains("--before"), "{shown}");
        assert!(shown.contains("Work\\u{1b}[2J"), "{shown}");
    }
}
