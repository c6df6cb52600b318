//! Processes killed, NATS wiped, streams full, two of everything: the end equals the ground truth.

use std::time::Duration;

use testkit::{SERVICES, Stack, StackOptions, until};

const PATIENCE: Duration = Duration::from_mins(4);

/// Waits until the first sync is under way: some rows are there, not all.
async fn under_way(stack: &Stack) -> anyhow::Result<()> {
    until("the first pages", PATIENCE, async || {
        let pages: u64 = stack
            .sql("SELECT count(*) FROM sync.pages")
            .await?
            .parse()?;
        Ok((pages > 3).then_some(()))
    })
    .await
}

#[tokio::test]
async fn each_service_may_be_killed_in_mid_sync() -> anyhow::Result<()> {
    let mut stack = Stack::start(&StackOptions::default()).await?;
    stack.connect().await?;
    under_way(&stack).await?;
    for name in SERVICES {
        for service in stack.service(name) {
            service.kill9()?;
            service.restart()?;
        }
    }
    stack.settle(PATIENCE).await?;
    stack.assert_equal_to_truth().await?;
    stack.sync().await?;
    stack.assert_equal_to_truth().await
}

#[tokio::test]
async fn all_of_nats_may_be_lost_in_mid_sync() -> anyhow::Result<()> {
    let mut stack = Stack::start(&StackOptions::default()).await?;
    stack.connect().await?;
    under_way(&stack).await?;
    stack.nats.wipe().await?;
    stack.settle(PATIENCE).await?;
    stack.assert_equal_to_truth().await
}

#[tokio::test]
async fn two_of_each_service_end_where_one_does() -> anyhow::Result<()> {
    let stack = Stack::start(&StackOptions::default().replicas(2)).await?;
    stack.connect().await?;
    stack.settle(PATIENCE).await?;
    stack.assert_equal_to_truth().await?;
    let runs_at_once = "SELECT count(*) FROM (SELECT feed_id, epoch FROM sync.pages WHERE outcome IS NOT NULL \
                        GROUP BY 1, 2 HAVING count(*) > 1) AS twice";
    assert_eq!(
        stack.sql(runs_at_once).await?,
        "0",
        "no run has ended twice"
    );
    Ok(())
}

#[tokio::test]
async fn a_full_page_stream_makes_fetchers_wait_and_flows_on() -> anyhow::Result<()> {
    let options = StackOptions::default().with("ADIT_PAGES_MAX_BYTES", "65536");
    let mut stack = Stack::start(&options).await?;
    for writer in stack.service("writer") {
        writer.suspend()?;
    }
    stack.connect().await?;
    until(
        "fetchers that wait for the page stream",
        PATIENCE,
        async || {
            let status = stack.status().await?;
            let waits = status
                .running
                .iter()
                .any(|run| run.waiting_for == "page_stream");
            Ok(waits.then_some(()))
        },
    )
    .await?;
    for writer in stack.service("writer") {
        writer.resume()?;
    }
    stack.settle(PATIENCE).await?;
    stack.assert_equal_to_truth().await
}
