//! The whole scheduler, beside a fetcher and a writer that do no work.

use std::time::Duration;

use bus::{Bus, Delivery};
use chassis::Lifecycle;
use clap::Parser as _;
use local::{Nats, NatsOptions};
use scheduler::Options;
use tokio::time::{Instant, sleep, timeout};
use wire::{
    Domain,
    proto::control::v1::{
        Completeness, Job, Outcome, RunEnded, StartSyncReply, StartSyncRequest, SyncStatusReply,
        SyncStatusRequest,
    },
    subject,
};

use crate::world::{ORGANIZATION, World, tools};

const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Debug, clap::Parser)]
struct Command {
    #[command(flatten)]
    options: Options,
}

async fn status(bus: &Bus) -> SyncStatusReply {
    let request = SyncStatusRequest {
        connection: "Ore".to_owned(),
    };
    let reply: SyncStatusReply = bus
        .request(subject::SYNC_STATUS, &request, PATIENCE)
        .await
        .unwrap();
    assert_eq!(reply.error, "");
    reply
}

async fn start(bus: &Bus, connection: &str, domain: &str, entity: &str) -> StartSyncReply {
    let request = StartSyncRequest {
        connection: connection.to_owned(),
        domain: domain.to_owned(),
        entity: entity.to_owned(),
    };
    bus.request(subject::SYNC_START, &request, PATIENCE)
        .await
        .unwrap()
}

/// Does with a job what a fetcher and the writer would do.
async fn carry_out(world: &World, bus: &Bus, delivery: Delivery<Job>) {
    let job = &delivery.message;
    if !job.gaps.is_empty() {
        let answers: Vec<String> = job
            .gaps
            .iter()
            .map(|gap| {
                format!(
                    "('{ORGANIZATION}', '{}', '{}', '{}', 'read')",
                    job.entity, gap.key, gap.version
                )
            })
            .collect();
        world
            .sql(&format!(
                "INSERT INTO sync.details (organization_id, entity, key, version, state) VALUES {}",
                answers.join(", ")
            ))
            .await;
    }
    world
        .sql(&format!(
            "UPDATE sync.runs SET ended_at = now(), completeness = 'complete', requests = 2
             WHERE feed_id = '{0}' AND epoch = {1};
             UPDATE sync.feeds SET running = false, ended_at = now(), status = 'complete', complete_at = ordered_at,
                 changed_at = now()
             WHERE id = '{0}'",
            job.feed_id, job.epoch
        ))
        .await;
    let ended = RunEnded {
        feed_id: job.feed_id.clone(),
        epoch: job.epoch,
        entity: job.entity.clone(),
        outcome: Some(Outcome {
            completeness: Completeness::Complete.into(),
            ..Outcome::default()
        }),
    };
    delivery.ack().await.unwrap();
    bus.publish_event(subject::RUN_ENDED, &ended).await.unwrap();
}

async fn idle(world: &World, bus: &Bus) -> SyncStatusReply {
    let began = Instant::now();
    loop {
        let standing = status(bus).await;
        if standing.idle {
            return standing;
        }
        assert!(began.elapsed() < PATIENCE, "{standing:?}");
        // Jobs of the other domains wait in their queues for ever.
        world.end_runs().await;
        sleep(Duration::from_millis(50)).await;
    }
}

/// With a timer of an hour, only events move it.
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_of_details_does_not_wait_for_the_timer_and_ends_idle() {
    let world = World::new().await;
    let project = world.project(1).await;
    world.builds(project, 1, 2600).await;
    let directory = tempfile::tempdir().unwrap();
    let nats = Nats::start(&tools(), directory.path(), NatsOptions::default())
        .await
        .unwrap();
    let options = bus::Options::new(nats.url());
    let auth = Bus::connect("auth", &options).await.unwrap();
    auth.provision().await.unwrap();
    let ours = Bus::connect("scheduler", &options).await.unwrap();
    let theirs = Bus::connect("adit", &options).await.unwrap();
    let lifecycle = Lifecycle::new("scheduler");
    let command = Command::parse_from(["test", "--tick-interval", "1h"]);
    scheduler::run(&command.options, &ours, &world.store, &lifecycle);

    let mut queue = theirs.jobs(Domain::Pipelines);
    let mut batches = Vec::new();
    while batches.len() < 6 {
        let delivery = timeout(PATIENCE, queue.next()).await.unwrap().unwrap();
        if delivery.message.entity == "timelines" {
            batches.push(delivery.message.gaps.len());
        }
        carry_out(&world, &theirs, delivery).await;
    }
    assert_eq!(batches, [500, 500, 500, 500, 500, 100]);

    let standing = idle(&world, &theirs).await;
    let of = |name: &str| {
        let found = standing
            .entities
            .iter()
            .find(|entity| entity.entity == name);
        found.unwrap().clone()
    };
    let timelines = of("timelines");
    assert_eq!(
        (timelines.feeds, timelines.complete, timelines.gaps),
        (1, 1, 0)
    );
    assert_eq!(timelines.requests, 12);
    let builds = of("builds");
    assert_eq!((builds.rows, builds.running, builds.due), (2600, 0, 0));
    assert!(builds.fresh_at.is_some());

    for (connection, domain, entity, error) in [
        ("slag", "", "", "there is no connection `slag`"),
        ("", "kittens", "", "`kittens` is no domain"),
        ("", "", "kittens", "there is no entity `kittens`"),
    ] {
        let reply = start(&theirs, connection, domain, entity).await;
        assert!(reply.error.starts_with(error), "{}", reply.error);
    }
    let reply = start(&theirs, "Ore", "pipelines", "builds").await;
    assert_eq!((reply.feeds, reply.error.as_str()), (1, ""));
    let delivery = timeout(PATIENCE, queue.next()).await.unwrap().unwrap();
    assert_eq!(delivery.message.entity, "builds");
    let standing = status(&theirs).await;
    assert!(!standing.idle);
    assert_eq!(standing.running.len(), 1);
    assert!(matches!(lifecycle.end(PATIENCE).await, chassis::End::Clean));
}
