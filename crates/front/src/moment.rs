//! A moment, as pages show it.

use std::fmt;

use jiff::Timestamp;

/// A moment in UTC: `2026-11-23 10:15 UTC`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl Moment {
    /// As `<time datetime>` wants it.
    pub fn iso(&self) -> String {
        self.0.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0.strftime("%Y-%m-%d %H:%M UTC"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_utc() {
        let moment = Moment("2026-11-23T11:15:59+01:00".parse().unwrap());
        assert_eq!(moment.to_string(), "2026-11-23 10:15 UTC");
        assert_eq!(moment.iso(), "2026-11-23T10:15:59Z");
    }
}
