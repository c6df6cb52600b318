//! A first sync equals the ground truth; a second one writes nothing, and stays within its budget.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context as _;
use testkit::{Stack, StackOptions};
use wire::proto::control::v1::SyncStatusReply;

const PATIENCE: Duration = Duration::from_mins(4);

/// The first sync of a small organization, every entity and field.
#[tokio::test]
async fn a_first_sync_equals_the_ground_truth_and_a_second_one_writes_no_row() -> anyhow::Result<()>
{
    let stack = Stack::start(&StackOptions::default()).await?;
    stack.connect().await?;
    let first = stack.settle(PATIENCE).await?;
    stack.assert_equal_to_truth().await?;
    assert_eq!(dead(&first), 0, "dead letters: {first:#?}");

    let before = stack.row_versions().await?;
    stack.emulator.forget_requests().await?;
    let spent = requests_by_domain(&stack).await?;
    let second = stack.sync().await?;
    assert_eq!(
        stack.row_versions().await?,
        before,
        "an unchanged world writes no row"
    );
    assert_eq!(dead(&second), 0);

    let mut used = requests_by_domain(&stack).await?;
    for (domain, requests) in &mut used {
        *requests -= spent[domain];
    }
    let requests = stack.emulator.requests().await?;
    let served: u64 = requests.values().sum();
    assert_eq!(
        used.values().sum::<u64>(),
        served,
        "every request is counted, once"
    );
    let budget = budget(&stack).await?;
    for (domain, used) in used {
        let budget = budget[domain.as_str()];
        assert!(
            used <= budget,
            "{domain}: {used} requests for a budget of {budget}: {requests:#?}"
        );
    }
    stack.passed()
}

fn dead(status: &SyncStatusReply) -> u64 {
    status.entities.iter().map(|entity| entity.dead).sum()
}

/// Requests of all ended runs so far, by domain, as the fetchers counted them.
async fn requests_by_domain(stack: &Stack) -> anyhow::Result<BTreeMap<String, u64>> {
    let counted = stack
        .sql(
            "SELECT f.domain, sum(r.requests)::bigint FROM sync.feeds f \
             JOIN sync.runs r ON r.feed_id = f.id GROUP BY f.domain ORDER BY 1",
        )
        .await?;
    counted
        .lines()
        .map(|line| {
            let (domain, requests) = line.split_once('|').context("two columns")?;
            Ok((domain.to_owned(), requests.parse()?))
        })
        .collect()
}

/// What a sync of an unchanged organization may cost when every feed is ordered, with P readable projects and R readable
/// repositories. Each further page of 1,000 (revisions: 200) that a listing really has costs one more, and so does a listing
/// by `$skip` whose only page may have been cut, since it has a round number of items: here those of the teams and of one
/// project's labels.
///
/// - boards: projects, fields, revisions, links: 4; teams: 2; types, categories, areas with iterations: 3 P
/// - git: repositories: 1; pull requests, active and closed since: 2 P; refs: R
/// - pipelines: definitions, finished and unfinished builds: 3 P; whether lists of statuses are understood: 1 a process
/// - tfvc: changesets: 1; branches and labels: 2 P, and 1 as said
async fn budget(stack: &Stack) -> anyhow::Result<BTreeMap<&'static str, u64>> {
    let count = async |kind: &str| -> anyhow::Result<u64> {
        let statement =
            format!("SELECT count(*) FROM sync.scopes WHERE kind = '{kind}' AND readable");
        Ok(stack.sql(&statement).await?.parse()?)
    };
    let projects = count("project").await?;
    let repositories = count("repository").await?;
    Ok(BTreeMap::from([
        ("boards", 6 + 3 * projects),
        ("git", 1 + 2 * projects + repositories),
        ("pipelines", 1 + 3 * projects),
        ("tfvc", 2 + 2 * projects),
    ]))
}
