//! One decision: look at everything, plan, and write down what was planned, all in one transaction.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use store::{
    Store,
    feeds::{NewRun, PreparedJob, ScopesMark, Tick},
};
use uuid::Uuid;

use crate::{Order, Settings, State, gaps::GapCounts, plan, reschedule};

/// A job that was not published by whoever ordered it is published again after this.
const ORPHANED_AFTER: Duration = Duration::from_secs(5);

/// Makes decisions for one process.
#[derive(Debug)]
pub struct Decider {
    store: Store,
    settings: Settings,
    gaps: GapCounts,
    made: FeedsMade,
}

/// For which scopes feeds were last made.
#[derive(Clone, Debug, Default)]
pub(crate) struct FeedsMade(Arc<Mutex<Option<ScopesMark>>>);

impl FeedsMade {
    pub(crate) fn for_scopes(&self, mark: &ScopesMark) -> bool {
        let made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        made.as_ref() == Some(mark)
    }

    fn set(&self, mark: ScopesMark) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(mark);
    }
}

/// What became of a decision.
#[derive(Debug)]
pub enum Decided {
    /// Another scheduler was at it.
    Busy,
    /// These jobs are written down and must be published, each with why it was ordered; nothing is known of that any more
    /// where a scheduler died before it could publish.
    Jobs(Vec<(PreparedJob, Option<Order>)>),
}

impl Decider {
    /// Decides with this database by these settings.
    pub fn new(store: Store, settings: Settings) -> Self {
        Self {
            store,
            settings,
            gaps: GapCounts::default(),
            made: FeedsMade::default(),
        }
    }

    pub(crate) fn feeds_made(&self) -> FeedsMade {
        self.made.clone()
    }

    /// Makes one decision.
    pub async fn decide(&mut self) -> Result<Decided, store::Error> {
        let Some(mut tick) = self.store.tick().await? else {
            return Ok(Decided::Busy);
        };
        let mark = tick.scopes_mark().await?;
        if !self.made.for_scopes(&mark) {
            let touched = tick.feed_make().await?;
            tracing::debug!(feeds = touched, "feeds follow the scopes");
        }
        let orphans = tick.run_unpublished(ORPHANED_AFTER).await?;
        let orders = self.order(&mut tick).await?;
        let feeds: Vec<Uuid> = orphans
            .iter()
            .map(|(feed, _)| *feed)
            .chain(orders.iter().map(|order| order.feed))
            .collect();
        let jobs = tick.job_prepare(&feeds).await?;
        tick.commit().await?;
        self.made.set(mark);
        let mut orders: HashMap<Uuid, Order> = orders
            .into_iter()
            .map(|order| (order.feed, order))
            .collect();
        Ok(Decided::Jobs(
            jobs.into_iter()
                .map(|job| {
                    let order = orders.remove(&job.feed);
                    (job, order)
                })
                .collect(),
        ))
    }

    async fn order(&mut self, tick: &mut Tick) -> Result<Vec<Order>, store::Error> {
        let feeds = tick.feed_list().await?;
        let cycle = Duration::try_from(self.settings.cycle).unwrap_or_default();
        let gaps = self.gaps.decide(tick, &feeds, cycle).await?;
        let state = State {
            feeds,
            gaps,
            settings: self.settings,
        };
        let mut orders = plan(tick.now(), &state);
        let runs: Vec<NewRun> = orders.iter().map(new_run).collect();
        let ordered: HashSet<Uuid> = tick.run_order(&runs).await?.into_iter().collect();
        let mut dues = reschedule(tick.now(), &state);
        dues.retain(|(feed, _)| !ordered.contains(feed));
        tick.feed_reschedule(&dues).await?;
        orders.retain(|order| ordered.contains(&order.feed));
        Ok(orders)
    }
}

fn new_run(order: &Order) -> NewRun {
    NewRun {
        feed: order.feed,
        epoch: order.epoch,
        lost: order.lost,
        priority: order.priority,
        due_at: order.due_at,
    }
}
