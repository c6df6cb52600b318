//! The world's time: it begins at a constant instant, so that the seeded past is the same in every run, and passes as ours does.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Instant, SystemTime},
};

use jiff::{SignedDuration, Timestamp};

/// The instant at which every world starts: everything seeded lies before it, everything changed on request after it.
pub const START: &str = "2026-11-02T09:00:00Z";

/// The world's clock, shared by all who hold a clone.
#[derive(Clone, Debug)]
pub struct Clock {
    start: Timestamp,
    began: Instant,
    /// Our own time at the start: what is signed for others to check is dated by it.
    began_outside: Timestamp,
    skipped_microseconds: Arc<AtomicI64>,
}

impl Default for Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that all others are given"
    )]
    fn default() -> Self {
        Self {
            start: start(),
            began: Instant::now(),
            began_outside: Timestamp::try_from(SystemTime::now()).unwrap_or_default(),
            skipped_microseconds: Arc::default(),
        }
    }
}

impl Clock {
    /// The world's now, in the 100 nanosecond steps of the service.
    pub fn now(&self) -> Timestamp {
        let skipped =
            SignedDuration::from_micros(self.skipped_microseconds.load(Ordering::Relaxed));
        let passed = SignedDuration::try_from(self.began.elapsed()).unwrap_or_default();
        let nanoseconds = (self.start + passed + skipped).as_nanosecond();
        Timestamp::from_nanosecond(nanoseconds - nanoseconds % 100).unwrap_or(self.start)
    }

    /// The time of those outside, who compare what a token says of itself with their own clocks; it skips nothing.
    pub fn outside(&self) -> Timestamp {
        self.began_outside + SignedDuration::try_from(self.began.elapsed()).unwrap_or_default()
    }

    /// Lets time pass at once.
    pub fn skip(&self, by: SignedDuration) {
        let microseconds = i64::try_from(by.as_micros()).unwrap_or_default();
        self.skipped_microseconds
            .fetch_add(microseconds, Ordering::Relaxed);
    }
}

/// [`START`] as a timestamp.
pub fn start() -> Timestamp {
    START.parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_clock_stands_at_the_start_and_skips_on_request() {
        let clock = Clock::default();
        assert!(clock.now() < start() + SignedDuration::from_secs(60));
        clock.skip(SignedDuration::from_hours(5));
        assert!(clock.now() >= start() + SignedDuration::from_hours(5));
    }
}
