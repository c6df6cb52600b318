//! The real clock.

/// What time it is. Pass this function where a clock is asked for; nothing else in Adit looks at the wall.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock; all others are given it"
)]
pub fn clock() -> jiff::Timestamp {
    jiff::Timestamp::now()
}
