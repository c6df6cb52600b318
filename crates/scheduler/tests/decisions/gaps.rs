//! Details are asked for where they are lacking, and nowhere else.

use store::feeds::StartFilter;

use crate::world::{World, decide, keys, of};

#[tokio::test]
async fn timelines_are_asked_for_newest_first_until_none_is_lacking() {
    let world = World::new().await;
    let project = world.project(1).await;
    world.builds(project, 1, 600).await;
    world.sql("UPDATE ado.builds SET finish_time = NULL WHERE id = 5; UPDATE ado.builds SET deleted_at = now() WHERE id = 6").await;
    let mut decider = world.decider();
    let jobs = decide(&mut decider).await;
    let first = of(&jobs, "timelines")[0];
    assert_eq!(keys(first), (101..=600).rev().collect::<Vec<_>>());
    let gap = &first.job.gaps[0];
    assert_eq!(gap.project_id, project.to_string());
    assert_eq!(gap.version, "1767261600000000/1767348000123456");

    world.answer(first, "read", "now()").await;
    world.end_runs().await;
    let jobs = decide(&mut decider).await;
    let second = of(&jobs, "timelines")[0];
    let rest: Vec<u32> = (1..=100)
        .rev()
        .filter(|number| ![5, 6].contains(number))
        .collect();
    assert_eq!(keys(second), rest);
    world.answer(second, "absent", "now()").await;
    world.end_runs().await;
    assert!(of(&decide(&mut decider).await, "timelines").is_empty());

    // A stage is run again: the build finishes anew. It is heard of with the parent's next rows.
    world
        .sql("UPDATE ado.builds SET finish_time = finish_time + interval '1 hour' WHERE id = 7")
        .await;
    world
        .sql("UPDATE sync.feeds SET changed_at = now() WHERE entity = 'builds'")
        .await;
    let jobs = decide(&mut decider).await;
    let again = of(&jobs, "timelines")[0];
    assert_eq!(keys(again), [7]);

    world
        .answer(again, "refused", "now() + interval '1 hour'")
        .await;
    world.end_runs().await;
    assert!(
        of(&decide(&mut decider).await, "timelines").is_empty(),
        "it was refused a moment ago"
    );
    world
        .store
        .feed_request(&StartFilter::default())
        .await
        .unwrap();
    assert_eq!(keys(of(&decide(&mut decider).await, "timelines")[0]), [7]);
}

#[tokio::test]
async fn threads_are_read_again_while_people_may_still_talk() {
    let world = World::new().await;
    let project = world.project(1).await;
    let repository = world.repository(1, project).await;
    let disabled = world.repository(2, project).await;
    world
        .sql(&format!(
            "INSERT INTO ado.repositories (organization_id, id, project_id, size, is_disabled, is_fork, is_in_maintenance,
                 content_hash, version, observed_at)
             SELECT '{}', id, project_id, 0, id = '{disabled}', false, false, 1, 1, now()
             FROM sync.scopes WHERE kind = 'repository'",
            crate::world::ORGANIZATION
        ))
        .await;
    for (number, repository, values) in [
        (1, repository, "'active', NULL"),
        (2, repository, "'completed', now() - interval '2 days'"),
        (3, repository, "'completed', now() - interval '8 days'"),
        (4, disabled, "'active', NULL"),
    ] {
        world
            .pull_request(number, project, repository, "status, closed_date", values)
            .await;
    }
    let mut decider = world.decider();
    let jobs = decide(&mut decider).await;
    let job = of(&jobs, "pull_request_threads")[0];
    assert_eq!(keys(job), [3, 2, 1]);
    assert_eq!(job.job.gaps[0].repository_id, repository.to_string());
    world.answer(job, "read", "now()").await;
    for (minutes, expected) in [(50, vec![]), (70, vec![1]), (25 * 60, vec![2, 1])] {
        world.end_runs().await;
        world
            .sql(&format!(
                "UPDATE sync.details SET read_at = now() - interval '{minutes} minutes'"
            ))
            .await;
        let jobs = decide(&mut world.decider()).await;
        let asked: Vec<u32> = of(&jobs, "pull_request_threads")
            .into_iter()
            .flat_map(keys)
            .collect();
        assert_eq!(asked, expected, "after {minutes} minutes");
    }
}

#[tokio::test]
async fn descriptions_are_asked_for_where_the_list_cut_them() {
    let world = World::new().await;
    let project = world.project(1).await;
    let repository = world.repository(1, project).await;
    for (number, description) in [
        (1, "repeat('x', 399)"),
        (2, "repeat('x', 400)"),
        // Each is two of the units that Azure DevOps counts.
        (3, "repeat('⛏🚂', 133)"),
        (4, "repeat('🚂', 200)"),
        (5, "repeat('🚂', 199)"),
        (6, "NULL"),
    ] {
        world
            .pull_request(number, project, repository, "description", description)
            .await;
    }
    let mut decider = world.decider();
    let jobs = decide(&mut decider).await;
    let job = of(&jobs, "pull_request_descriptions")[0];
    assert_eq!(keys(job), [4, 2]);
    world.answer(job, "read", "now()").await;
    world.end_runs().await;
    world
        .sql(
            "UPDATE ado.pull_requests SET description = repeat('y', 400) WHERE pull_request_id = 2",
        )
        .await;
    let jobs = decide(&mut decider).await;
    assert_eq!(keys(of(&jobs, "pull_request_descriptions")[0]), [2]);
}

#[tokio::test]
async fn a_changeset_is_asked_for_once() {
    let world = World::new().await;
    world
        .sql(&format!(
            "INSERT INTO ado.changesets (organization_id, changeset_id, comment_truncated, content_hash, version, observed_at)
             SELECT '{}', n, false, 1, 1, now() FROM generate_series(1, 3) AS n",
            crate::world::ORGANIZATION
        ))
        .await;
    let mut decider = world.decider();
    let jobs = decide(&mut decider).await;
    let job = of(&jobs, "changeset_details")[0];
    assert_eq!(keys(job), [3, 2, 1]);
    world.answer(job, "read", "now()").await;
    world.end_runs().await;
    assert!(of(&decide(&mut decider).await, "changeset_details").is_empty());
}
