//! Compares the database with the emulator's ground truth.

use std::time::Instant;

use adit::{Column, Table};
use anyhow::Context as _;
use store::Store;
use testkit::truth::{self, Comparison};
use wire::ENTITIES;

use crate::house::House;
use crate::say::say;

/// Prints how each entity compares; true when all of them are equal.
pub(crate) async fn verify(house: &House) -> anyhow::Result<bool> {
    let began = Instant::now();
    say("\nComparing the database with the ground truth, field by field:\n");
    let store = Store::connect(&house.database()?, "demo", 2)
        .await
        .context("connect to the database")?;
    let mut comparisons = Vec::new();
    for entity in ENTITIES {
        let world = &house.world;
        comparisons.push(truth::compare(&store, world.organization_id, &world.url, entity).await?);
    }
    say(table(&comparisons));
    let different: Vec<_> = comparisons
        .iter()
        .filter(|comparison| comparison.different > 0)
        .collect();
    for comparison in &different {
        say(comparison);
    }
    let records: usize = comparisons.iter().map(|comparison| comparison.found).sum();
    let verdict = if different.is_empty() {
        "equal".to_owned()
    } else {
        format!("{} entities differ", different.len())
    };
    say(format_args!(
        "{records} records compared in {:.1} s: {verdict}",
        began.elapsed().as_secs_f64()
    ));
    Ok(different.is_empty())
}

fn table(comparisons: &[Comparison]) -> Table {
    let mut table = Table::new([
        Column::left("ENTITY"),
        Column::right("EXPECTED"),
        Column::right("FOUND"),
        Column::right("DIFFERENT"),
        Column::right("SECONDS"),
    ]);
    for comparison in comparisons {
        table.row([
            comparison.entity.name.to_owned(),
            comparison.expected.to_string(),
            comparison.found.to_string(),
            comparison.different.to_string(),
            format!("{:.1}", comparison.took.as_secs_f64()),
        ]);
    }
    table
}
