//! How often somebody may try: from one address, and all together.
//!
//! Each process counts by itself, so that several replicas allow several times as much.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::Timestamp;

use crate::{Problem, Visit, address};

/// A full bucket, and how long one try takes to come back.
#[derive(Clone, Copy, Debug)]
struct Rate {
    burst: i64,
    every_ms: i64,
}

/// From one address: ten at once, then one in six seconds.
const ADDRESS: Rate = Rate {
    burst: 10,
    every_ms: 6_000,
};
/// All together: a hundred at once, then five a second.
const ALL: Rate = Rate {
    burst: 100,
    every_ms: 200,
};
/// Addresses that are remembered at once. When there are more, those whose buckets are full are forgotten; if none is,
/// all together are few enough already.
const MOST: usize = 10_000;

/// Counts tries.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<State>);

/// Buckets hold the time at which they would be full again.
#[derive(Debug, Default)]
struct State {
    addresses: HashMap<IpAddr, i64>,
    all: i64,
}

impl Pace {
    /// Counts a try, or says after how many seconds to come again.
    pub(crate) fn count(&self, address: IpAddr, now: Timestamp) -> Result<(), u64> {
        let now = now.as_millisecond();
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.addresses.len() >= MOST {
            state.addresses.retain(|_, full_at| *full_at > now);
        }
        let key = address::neighbourhood(address);
        let own = state.addresses.get(&key).copied().unwrap_or_default();
        let own = ADDRESS.take(own, now)?;
        state.all = ALL.take(state.all, now)?;
        if state.addresses.len() < MOST {
            state.addresses.insert(key, own);
        }
        Ok(())
    }
}

impl Rate {
    fn take(self, full_at: i64, now: i64) -> Result<i64, u64> {
        let next = full_at.max(now) + self.every_ms;
        let wait = next - now - self.burst * self.every_ms;
        if wait > 0 {
            return Err(u64::try_from(wait).unwrap_or_default().div_ceil(1_000));
        }
        Ok(next)
    }
}

/// Take this in a handler that somebody could try again and again: sign-in, connect, callback.
#[derive(Clone, Copy, Debug)]
pub struct Limited;

impl<S: Sync> FromRequestParts<S> for Limited {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let visit = Visit::from_request_parts(parts, state).await?;
        visit
            .door
            .pace()
            .count(visit.address, visit.door.now())
            .map_err(Problem::too_many)?;
        Ok(Self)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn address(number: u32) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from(number))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    #[test]
    fn one_address_is_slowed_and_the_others_are_not() {
        let pace = Pace::default();
        for _ in 0..10 {
            assert_eq!(pace.count(address(1), at(0)), Ok(()));
        }
        assert_eq!(pace.count(address(1), at(0)), Err(6));
        assert_eq!(pace.count(address(1), at(5)), Err(1));
        assert_eq!(pace.count(address(2), at(5)), Ok(()));
        assert_eq!(pace.count(address(1), at(6)), Ok(()));
        assert_eq!(pace.count(address(1), at(6)), Err(6));
    }

    #[test]
    fn all_together_are_slowed_too() {
        let pace = Pace::default();
        let allowed = (0..1_000)
            .filter(|&number| pace.count(address(number), at(0)).is_ok())
            .count();
        assert_eq!(allowed, 100);
        assert_eq!(pace.count(address(7_000), at(1)), Ok(()));
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let pace = Pace::default();
        for number in 0..20_000_u32 {
            let _ = pace.count(address(number), at(i64::from(number)));
        }
        assert!(pace.0.lock().unwrap().addresses.len() <= MOST);
    }
}
