//! One pace an organization and identity, shared by all fetchers.
//!
//! Azure DevOps counts per identity, not per process (PITFALLS 9), and answers that are throttled are successes with
//! `Retry-After` (PITFALLS 6). So what one process learns must hold for all: until when nothing may be sent is a value
//! in the NATS bucket `adit-pace`, which every process follows. How many requests may be in flight at once is divided
//! there too: each process keeps its name in the value while it sends requests for the identity, and takes an equal
//! share. A process that has sent none for a while leaves its share to the others, one that vanishes loses it when its
//! line is not renewed.

mod share;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use azdo::{Observation, Permit};
use bus::Bus;
use futures::{StreamExt as _, future::BoxFuture};
use jiff::Timestamp;
use tokio::{
    sync::{Notify, mpsc},
    time::{Instant, MissedTickBehavior},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use share::Share;

/// A share is renewed so often,
const RENEW: Duration = Duration::from_secs(10);
/// and lost after so long.
const LIFE: Duration = Duration::from_secs(30);
/// Who has sent nothing for so long leaves its share to the others.
const IDLE: Duration = Duration::from_secs(1);
/// Who loses the race for a value that many write tries again so often.
const TRIES: u32 = 20;

/// The paces of one process.
#[derive(Debug)]
pub(crate) struct Paces {
    bus: Bus,
    clock: fn() -> Timestamp,
    process: String,
    at_once: usize,
    domain: &'static str,
    soft: CancellationToken,
    tracker: TaskTracker,
    known: Mutex<HashMap<String, Arc<Pace>>>,
}

impl Paces {
    pub(crate) fn new(
        bus: Bus,
        clock: fn() -> Timestamp,
        at_once: usize,
        domain: &'static str,
        lifecycle: &chassis::Lifecycle,
    ) -> Self {
        Self {
            bus,
            clock,
            process: uuid::Uuid::new_v4().simple().to_string(),
            at_once,
            domain,
            soft: lifecycle.soft.clone(),
            tracker: lifecycle.tracker.clone(),
            known: Mutex::default(),
        }
    }

    /// The pace of an identity in an organization.
    pub(crate) fn of(&self, organization: uuid::Uuid, identity: &str) -> Arc<Pace> {
        let key = format!("{organization}.{identity}");
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let pace = known.entry(key.clone()).or_insert_with(|| {
            let (learned, lessons) = mpsc::channel(64);
            let pace = Arc::new(Pace {
                state: Mutex::new(State {
                    in_flight: 0,
                    most: self.at_once,
                    blocked_until: None,
                    idle_since: None,
                }),
                changed: Notify::new(),
                began: Notify::new(),
                learned,
                domain: self.domain,
            });
            let keeper = Keeper {
                bus: self.bus.clone(),
                clock: self.clock,
                process: self.process.clone(),
                at_once: self.at_once,
                key,
                pace: Arc::clone(&pace),
            };
            self.tracker.spawn(keeper.keep(lessons, self.soft.clone()));
            pace
        });
        Arc::clone(pace)
    }
}

/// The pace of one identity in one organization, as this process knows it.
#[derive(Debug)]
pub(crate) struct Pace {
    state: Mutex<State>,
    changed: Notify,
    /// The first request after an idle time.
    began: Notify,
    learned: mpsc::Sender<Duration>,
    domain: &'static str,
}

#[derive(Debug)]
struct State {
    in_flight: usize,
    most: usize,
    blocked_until: Option<Instant>,
    /// When the last request ended, while none is in flight.
    idle_since: Option<Instant>,
}

impl Pace {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a request is in flight, or was a moment ago.
    fn is_used(&self) -> bool {
        let state = self.state();
        state.in_flight > 0 || state.idle_since.is_some_and(|since| since.elapsed() < IDLE)
    }

    fn block(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut state = self.state();
        if state.blocked_until.is_none_or(|blocked| blocked < until) {
            state.blocked_until = Some(until);
        }
    }
}

/// One request in flight; gives its place back.
struct Place(Arc<Pace>);

impl Drop for Place {
    fn drop(&mut self) {
        {
            let mut state = self.0.state();
            state.in_flight -= 1;
            if state.in_flight == 0 {
                state.idle_since = Some(Instant::now());
            }
        }
        self.0.changed.notify_one();
    }
}

/// What `azdo` asks: it holds the pace by an `Arc`, which a place must outlive.
#[derive(Clone, Debug)]
pub(crate) struct SharedPace(pub(crate) Arc<Pace>);

impl azdo::Pace for SharedPace {
    fn permit(&self) -> BoxFuture<'_, Permit> {
        Box::pin(async {
            let asked = Instant::now();
            if !self.0.is_used() {
                self.0.began.notify_one();
            }
            loop {
                let changed = self.0.changed.notified();
                let blocked_until = {
                    let mut state = self.0.state();
                    let blocked = state.blocked_until.filter(|until| *until > Instant::now());
                    if blocked.is_none() && state.in_flight < state.most {
                        state.in_flight += 1;
                        break;
                    }
                    blocked
                };
                match blocked_until {
                    Some(until) => tokio::time::sleep_until(until).await,
                    None => changed.await,
                }
            }
            telemetry::metrics().pace_wait(self.0.domain, asked.elapsed());
            // Notified once for each place: if more are free, the next one in line must hear of it too.
            self.0.changed.notify_one();
            Permit::holding(Place(Arc::clone(&self.0)))
        })
    }

    fn observe(&self, observation: &Observation) {
        telemetry::metrics().request(
            observation.endpoint,
            observation.status,
            observation.elapsed,
        );
        if let Some(wait) = wait(observation) {
            self.0.block(wait);
            // When the channel is full, enough lessons are on their way already.
            let _ = self.0.learned.try_send(wait);
        }
    }
}

/// How long the identity must stay away, by what an answer says.
fn wait(observation: &Observation) -> Option<Duration> {
    if let Some(wait) = observation.retry_after {
        return Some(wait);
    }
    let limits = &observation.rate_limit;
    if let Some(delay) = limits.delay.filter(|delay| !delay.is_zero()) {
        return Some(delay);
    }
    let (limit, remaining) = (limits.limit?, limits.remaining?);
    // Below a tenth of the budget, spread what is left over the time until it is new.
    (remaining < limit / 10.0).then(|| {
        limits
            .reset_in
            .unwrap_or(Duration::from_secs(1))
            .div_f64(remaining.max(1.0))
    })
}

/// Keeps a pace and the value in the bucket alike.
struct Keeper {
    bus: Bus,
    clock: fn() -> Timestamp,
    process: String,
    at_once: usize,
    key: String,
    pace: Arc<Pace>,
}

impl Keeper {
    async fn keep(self, mut lessons: mpsc::Receiver<Duration>, soft: CancellationToken) {
        let mut look = tokio::time::interval(IDLE);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let bucket = self.bus.pace();
        let mut values = bucket.watch(&self.key);
        let mut line: Option<Instant> = None;
        loop {
            tokio::select! {
                () = soft.cancelled() => break,
                () = self.pace.began.notified(), if line.is_none() => {
                    self.write(Line::Keep, None).await;
                    line = Some(Instant::now());
                }
                _ = look.tick() => match line {
                    Some(_) if !self.pace.is_used() => {
                        self.write(Line::Leave, None).await;
                        line = None;
                    }
                    Some(kept) if kept.elapsed() >= RENEW => {
                        self.write(Line::Keep, None).await;
                        line = Some(Instant::now());
                    }
                    _ => {}
                },
                Some(wait) = lessons.recv() => {
                    self.write(Line::Keep, Some(wait)).await;
                    line = Some(Instant::now());
                }
                value = values.next() => {
                    if let Some(Ok(value)) = value {
                        self.learn(&Share::read(value.as_deref()));
                    } else {
                        // The bucket went away. Whoever provisions makes it again: ask a little later.
                        look.tick().await;
                        values = bucket.watch(&self.key);
                    }
                }
            }
        }
        if line.is_some() {
            self.write(Line::Leave, None).await;
        }
    }

    fn learn(&self, share: &Share) {
        let now = (self.clock)().as_millisecond();
        if let Some(wait) = share.blocked_for(now) {
            self.pace.block(wait);
        }
        self.pace.state().most = share.part(self.at_once, &self.process, now);
        self.pace.changed.notify_one();
    }

    /// Writes our line or takes it out, and until when nothing may be sent. Sharing is a courtesy: when it fails, the
    /// process goes on with what it knows itself.
    async fn write(&self, line: Line, wait: Option<Duration>) {
        let bucket = self.bus.pace();
        for _ in 0..TRIES {
            let entry = match bucket.get(&self.key).await {
                Ok(entry) => entry,
                Err(error) => {
                    return tracing::debug!(error = %error, "the pace is not shared at the moment");
                }
            };
            let value = entry.as_ref().and_then(|entry| entry.value.as_deref());
            let mut share = Share::read(value);
            let now = (self.clock)().as_millisecond();
            match line {
                Line::Keep => share.renew(&self.process, now, LIFE),
                Line::Leave if share.leave(&self.process) => {}
                Line::Leave => return,
            }
            if let Some(wait) = wait {
                share.block(now, wait);
            }
            let revision = entry.map(|entry| entry.revision);
            match bucket
                .compare_and_set(
                    &self.key,
                    revision,
                    share.write(),
                    LIFE.max(wait.unwrap_or_default()),
                )
                .await
            {
                Ok(Some(_)) => return self.learn(&share),
                Ok(None) => {}
                Err(error) => {
                    return tracing::debug!(error = %error, "the pace is not shared at the moment");
                }
            }
        }
    }
}

/// What becomes of our line in the value.
#[derive(Clone, Copy, Debug)]
enum Line {
    Keep,
    Leave,
}

/// Names of processes and until when they are believed to live, in milliseconds of Unix time.
type Lines = BTreeMap<String, i64>;
