//! How many gaps each detail feed has, counted only when it may have changed: in 200,000 builds, counting takes 0.4 s.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use jiff::Timestamp;
use store::{
    feeds::{Feed, Tick},
    gaps::Gaps,
    status::Look,
};
use tokio::time::Instant;
use uuid::Uuid;
use wire::Reading;

use crate::family::Family;

/// An estimate is a count again after so long at the latest.
const LONGEST_ESTIMATE: Duration = Duration::from_mins(1);
/// Those who watch do not cost more than one part in so many of the time.
const SHARE_OF_WATCHERS: u32 = 10;
/// Nor do they ask more often.
const SHORTEST_WATCH: Duration = Duration::from_secs(1);

/// What is known of gaps.
#[derive(Debug, Default)]
pub(crate) struct GapCounts {
    counts: HashMap<Uuid, Count>,
    /// What the last counting took.
    took: Duration,
}

#[derive(Debug)]
struct Count {
    gaps: Gaps,
    own: Own,
    parent: Parent,
    at: Instant,
}

/// What of a feed itself changes its gaps.
type Own = (Option<Timestamp>, Option<Timestamp>, bool);
/// What of its parent does.
type Parent = Option<(Option<Timestamp>, Option<Timestamp>)>;

impl GapCounts {
    /// Brings up to date what is known, well enough to decide by: while more is lacking than a job can bring, by how much
    /// does not matter. What only time opens (a refusal, a reading grown old) is found after `most`.
    pub(crate) async fn decide(
        &mut self,
        tick: &mut Tick,
        feeds: &[Feed],
        most: Duration,
    ) -> Result<BTreeMap<Uuid, u64>, store::Error> {
        let now = Instant::now();
        let family = Family::of(feeds);
        let mut stale = Vec::new();
        for feed in feeds.iter().filter(|feed| !feed.running) {
            let Reading::Detail { batch, .. } = feed.entity.reading else {
                continue;
            };
            let known = self.counts.get_mut(&feed.id);
            if !known.is_some_and(|count| {
                count.still_good(feed, family.parent(feed), batch.into(), now, most)
            }) {
                stale.push(feed);
            }
        }
        let counted = tick.gap_count(&stale).await?;
        self.put(&stale, &family, &counted, now);
        Ok(self.open(feeds))
    }

    /// Brings up to date what is known for somebody who looks: exactly when nothing runs, else now and then.
    pub(crate) async fn watch(
        &mut self,
        look: &mut Look,
        feeds: &[Feed],
    ) -> Result<(), store::Error> {
        let now = Instant::now();
        let family = Family::of(feeds);
        let busy = feeds.iter().any(|feed| feed.running);
        let pause = (self.took * SHARE_OF_WATCHERS).max(SHORTEST_WATCH);
        let stale: Vec<&Feed> = feeds
            .iter()
            .filter(|feed| feed.entity.is_detail())
            .filter(|feed| {
                self.counts.get(&feed.id).is_none_or(|count| {
                    let same =
                        count.own == own(feed) && count.parent == parent(family.parent(feed));
                    let age = now.duration_since(count.at);
                    if busy {
                        !same && age >= pause
                    } else {
                        !same || age >= LONGEST_ESTIMATE
                    }
                })
            })
            .collect();
        let counted = look.gap_count(&stale).await?;
        self.put(&stale, &family, &counted, now);
        Ok(())
    }

    /// What is known of a feed.
    pub(crate) fn of(&self, feed: &Feed) -> Gaps {
        self.counts
            .get(&feed.id)
            .map(|count| count.gaps)
            .unwrap_or_default()
    }

    /// The gaps of each feed that may be asked for now.
    pub(crate) fn open(&self, feeds: &[Feed]) -> BTreeMap<Uuid, u64> {
        feeds
            .iter()
            .map(|feed| (feed.id, self.of(feed).open))
            .filter(|(_, open)| *open > 0)
            .collect()
    }

    fn put(
        &mut self,
        feeds: &[&Feed],
        family: &Family<'_>,
        counted: &HashMap<Uuid, Gaps>,
        now: Instant,
    ) {
        if !feeds.is_empty() {
            self.took = now.elapsed();
        }
        for feed in feeds {
            let count = Count {
                gaps: counted.get(&feed.id).copied().unwrap_or_default(),
                own: own(feed),
                parent: parent(family.parent(feed)),
                at: now,
            };
            self.counts.insert(feed.id, count);
        }
    }
}

impl Count {
    /// Whether it is good enough to decide by; a run over a long list of gaps is taken off it without counting again.
    fn still_good(
        &mut self,
        feed: &Feed,
        of: Option<&Feed>,
        batch: u64,
        now: Instant,
        most: Duration,
    ) -> bool {
        let age = now.duration_since(self.at);
        if age >= most {
            return false;
        }
        let own = own(feed);
        if self.own != own {
            if self.own.2 != own.2 || self.gaps.open <= 4 * batch || age >= LONGEST_ESTIMATE {
                return false;
            }
            self.gaps.open -= batch;
            self.own = own;
        }
        self.parent == parent(of) || self.gaps.open > batch && age < LONGEST_ESTIMATE
    }
}

fn own(feed: &Feed) -> Own {
    (feed.ended_at, feed.changed_at, feed.requested)
}

fn parent(of: Option<&Feed>) -> Parent {
    of.map(|of| (of.changed_at, of.ended_at))
}
