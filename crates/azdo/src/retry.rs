//! How long to wait before the same question is asked again.

use std::time::Duration;

use rand::RngExt as _;

/// How failures are repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How often a request is sent at most.
    pub tries: u32,
    /// The longest wait after the first failure; it doubles with each.
    pub first: Duration,
    /// The longest wait after any failure.
    pub longest: Duration,
    /// The wait when we are over the limit and are not told for how long.
    pub throttled: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 6,
            first: Duration::from_secs(1),
            longest: Duration::from_mins(1),
            throttled: Duration::from_mins(5),
        }
    }
}

impl Patience {
    /// Full jitter: anything up to the doubled limit, so that clients that failed together do not
    /// come back together. Half of the first wait at least, or it is no wait.
    pub(crate) fn backoff(&self, failure: u32) -> Duration {
        let limit = self
            .first
            .saturating_mul(2_u32.saturating_pow(failure.saturating_sub(1)))
            .min(self.longest);
        let floor = (self.first / 2).min(limit);
        rand::rng().random_range(floor..=limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backoff_grows_to_its_limit_and_never_beyond() {
        let patience = Patience::default();
        for (failure, limit) in [(1, 1), (2, 2), (3, 4), (7, 60), (40, 60)] {
            for _ in 0..50 {
                let wait = patience.backoff(failure);
                assert!(wait >= Duration::from_millis(500));
                assert!(wait <= Duration::from_secs(limit), "{failure}: {wait:?}");
            }
        }
    }
}
