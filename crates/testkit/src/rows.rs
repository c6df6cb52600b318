//! What stands in the tables, version by version.

use std::collections::BTreeSet;

use anyhow::Context as _;
use wire::ENTITIES;

use crate::Stack;

/// One version of one row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowVersion {
    /// The row's entity.
    pub entity: String,
    /// The hash of its content, as public records carry it.
    pub content_hash: i64,
    /// Marked deleted.
    pub deleted: bool,
    /// The transaction that wrote it.
    pub written_by: String,
}

/// What a public record should say of a row that changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Changed {
    /// The row's entity.
    pub entity: String,
    /// The hash of its content; absent when it was deleted.
    pub content_hash: Option<i64>,
}

impl Stack {
    /// All rows of all entities.
    pub async fn row_versions(&self) -> anyhow::Result<BTreeSet<RowVersion>> {
        let tables = ENTITIES.iter().map(|entity| {
            let name = entity.name;
            let table = match name {
                "pull_request_threads" => "pull_request_discussions",
                other => other,
            };
            format!("SELECT '{name}', content_hash, (deleted_at IS NOT NULL)::int, xmin::text || ctid::text FROM ado.{table}")
        });
        let statement = tables.collect::<Vec<_>>().join(" UNION ALL ");
        let rows = self.sql(&statement).await?;
        let row = |line: &str| {
            let mut parts = line.split('|');
            Some(RowVersion {
                entity: parts.next()?.to_owned(),
                content_hash: parts.next()?.parse().ok()?,
                deleted: parts.next()? == "1",
                written_by: parts.next()?.to_owned(),
            })
        };
        rows.lines()
            .map(|line| row(line).with_context(|| format!("read the row `{line}`")))
            .collect()
    }
}

/// The rows whose content differs between two looks, or which came, went or came back in between.
pub fn changed(before: &BTreeSet<RowVersion>, after: &BTreeSet<RowVersion>) -> Vec<Changed> {
    let stood: BTreeSet<_> = before.iter().map(content).collect();
    let mut changed: Vec<_> = after
        .iter()
        .filter(|row| !stood.contains(&content(row)))
        .map(|row| Changed {
            entity: row.entity.clone(),
            content_hash: (!row.deleted).then_some(row.content_hash),
        })
        .collect();
    changed.sort();
    changed
}

fn content(row: &RowVersion) -> (&str, i64, bool) {
    (&row.entity, row.content_hash, row.deleted)
}
