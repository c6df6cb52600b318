//! The whole scheduler, beside a fetcher and a writer that do no work.

use std::time::Duration;

use bus::Bus;
use chassis::Lifecycle;
use clap::Parser as _;
use local::{Nats, NatsOptions};
use scheduler::Options;
use tokio::time::{Instant, sleep};
use wire::{
    Domain,
    proto::control::v1::{
        Completeness, Outcome, RunEnded, StartSyncReply, StartSyncRequest, SyncStatusReply,
        SyncStatusRequest,
    },
    subject,
};

use crate::world::{World, place, tools};

const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, clap::Parser)]
struct Command {
    #[command(flatten)]
    options: Options,
}

async fn status(bus: &Bus) -> SyncStatusReply {
    let request = SyncStatusRequest {
        connection: "Ore".to_owned(),
    };
    bus.request(subject::SYNC_STATUS, &request, PATIENCE)
        .await
        .unwrap()
}

/// With a timer of an hour, only events move it.
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_of_details_does_not_wait_for_the_timer_and_ends_idle() {
    let world = World::new().await;
    let project = world.project(1).await;
    world.builds(project, 1, 2600).await;
    let nats = Nats::start(&tools(), place("nats").as_ref(), NatsOptions::default())
        .await
        .unwrap();
    let options = bus::Options::new(nats.url());
    let ours = Bus::connect("scheduler", &options).await.unwrap();
    ours.provision().await.unwrap();
    let theirs = Bus::connect("test", &options).await.unwrap();
    let lifecycle = Lifecycle::new("scheduler");
    let command = Command::parse_from(["test", "--tick-interval", "1h"]);
    scheduler::run(&command.options, &ours, &world.store, &lifecycle);

    let mut batches = Vec::new();
    let mut queue = theirs.jobs(Domain::Pipelines);
    let began = Instant::now();
    while batches.len() < 6 {
        let delivery = tokio::time::timeout(PATIENCE, queue.next()).await.unwrap();
        let delivery = delivery.unwrap();
        let job = &delivery.message;
        assert!(delivery.context.trace_id().is_none(), "nobody traces here");
        if job.entity == "timelines" {
            batches.push(job.gaps.len());
            world
                    .sql(&format!(
                        "INSERT INTO sync.details (organization_id, entity, key, version, state) VALUES {}",
                        job.gaps
                            .iter()
                            .map(|gap| format!("('{}', 'timelines', '{}', '{}', 'read')", crate::world::ORGANIZATION, gap.key, gap.version))
                            .collect::<Vec<_>>()
                            .join(", ")
                    ))
                    .await;
        }
        world
                .sql(&format!(
                    "UPDATE sync.runs SET ended_at = now(), completeness = 'complete', requests = 2 WHERE feed_id = '{0}' AND epoch = {1};
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
        theirs
            .publish_event(subject::RUN_ENDED, &ended)
            .await
            .unwrap();
    }
    assert_eq!(batches, [500, 500, 500, 500, 500, 100]);

    let standing = loop {
        let standing = status(&theirs).await;
        assert_eq!(standing.error, "");
        if standing.idle {
            break standing;
        }
        assert!(began.elapsed() < PATIENCE * 2, "{standing:?}");
        // Feeds of the other domains still wait in their queues.
        world.end_runs().await;
        sleep(Duration::from_millis(50)).await;
    };
    let timelines = standing
        .entities
        .iter()
        .find(|entity| entity.entity == "timelines")
        .unwrap();
    assert_eq!(
        (
            timelines.feeds,
            timelines.complete,
            timelines.gaps,
            timelines.requests
        ),
        (1, 1, 0, 12)
    );
    let builds = standing
        .entities
        .iter()
        .find(|entity| entity.entity == "builds")
        .unwrap();
    assert_eq!((builds.rows, builds.running, builds.due), (2600, 0, 0));
    assert!(builds.fresh_at.is_some());

    for (request, error) in [
        (("slag", "", ""), "there is no connection `slag`"),
        (("", "kittens", ""), "`kittens` is no domain"),
        (("", "", "kittens"), "there is no entity `kittens`"),
        (("Ore", "pipelines", "builds"), ""),
    ] {
        let (connection, domain, entity) = request;
        let request = StartSyncRequest {
            connection: connection.to_owned(),
            domain: domain.to_owned(),
            entity: entity.to_owned(),
        };
        let reply: StartSyncReply = theirs
            .request(subject::SYNC_START, &request, PATIENCE)
            .await
            .unwrap();
        assert!(reply.error.starts_with(error), "{}", reply.error);
        assert_eq!(reply.error.is_empty(), error.is_empty());
    }
    let delivery = tokio::time::timeout(PATIENCE, queue.next())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(delivery.message.entity, "builds");
    assert!(!status(&theirs).await.idle);
    assert!(matches!(lifecycle.end(PATIENCE).await, chassis::End::Clean));
}
