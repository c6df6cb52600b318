//! What Azure DevOps refuses is explained, and costs nothing else.

use std::time::Duration;

use serde_json::json;
use testkit::{Stack, StackOptions, until};
use wire::{Domain, proto::control::v1::Progress};

const PATIENCE: Duration = Duration::from_mins(4);

/// A forbidden endpoint ends its feeds as failed, with the remedy; all other entities are whole. When the right comes, so
/// do the rows.
#[tokio::test]
async fn a_refused_listing_is_explained_and_the_others_go_on() -> anyhow::Result<()> {
    let stack = Stack::start(&StackOptions::default()).await?;
    stack
        .emulator
        .fault(json!({
            "path": "/_apis/build/definitions",
            "effect": { "kind": "status", "status": 403, "body": "{\"message\":\"VS403403: Access denied.\"}" },
        }))
        .await?;
    stack.connect().await?;
    let status = stack.settle(PATIENCE).await?;
    let problems: Vec<_> = status
        .problems
        .iter()
        .filter(|problem| problem.entity == "build_definitions")
        .collect();
    assert!(!problems.is_empty(), "{:?}", status.problems);
    for problem in problems {
        assert_eq!(
            (problem.status.as_str(), problem.reason.as_str()),
            ("failed", "forbidden")
        );
        assert!(
            problem.explanation.contains("Reader"),
            "{problem:?} names the remedy"
        );
    }
    assert_eq!(
        stack
            .sql("SELECT count(*) FROM ado.build_definitions")
            .await?,
        "0"
    );
    assert_ne!(stack.sql("SELECT count(*) FROM ado.builds").await?, "0");

    stack.emulator.heal().await?;
    stack.sync().await?;
    stack.assert_equal_to_truth().await?;
    stack.passed()
}

/// What a good client bears: delays that are successes, refusals that pass, bodies that are cut, pages without items. Each
/// costs a repetition, and nothing else.
#[tokio::test]
async fn passing_faults_cost_repetitions_and_no_rows() -> anyhow::Result<()> {
    let stack = Stack::start(&StackOptions::default()).await?;
    stack
        .emulator
        .fault(json!([
            { "path": "/_apis/build/builds", "times": 1, "effect": { "kind": "slow", "seconds": 1 } },
            { "path": "/_apis/git/pullrequests", "times": 1, "effect": { "kind": "throttle", "seconds": 1 } },
            { "path": "/_apis/wit/reporting/workitemrevisions", "times": 1, "effect": { "kind": "cut", "bytes": 1000 } },
            { "path": "/_apis/tfvc/changesets", "times": 1, "effect": { "kind": "sign_in" } },
            { "path": "/_apis/git/repositories", "times": 1, "effect": { "kind": "error" } },
            { "path": "/_apis/projects", "times": 1, "effect": { "kind": "empty" } },
        ]))
        .await?;
    stack.connect().await?;
    stack.settle(PATIENCE).await?;
    stack.sync().await?;
    stack.assert_equal_to_truth().await?;
    stack.passed()
}

/// The service dies in the middle of its answers, and comes back.
#[tokio::test]
async fn a_service_that_is_away_is_waited_for() -> anyhow::Result<()> {
    let mut stack = Stack::start(&StackOptions::default()).await?;
    stack.emulator.slow_down(Duration::from_secs(2)).await?;
    stack.connect().await?;
    for domain in Domain::ALL {
        stack.in_mid_run(domain, PATIENCE).await?;
    }
    stack.emulator.service().kill9()?;
    until("runs that will ask again", PATIENCE, async || {
        let status = stack.status().await?;
        let waits = |run: &Progress| run.waiting_for == "backoff";
        Ok(status.running.iter().any(waits).then_some(()))
    })
    .await?;
    stack.emulator.restart().await?;
    stack.settle(PATIENCE).await?;
    stack.assert_equal_to_truth().await?;
    stack.passed()
}

/// A listing that suddenly shows less is no deletion, where the right to see it is not proven.
#[tokio::test]
async fn what_is_hidden_is_not_deleted() -> anyhow::Result<()> {
    let stack = Stack::start(&StackOptions::default()).await?;
    stack.connect().await?;
    stack.settle(PATIENCE).await?;
    let before = existing(&stack).await?;
    let hidden = json!({ "kind": "hide_project" });
    stack.emulator.change(hidden).await?;
    stack.sync().await?;
    assert_eq!(existing(&stack).await?, before, "a hidden project");
    let shown = json!({ "kind": "show_project" });
    stack.emulator.change(shown).await?;
    stack
        .emulator
        .fault(json!({ "path": "/_apis/git/repositories?", "effect": { "kind": "drop", "percent": 50 } }))
        .await?;
    stack.sync().await?;
    assert_eq!(existing(&stack).await?, before, "half of the repositories");
    stack.emulator.heal().await?;
    stack.sync().await?;
    stack.assert_equal_to_truth().await?;
    stack.passed()
}

/// Projects and repositories that are not marked deleted.
async fn existing(stack: &Stack) -> anyhow::Result<String> {
    stack
        .sql(
            "SELECT (SELECT count(*) FROM ado.projects WHERE deleted_at IS NULL) || ' projects, ' || \
             (SELECT count(*) FROM ado.repositories WHERE deleted_at IS NULL) || ' repositories'",
        )
        .await
}
