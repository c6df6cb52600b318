//! `adit entities`: the catalogue.

use serde_json::{Value, json};
use wire::{Cadence, ENTITIES, Entity, Reading, ScopeKind};

use crate::output::Output;
use crate::{Column, Table};

/// What `adit entities` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    options.output.print(table, || {
        Ok(ENTITIES
            .iter()
            .map(|entity| value(entity))
            .collect::<Vec<_>>())
    })
}

fn table() -> Table {
    let heads = ["DOMAIN", "ENTITY", "A FEED COVERS", "READ", "RECORD"];
    let mut table = Table::new(heads.map(Column::left));
    for entity in ENTITIES {
        table.row([
            entity.domain.name(),
            entity.name,
            scope(entity),
            &reading(entity),
            entity.record_message,
        ]);
    }
    table
}

fn value(entity: &Entity) -> Value {
    json!({
        "domain": entity.domain.name(),
        "entity": entity.name,
        "scope": scope(entity),
        "reading": reading(entity),
        "record_message": entity.record_message,
        "page_message": entity.page_message,
        "subject": wire::subject::records(None, None, None, Some(entity)),
    })
}

fn scope(entity: &Entity) -> &'static str {
    match entity.scope {
        ScopeKind::Organization => "organization",
        ScopeKind::Project => "project",
        ScopeKind::Repository => "repository",
    }
}

fn reading(entity: &Entity) -> String {
    match entity.reading {
        Reading::Whole(Cadence::Cycle) => "whole, each cycle".to_owned(),
        Reading::Whole(Cadence::Slow) => "whole, now and then".to_owned(),
        Reading::Cursor(Cadence::Cycle) => "from a cursor, each cycle".to_owned(),
        Reading::Cursor(Cadence::Slow) => "from a cursor, now and then".to_owned(),
        Reading::Follows(of) => format!("when {of} change"),
        Reading::Detail { of, .. } => format!("a detail of {of}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entity_has_a_row_with_its_subject() {
        let shown = table().to_string();
        assert_eq!(shown.lines().count(), ENTITIES.len() + 1);
        for entity in ENTITIES {
            assert!(shown.contains(entity.record_message), "{}", entity.name);
            let subject = value(entity)["subject"].as_str().unwrap().to_owned();
            assert!(subject.ends_with(&entity.token()), "{subject}");
        }
    }
}
