//! Seeded randomness: one stream per domain, so that a change in how one domain is made leaves the others as they were.

use jiff::Timestamp;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

/// Who draws: each has its own stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    Organization = 1,
    Git,
    Pipelines,
    Boards,
    Tfvc,
}

/// A seeded source of everything arbitrary.
#[derive(Clone, Debug)]
pub struct Random(ChaCha8Rng);

impl Random {
    /// The stream of one domain of one seed.
    pub fn new(seed: u64, stream: Stream) -> Self {
        let mut source = ChaCha8Rng::seed_from_u64(seed);
        source.set_stream(stream as u64);
        Self(source)
    }

    /// A whole number below `limit`; 0 where the limit is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        if limit == 0 {
            0
        } else {
            self.0.random_range(0..limit)
        }
    }

    /// A whole number from `first` to `last`, both included.
    pub fn between(&mut self, first: i64, last: i64) -> i64 {
        if last <= first {
            first
        } else {
            self.0.random_range(first..=last)
        }
    }

    /// True in `percent` of 100 draws.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these, which must not be none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A version 4 GUID.
    pub fn guid(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.0.random()).into_uuid()
    }

    /// Lower-case hexadecimal digits.
    pub fn hexadecimal(&mut self, digits: usize) -> String {
        (0..digits)
            .map(|_| char::from(b"0123456789abcdef"[self.below(16)]))
            .collect()
    }

    /// An instant in `[first, last)`, with as many fractional digits as the service may write.
    pub fn instant(&mut self, first: Timestamp, last: Timestamp) -> Timestamp {
        let (first, last) = (first.as_microsecond(), last.as_microsecond());
        let microseconds = self.between(first, last - 1);
        // Recorded answers carry 0 to 7 fractional digits: mostly 2 or 3, at times all 7.
        let step = *self.pick(&[1_000_000, 10_000, 1_000, 1_000, 1]);
        let rounded = (microseconds - microseconds.rem_euclid(step)).max(first);
        let ticks = if step == 1 { self.between(0, 9) } else { 0 };
        Timestamp::from_nanosecond(i128::from(rounded) * 1_000 + i128::from(ticks) * 100)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_stream_draw_the_same() {
        let draw = |seed, stream| Random::new(seed, stream).guid();
        assert_eq!(draw(7, Stream::Git), draw(7, Stream::Git));
        assert_ne!(draw(7, Stream::Git), draw(7, Stream::Boards));
        assert_ne!(draw(7, Stream::Git), draw(8, Stream::Git));
    }

    #[test]
    fn instants_keep_to_their_range() {
        let mut random = Random::new(1, Stream::Git);
        let first = crate::clock::start();
        let last = first + jiff::SignedDuration::from_secs(3);
        for _ in 0..1_000 {
            let instant = random.instant(first, last);
            assert!(instant >= first && instant < last, "{instant}");
        }
    }
}
