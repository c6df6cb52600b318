//! How the sync stands, for those who look.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use jiff::Timestamp;
use store::{
    Store,
    feeds::{Feed, Status},
    status::{Look, Sums},
};
use tokio::{sync::Mutex, time::Instant};
use uuid::Uuid;
use wire::{
    ENTITIES, Entity,
    proto::control::v1::{EntityStatus, Progress, Scope, SyncStatusReply},
};

use crate::{
    Settings, State, decide::FeedsMade, family::Family, gaps::GapCounts, progress::Told, waiting,
};

/// While something runs, sums are counted again after so long.
const SUMS_AGE: Duration = Duration::from_secs(1);
/// Sums are kept for so many sets of connections.
const MOST_SUMS: usize = 64;

/// Answers how the sync stands.
#[derive(Debug)]
pub(crate) struct StatusDesk {
    pub(crate) store: Store,
    pub(crate) settings: Settings,
    pub(crate) made: FeedsMade,
    pub(crate) told: Told,
    pub(crate) known: Mutex<Known>,
}

/// What is dear to count, and need not be counted for each who looks.
#[derive(Debug, Default)]
pub(crate) struct Known {
    gaps: GapCounts,
    sums: HashMap<Vec<Uuid>, (SumsKey, Instant, BTreeMap<String, Sums>)>,
}

/// Sums are the same as long as no page is committed and no run ends.
type SumsKey = (usize, Option<Timestamp>, Option<Timestamp>, i64);

impl StatusDesk {
    /// How the connections stand.
    pub(crate) async fn answer(
        &self,
        connections: Vec<Uuid>,
    ) -> Result<SyncStatusReply, store::Error> {
        // Those who look wait for one another: the second gets what the first has counted.
        let mut known = self.known.lock().await;
        let mut look = self.store.look(connections.clone()).await?;
        let feeds_made = self.made.for_scopes(&look.scopes_mark().await?);
        let feeds = look.feed_list().await?;
        known.gaps.watch(&mut look, &feeds).await?;
        let state = State {
            gaps: known.gaps.open(&feeds),
            feeds,
            settings: self.settings,
        };
        let due = waiting(look.now(), &state);
        let runs = state.feeds.iter().any(|feed| feed.running);
        let idle = feeds_made && !runs && due.is_empty() && state.gaps.is_empty();
        let sums = known
            .sums(&mut look, connections, &state.feeds, runs)
            .await?;
        Ok(SyncStatusReply {
            entities: entities(&state.feeds, &due, &known.gaps, &sums),
            problems: look.problems().await?,
            running: self.running(&state.feeds),
            idle,
            error: String::new(),
        })
    }

    fn running(&self, feeds: &[Feed]) -> Vec<Progress> {
        feeds
            .iter()
            .filter(|feed| feed.running)
            .map(|feed| {
                self.told
                    .of(feed.id, feed.epoch)
                    .unwrap_or_else(|| not_begun(feed))
            })
            .collect()
    }
}

impl Known {
    async fn sums(
        &mut self,
        look: &mut Look,
        connections: Vec<Uuid>,
        feeds: &[Feed],
        runs: bool,
    ) -> Result<BTreeMap<String, Sums>, store::Error> {
        let key = (
            feeds.len(),
            feeds.iter().filter_map(|feed| feed.heartbeat_at).max(),
            feeds.iter().filter_map(|feed| feed.ended_at).max(),
            feeds.iter().map(|feed| feed.epoch).sum(),
        );
        if let Some((known, at, sums)) = self.sums.get(&connections)
            && (*known == key || runs && at.elapsed() < SUMS_AGE)
        {
            return Ok(sums.clone());
        }
        let sums = look.sums().await?;
        if self.sums.len() >= MOST_SUMS {
            self.sums.clear();
        }
        self.sums
            .insert(connections, (key, Instant::now(), sums.clone()));
        Ok(sums)
    }
}

/// A run whose job still waits, or whose fetcher has not yet told anything.
fn not_begun(feed: &Feed) -> Progress {
    let text = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    Progress {
        feed_id: feed.id.to_string(),
        epoch: feed.epoch.unsigned_abs(),
        entity: feed.entity.name.to_owned(),
        scope: Some(Scope {
            organization_id: feed.organization.to_string(),
            project_id: text(feed.project),
            repository_id: text(feed.repository),
            ..Scope::default()
        }),
        ..Progress::default()
    }
}

fn entities(
    feeds: &[Feed],
    due: &BTreeSet<Uuid>,
    gaps: &GapCounts,
    sums: &BTreeMap<String, Sums>,
) -> Vec<EntityStatus> {
    let family = Family::of(feeds);
    ENTITIES
        .iter()
        .map(|entity| {
            let feeds: Vec<&Feed> = feeds.iter().filter(|feed| feed.entity == *entity).collect();
            let sums = sums.get(entity.name).copied().unwrap_or_default();
            let readings: Vec<Option<Timestamp>> = feeds
                .iter()
                .map(|feed| {
                    let lacking = gaps.of(feed).lacking;
                    fresh_at(feed, family.parent(feed), lacking, due)
                })
                .collect();
            let oldest = readings.iter().copied().min().flatten();
            EntityStatus {
                feeds: count(feeds.len()),
                complete: count(
                    feeds
                        .iter()
                        .zip(&readings)
                        .filter(|(feed, fresh)| {
                            matches!(feed.status, Status::Complete | Status::New) && fresh.is_some()
                        })
                        .count(),
                ),
                running: count(feeds.iter().filter(|feed| feed.running).count()),
                due: count(feeds.iter().filter(|feed| due.contains(&feed.id)).count()),
                gaps: feeds.iter().map(|feed| gaps.of(feed).lacking).sum(),
                fresh_at: oldest.map(wire::from_timestamp),
                ..totals(entity, sums)
            }
        })
        .collect()
}

fn totals(entity: &Entity, sums: Sums) -> EntityStatus {
    EntityStatus {
        domain: entity.domain.name().to_owned(),
        entity: entity.name.to_owned(),
        rows: sums.rows,
        records: sums.records,
        requests: sums.requests,
        dead: sums.dead,
        seconds: sums.seconds,
        ..EntityStatus::default()
    }
}

/// When the feed was last read completely. What depends on a parent and has nothing to do is as fresh as the parent.
fn fresh_at(
    feed: &Feed,
    parent: Option<&Feed>,
    lacking: u64,
    due: &BTreeSet<Uuid>,
) -> Option<Timestamp> {
    let detail_is_whole = feed.entity.is_detail() && lacking == 0;
    let followed = !feed.entity.is_detail() && feed.status == Status::Complete;
    if let Some(parent) = parent
        && (detail_is_whole || followed)
        && !feed.running
        && !due.contains(&feed.id)
    {
        return parent.complete_at.max(feed.complete_at);
    }
    feed.complete_at
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
