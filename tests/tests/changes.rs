//! What changes in the world arrives in the next run, once, and nothing else changes.

use std::time::Duration;

use anyhow::Context as _;
use bus::{RecordMessage, Since};
use futures::{StreamExt as _, stream::BoxStream};
use serde_json::json;
use testkit::{Changed, Stack, StackOptions, changed};
use tokio::time::timeout;
use wire::subject;

const PATIENCE: Duration = Duration::from_mins(4);
/// Changes are told before the run ends, so that after a sync they are all there.
const TELLING: Duration = Duration::from_secs(10);

/// One order to the emulator after another. The public records come in one stream, so that a record too many of one order
/// is found by the next; the last order is there for that alone.
#[tokio::test]
async fn every_change_arrives_in_the_next_run_and_is_told_once() -> anyhow::Result<()> {
    let stack = Stack::start(&StackOptions::default()).await?;
    stack.connect().await?;
    stack.settle(PATIENCE).await?;
    stack.assert_equal_to_truth().await?;
    let mut records = stack
        .bus
        .tail(subject::RECORDS.to_owned(), Since::Beginning);
    let told = "SELECT sum(created + updated + deleted) FROM sync.pages";
    for _ in 0..stack.sql(told).await?.parse()? {
        timeout(TELLING, records.next())
            .await
            .context("a record for each row of the first sync")?;
    }
    for kind in [
        "queue_build",
        "finish_build",
        "retry_build",
        "create_pull_request",
        "complete_pull_request",
        "edit_work_item",
        "create_work_item",
        "delete_work_item",
        "link_work_items",
        "new_changeset",
        "push_commits",
        "rename_project",
        "delete_repository",
        "create_repository",
        "queue_build",
    ] {
        check(&stack, &mut records, kind)
            .await
            .with_context(|| format!("after {kind}"))?;
    }
    stack.passed()
}

async fn check(
    stack: &Stack,
    records: &mut BoxStream<'static, Result<RecordMessage, bus::Error>>,
    kind: &str,
) -> anyhow::Result<()> {
    let before = stack.row_versions().await?;
    stack.emulator.change(json!({ "kind": kind })).await?;
    stack.sync().await?;
    stack.assert_equal_to_truth().await?;
    let after = stack.row_versions().await?;
    let expected = changed(&before, &after);
    assert!(!expected.is_empty(), "{kind} changed no row");

    let mut told = Vec::new();
    while told.len() < expected.len() {
        match timeout(TELLING, records.next()).await {
            Ok(record) => told.push(read(&record.context("the records ended")??)?),
            Err(_) => break,
        }
    }
    told.sort();
    assert_eq!(
        told, expected,
        "{kind}: one record for each row that really changed"
    );

    stack.sync().await?;
    assert_eq!(
        stack.row_versions().await?,
        after,
        "{kind}: an unchanged re-read writes nothing"
    );
    Ok(())
}

fn read(record: &RecordMessage) -> anyhow::Result<Changed> {
    let header = |name: &str| {
        record
            .headers
            .get(name)
            .with_context(|| format!("no {name}: {record:?}"))
    };
    let token = record.subject.rsplit('.').next().unwrap_or_default();
    let deleted = header("Adit-Operation")? == "deleted";
    Ok(Changed {
        entity: token.replace('-', "_"),
        content_hash: if deleted {
            None
        } else {
            Some(header("Adit-Hash")?.parse()?)
        },
    })
}
