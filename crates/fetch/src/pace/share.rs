//! The shared value: until when nothing may be sent, and who sends.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::Lines;

/// The value in the bucket. Times are milliseconds of Unix time; clocks that differ by seconds do no harm, since
/// Azure DevOps tells each process itself when it is asked too early.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Share {
    #[serde(default)]
    blocked_until: i64,
    #[serde(default)]
    processes: Lines,
}

impl Share {
    /// What stands in the bucket; what cannot be read counts as nothing.
    pub(super) fn read(value: Option<&[u8]>) -> Self {
        value
            .and_then(|value| serde_json::from_slice(value).ok())
            .unwrap_or_default()
    }

    pub(super) fn write(&self) -> Bytes {
        serde_json::to_vec(self).unwrap_or_default().into()
    }

    /// Keeps the line of a process, and drops lines that were not kept.
    pub(super) fn renew(&mut self, process: &str, now: i64, life: Duration) {
        self.processes.retain(|_, until| *until > now);
        self.processes
            .insert(process.to_owned(), now + milliseconds(life));
    }

    /// Drops the line of a process. True when it had one.
    pub(super) fn leave(&mut self, process: &str) -> bool {
        self.processes.remove(process).is_some()
    }

    /// Nothing may be sent for so long.
    pub(super) fn block(&mut self, now: i64, wait: Duration) {
        self.blocked_until = self.blocked_until.max(now + milliseconds(wait));
    }

    /// For how long nothing may be sent.
    pub(super) fn blocked_for(&self, now: i64) -> Option<Duration> {
        let left = self.blocked_until.saturating_sub(now);
        u64::try_from(left)
            .ok()
            .filter(|left| *left > 0)
            .map(Duration::from_millis)
    }

    /// The part of `whole` that this process may have in flight; at least one. It counts itself before its line stands.
    pub(super) fn part(&self, whole: usize, process: &str, now: i64) -> usize {
        let others = self
            .processes
            .iter()
            .filter(|(name, until)| *name != process && **until > now)
            .count();
        (whole / (others + 1)).max(1)
    }
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Duration = Duration::from_secs(30);

    #[test]
    fn the_whole_is_divided_among_those_who_live() {
        let mut share = Share::default();
        assert_eq!(share.part(8, "two", 0), 8);
        share.renew("one", 0, LIFE);
        assert_eq!(share.part(8, "two", 10_000), 4, "its own line comes later");
        share.renew("two", 10_000, LIFE);
        assert_eq!(share.part(8, "two", 10_000), 4);
        assert_eq!(share.part(8, "two", 35_000), 8, "`one` was not renewed");
        assert_eq!(share.part(1, "two", 10_000), 1, "nobody is shut out");
    }

    #[test]
    fn who_leaves_gives_its_part_to_the_others() {
        let mut share = Share::default();
        share.renew("one", 0, LIFE);
        share.renew("two", 0, LIFE);
        assert!(share.leave("one"));
        assert!(!share.leave("one"));
        assert_eq!(share.part(8, "two", 0), 8);
    }

    #[test]
    fn a_longer_wait_wins_over_a_shorter_one() {
        let mut share = Share::default();
        share.block(0, Duration::from_mins(1));
        share.block(0, Duration::from_secs(5));
        assert_eq!(share.blocked_for(20_000), Some(Duration::from_secs(40)));
        assert_eq!(share.blocked_for(60_000), None);
    }

    #[test]
    fn the_value_survives_the_bucket_and_nonsense_is_nothing() {
        let mut share = Share::default();
        share.renew("one", 0, LIFE);
        share.block(0, LIFE);
        let read = Share::read(Some(&share.write()));
        assert_eq!(read.part(8, "two", 0), 4);
        assert_eq!(read.blocked_for(0), Some(LIFE));
        assert_eq!(Share::read(Some(b"kittens")).blocked_for(0), None);
    }
}
