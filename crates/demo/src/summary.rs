//! What the first sync has brought, and what it took.

use std::time::Duration;

use adit::{Column, Table};
use wire::proto::control::v1::{EntityStatus, SyncStatusReply};

use crate::say::say;
use crate::sync::Synced;

/// Prints the table; `served` is how many requests the emulator has counted itself.
pub(crate) fn summarize(synced: &Synced, served: u64) {
    say(format_args!("\n{}", table(&synced.status)));
    let sum = |of: fn(&EntityStatus) -> u64| synced.status.entities.iter().map(of).sum::<u64>();
    say(format_args!(
        "{} rows in {:.1} s, {} records/s; Azure DevOps answered {served} requests",
        sum(|one| one.rows),
        synced.took.as_secs_f64(),
        per_second(sum(|one| one.records), synced.took),
    ));
    if !synced.status.problems.is_empty() {
        say(format_args!(
            "\n{}",
            adit::problems(&synced.status.problems)
        ));
    }
}

fn table(status: &SyncStatusReply) -> Table {
    let mut table = Table::new([
        Column::left("DOMAIN"),
        Column::left("ENTITY"),
        Column::right("ROWS"),
        Column::right("REQUESTS"),
        Column::right("SECONDS"),
        Column::right("DEAD"),
    ]);
    for one in &status.entities {
        table.row([
            one.domain.clone(),
            one.entity.clone(),
            one.rows.to_string(),
            one.requests.to_string(),
            format!("{:.1}", one.seconds),
            one.dead.to_string(),
        ]);
    }
    table
}

fn per_second(count: u64, time: Duration) -> u128 {
    u128::from(count) * 1_000 / time.as_millis().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entity_has_its_row() {
        let entity = EntityStatus {
            domain: "git".to_owned(),
            entity: "commits".to_owned(),
            rows: 120,
            requests: 4,
            seconds: 1.25,
            ..EntityStatus::default()
        };
        let status = SyncStatusReply {
            entities: vec![entity],
            ..SyncStatusReply::default()
        };
        let expected = "DOMAIN  ENTITY   ROWS  REQUESTS  SECONDS  DEAD\ngit     commits   120         4      1.2     0\n";
        assert_eq!(table(&status).to_string(), expected);
        assert_eq!(per_second(300, Duration::from_millis(1_500)), 200);
    }
}
