//! Processes killed, NATS wiped, streams full, two of everything: the end equals the ground truth.

use std::time::Duration;

use futures::StreamExt as _;
use testkit::{SERVICES, Stack, StackOptions, until};
use tokio::time::timeout;
use wire::subject;

const PATIENCE: Duration = Duration::from_mins(4);
/// With answers as slow as this a run takes seconds, and the sync longer than what is done to it.
const SLOW: Duration = Duration::from_secs(2);

const FETCHERS: [&str; 4] = ["fetch-boards", "fetch-git", "fetch-pipelines", "fetch-tfvc"];
/// Domains whose fetcher did not see a run through.
const CUT_SHORT: &str = "SELECT string_agg(DISTINCT f.domain, ' ' ORDER BY f.domain) FROM sync.runs AS r \
                         JOIN sync.feeds AS f ON f.id = r.feed_id WHERE r.completeness IN ('interrupted', 'lost')";

/// Waits until more pages are committed than now.
async fn one_more_page(stack: &Stack) -> anyhow::Result<()> {
    let before = stack.pages_committed().await?;
    until("one more page", PATIENCE, async || {
        Ok((stack.pages_committed().await? > before).then_some(()))
    })
    .await
}

/// Waits until this fetcher is in the middle of a run.
async fn mid_run(stack: &Stack, fetcher: &str) -> anyhow::Result<()> {
    let domain = fetcher.trim_start_matches("fetch-").parse()?;
    stack.in_mid_run(domain, PATIENCE).await
}

#[tokio::test]
async fn each_service_may_be_killed_in_mid_sync() -> anyhow::Result<()> {
    let mut stack = Stack::start(&StackOptions::default()).await?;
    stack.emulator.slow_down(SLOW).await?;
    stack.connect().await?;
    // Fetchers first: connecting takes as long as the runs of a domain, now that it looks at what can be read.
    let others = SERVICES.into_iter().filter(|name| !FETCHERS.contains(name));
    for name in FETCHERS.into_iter().chain(others) {
        if FETCHERS.contains(&name) {
            mid_run(&stack, name).await?;
        } else {
            one_more_page(&stack).await?;
        }
        for service in stack.service(name) {
            service.kill9()?;
        }
        stack.restart(name).await?;
    }
    assert!(!stack.status().await?.idle, "all this was in mid-sync");
    stack.emulator.heal().await?;
    stack.settle(PATIENCE).await?;
    assert_eq!(
        stack.sql(CUT_SHORT).await?,
        "boards git pipelines tfvc",
        "each fetcher died in the middle of a run"
    );
    stack.assert_equal_to_truth().await?;
    stack.sync().await?;
    stack.assert_equal_to_truth().await?;
    stack.passed()
}

/// Fetchers that hold no credential yet wait for auth: no run fails because it is started anew.
#[tokio::test]
async fn auth_may_be_away_for_a_while() -> anyhow::Result<()> {
    let mut stack = Stack::start(&StackOptions::default()).await?;
    stack.connect().await?;
    for auth in stack.service("auth") {
        auth.kill9()?;
    }
    for name in FETCHERS {
        stack.restart(name).await?;
    }
    mid_run(&stack, "fetch-boards").await?;
    stack.restart("auth").await?;
    stack.settle(PATIENCE).await?;
    stack.assert_equal_to_truth().await?;
    stack.passed()
}

#[tokio::test]
async fn all_of_nats_may_be_lost_in_mid_sync() -> anyhow::Result<()> {
    let mut stack = Stack::start(&StackOptions::default()).await?;
    stack.emulator.slow_down(SLOW).await?;
    stack.connect().await?;
    for name in FETCHERS {
        mid_run(&stack, name).await?;
    }
    // Jobs, and pages that nobody has written, are lost for certain.
    for writer in stack.service("writer") {
        writer.suspend()?;
    }
    let mut pages = stack.bus.subscribe::<()>(subject::PAGES, None).await?;
    for _ in 0..3 {
        timeout(PATIENCE, pages.next()).await?;
    }
    stack.nats.wipe().await?;
    for writer in stack.service("writer") {
        writer.resume()?;
    }
    stack.emulator.heal().await?;
    stack.settle(PATIENCE).await?;
    assert_ne!(stack.sql(CUT_SHORT).await?, "", "what was lost is known");
    stack.assert_equal_to_truth().await?;
    stack.passed()
}

#[tokio::test]
async fn two_of_each_service_end_where_one_does() -> anyhow::Result<()> {
    let stack = Stack::start(&StackOptions::default().replicas(2)).await?;
    stack.connect().await?;
    stack.settle(PATIENCE).await?;
    stack.assert_equal_to_truth().await?;
    let ended_twice = "SELECT count(*) FROM (SELECT feed_id, epoch FROM sync.pages WHERE outcome IS NOT NULL \
                       GROUP BY 1, 2 HAVING count(*) > 1) AS twice";
    assert_eq!(stack.sql(ended_twice).await?, "0", "no run has ended twice");
    assert_eq!(stack.sql(CUT_SHORT).await?, "", "no job was taken twice");
    stack.passed()
}

#[tokio::test]
async fn a_full_page_stream_makes_fetchers_wait_and_flows_on() -> anyhow::Result<()> {
    // A run that was read to its end tells nothing more while its pages wait: its lease must outlast the writer's absence.
    let options = StackOptions::default()
        .with("ADIT_PAGES_MAX_BYTES", "65536")
        .with("ADIT_RUN_LEASE", "60s");
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
    assert_eq!(
        stack.sql(CUT_SHORT).await?,
        "",
        "whoever waits is not taken for dead"
    );
    stack.assert_equal_to_truth().await?;
    stack.passed()
}
