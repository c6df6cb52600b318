//! Each run is ordered once, and none is forgotten.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::SignedDuration;
use scheduler::{Decided, Why};
use store::feeds::{Sign, StartFilter, Started};

use crate::world::{World, decide, of};

#[tokio::test(flavor = "multi_thread")]
async fn several_schedulers_never_order_a_run_twice() {
    let world = World::new().await;
    for number in 0..10 {
        let project = world.project(number).await;
        world.repository(number, project).await;
    }
    let seen: Arc<Mutex<BTreeSet<_>>> = Arc::default();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let mut decider = world.decider();
        let seen = Arc::clone(&seen);
        tasks.spawn(async move {
            for _ in 0..40 {
                if let Decided::Jobs(jobs) = decider.decide().await.unwrap() {
                    let mut seen = seen.lock().unwrap();
                    for (job, order) in jobs {
                        assert!(order.is_some(), "every job was ordered by this decision");
                        assert!(seen.insert((job.feed, job.epoch)), "ordered twice");
                    }
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
    }
    for _ in 0..10 {
        world.end_runs().await;
        world.sql("UPDATE sync.feeds SET requested = true").await;
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    let ordered = world
        .sql("SELECT count(*), count(DISTINCT (feed_id, epoch)), sum(epoch) FROM sync.runs")
        .await;
    let (runs, epochs) = {
        let seen = seen.lock().unwrap();
        (seen.len(), seen.iter().map(|(_, epoch)| epoch).sum::<i64>())
    };
    assert_eq!(ordered, format!("{runs}|{runs}|{epochs}"));
    assert!(runs > 100, "{runs}");
    let open = "SELECT count(*) FROM (SELECT FROM sync.runs WHERE ended_at IS NULL GROUP BY feed_id HAVING count(*) > 1) AS twice";
    assert_eq!(world.sql(open).await, "0");
}

#[tokio::test]
async fn a_scheduler_that_dies_before_it_publishes_is_made_good() {
    let world = World::new().await;
    let died = decide(&mut world.decider()).await;
    assert!(!died.is_empty());

    let mut next = world.decider();
    assert!(
        decide(&mut next).await.is_empty(),
        "it may still be publishing"
    );
    world
        .sql("UPDATE sync.runs SET ordered_at = ordered_at - interval '6 seconds'")
        .await;
    let again = decide(&mut next).await;
    assert_eq!(again.len(), died.len());
    for (job, order) in &again {
        assert_eq!(*order, None);
        assert!(died.iter().any(|(other, _)| other == job));
    }

    let published: Vec<_> = again.iter().map(|(job, _)| (job.feed, job.epoch)).collect();
    world.store.run_published(&published).await.unwrap();
    assert!(decide(&mut next).await.is_empty());
}

#[tokio::test]
async fn a_silent_run_is_given_up_behind_a_new_epoch() {
    let world = World::new().await;
    let mut decider = world.decider();
    let first = decide(&mut decider).await;
    let feed = of(&first, "projects")[0].feed;
    let silent = "UPDATE sync.feeds SET heartbeat_at = now() - interval '61 seconds', ordered_at = now() - interval '90 seconds'";
    world.sql(silent).await;
    let alive = Sign { feed, epoch: 1 };
    let stranger = Sign { feed, epoch: 2 };
    assert_eq!(world.store.feed_heartbeat(&[stranger]).await.unwrap(), 0);
    assert_eq!(world.store.feed_heartbeat(&[alive]).await.unwrap(), 1);
    assert_eq!(
        world.store.feed_heartbeat(&[alive]).await.unwrap(),
        0,
        "another has just written it"
    );

    let jobs = decide(&mut decider).await;
    assert!(of(&jobs, "projects").is_empty());
    let (job, order) = jobs
        .iter()
        .find(|(job, _)| job.entity.name == "teams")
        .unwrap();
    assert_eq!(
        (job.epoch, order.as_ref().map(|order| order.why)),
        (2, Some(Why::Lost))
    );
    let told = world
        .sql(&format!(
            "SELECT f.failures, r.completeness, r.ended_at IS NOT NULL FROM sync.feeds f
             JOIN sync.runs r ON r.feed_id = f.id AND r.epoch = 1 WHERE f.id = '{}'",
            job.feed
        ))
        .await;
    assert_eq!(told, "1|lost|t");
}

#[tokio::test]
async fn an_interrupted_run_is_ordered_again_and_a_refused_one_waits_until_somebody_asks() {
    let world = World::new().await;
    let mut decider = world.decider();
    decide(&mut decider).await;
    world.end_runs().await;
    world
        .sql(
            "UPDATE sync.feeds SET ordered_at = now() - interval '10 seconds', ended_at = now() - interval '5 seconds';
             UPDATE sync.runs r SET completeness = 'interrupted' FROM sync.feeds f WHERE f.id = r.feed_id AND f.entity = 'fields';
             UPDATE sync.feeds SET status = 'failed', reason = 'unauthorized', failures = 1 WHERE entity = 'projects'",
        )
        .await;
    let jobs = decide(&mut decider).await;
    let words: Vec<_> = jobs
        .iter()
        .map(|(job, order)| (job.entity.name, order.as_ref().unwrap().why))
        .collect();
    assert_eq!(words, [("fields", Why::Interrupted)]);

    let mut filter = StartFilter {
        connection: "ore".to_owned(),
        entity: wire::entity("projects"),
        ..StartFilter::default()
    };
    assert_eq!(
        world.store.feed_request(&filter).await.unwrap(),
        Started::Feeds(1)
    );
    let jobs = decide(&mut decider).await;
    let words: Vec<_> = jobs
        .iter()
        .map(|(job, order)| (job.entity.name, order.as_ref().unwrap().why))
        .collect();
    assert_eq!(words, [("projects", Why::Requested)]);
    filter.connection = "slag".to_owned();
    assert_eq!(
        world.store.feed_request(&filter).await.unwrap(),
        Started::UnknownConnection
    );
}

#[tokio::test]
async fn old_runs_are_forgotten_but_not_the_newest() {
    let world = World::new().await;
    let mut decider = world.decider();
    decide(&mut decider).await;
    world.end_runs().await;
    world.sql("UPDATE sync.feeds SET requested = true").await;
    decide(&mut decider).await;
    world
        .sql(
            "INSERT INTO sync.pages (feed_id, epoch, page, created, updated, unchanged, deleted, dead, observed_at, committed_at)
             SELECT feed_id, epoch, 1, 0, 0, 0, 0, 0, now(), now() - interval '31 days' FROM sync.runs;
             INSERT INTO sync.sweep_keys SELECT feed_id, epoch, 'key' FROM sync.runs;
             UPDATE sync.runs SET ordered_at = now() - interval '31 days'",
        )
        .await;
    let newest = world
        .sql("SELECT count(*) FROM sync.feeds WHERE epoch = 2")
        .await;
    let forgotten = world
        .store
        .run_prune(SignedDuration::from_hours(24 * 30))
        .await
        .unwrap();
    assert!(
        forgotten.pages > 0
            && forgotten.runs == forgotten.pages
            && forgotten.keys == forgotten.pages
    );
    for table in ["pages", "runs", "sweep_keys"] {
        let left = format!(
            "SELECT count(*) FROM sync.{table} x JOIN sync.feeds f ON f.id = x.feed_id AND f.epoch = x.epoch AND x.epoch = 2"
        );
        assert_eq!(world.sql(&left).await, newest, "{table}");
    }
}
