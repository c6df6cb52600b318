//! Services that are told to stop in mid-sync finish what is in hand, and others go on from there.

use std::time::Duration;

use testkit::{SERVICES, Stack, StackOptions};
use wire::Domain;

const PATIENCE: Duration = Duration::from_mins(4);
/// What a service has to finish what is in hand.
const GRACE: Duration = Duration::from_mins(1);
/// With answers as slow as this a run takes seconds, and the sync longer than what is done to it.
const SLOW: Duration = Duration::from_secs(2);

/// A stack in the middle of its first sync. Its leases are so long that none ends here: whatever a stopped service does
/// not see through must be said by itself.
async fn in_mid_sync() -> anyhow::Result<Stack> {
    let stack = Stack::start(&StackOptions::default().with("ADIT_RUN_LEASE", "10m")).await?;
    stack.emulator.slow_down(SLOW).await?;
    stack.connect().await?;
    for domain in Domain::ALL {
        stack.in_mid_run(domain, PATIENCE).await?;
    }
    Ok(stack)
}

/// The work goes on and ends equal to the ground truth; each fetcher has told that it gave up a run, and none was lost.
async fn ends_well(stack: Stack) -> anyhow::Result<()> {
    assert!(!stack.status().await?.idle, "all this was in mid-sync");
    stack.emulator.heal().await?;
    stack.settle(PATIENCE).await?;
    let runs = "SELECT string_agg(DISTINCT f.domain || ' ' || r.completeness, ', ' ORDER BY f.domain || ' ' || r.completeness) \
                FROM sync.runs AS r JOIN sync.feeds AS f ON f.id = r.feed_id WHERE r.completeness IN ('interrupted', 'lost')";
    assert_eq!(
        stack.sql(runs).await?,
        "boards interrupted, git interrupted, pipelines interrupted, tfvc interrupted"
    );
    stack.assert_equal_to_truth().await?;
    stack.passed()
}

#[tokio::test]
async fn one_service_after_another_is_replaced_in_mid_sync() -> anyhow::Result<()> {
    let mut stack = in_mid_sync().await?;
    // Fetchers first: connecting takes as long as the runs of a domain, now that it looks at what can be read.
    let (fetchers, others): (Vec<_>, Vec<_>) = SERVICES
        .into_iter()
        .partition(|name| name.starts_with("fetch-"));
    for name in fetchers.into_iter().chain(others) {
        if let Some(domain) = name.strip_prefix("fetch-") {
            stack.in_mid_run(domain.parse()?, PATIENCE).await?;
        }
        for service in stack.service(name) {
            let status = service.terminate(GRACE).await?;
            assert!(status.success(), "{name}: {status}\n{}", service.log_tail());
        }
        stack.restart(name).await?;
    }
    ends_well(stack).await
}

#[tokio::test]
async fn all_services_stop_at_once_in_mid_sync_and_go_on_later() -> anyhow::Result<()> {
    let mut stack = in_mid_sync().await?;
    for name in SERVICES {
        for service in stack.service(name) {
            service.ask_to_end()?;
        }
    }
    for name in SERVICES {
        for service in stack.service(name) {
            let status = service.wait(GRACE).await?;
            assert!(status.success(), "{name}: {status}\n{}", service.log_tail());
        }
    }
    for name in SERVICES {
        stack.restart(name).await?;
    }
    ends_well(stack).await
}
