//! Versions, as servers tell them.

use std::fmt;

/// Major, minor and patch; PostgreSQL has no third.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

impl Version {
    /// Reads the answer to `--version`: the first word of it that begins with a number, after a `v` perhaps.
    pub(crate) fn find(text: &str) -> Option<Self> {
        text.split_whitespace()
            .find_map(|word| Self::parse(word.strip_prefix('v').unwrap_or(word)))
    }

    fn parse(word: &str) -> Option<Self> {
        // "16beta1" and "2.12.0-RC.1" are 16 and 2.12.0 here.
        let number = |part: &str| {
            part.split(|character: char| !character.is_ascii_digit())
                .next()?
                .parse()
                .ok()
        };
        let mut parts = word.split('.');
        let major = number(parts.next()?)?;
        Some(Self(
            major,
            parts.next().and_then(number).unwrap_or(0),
            parts.next().and_then(number).unwrap_or(0),
        ))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_servers_say() {
        for (text, expected) in [
            ("nats-server: v2.15.1\n", Some(Version(2, 15, 1))),
            ("nats-server: v2.12.0-RC.1", Some(Version(2, 12, 0))),
            (
                "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)",
                Some(Version(15, 18, 0)),
            ),
            ("postgres (PostgreSQL) 18beta2", Some(Version(18, 0, 0))),
            ("command not found", None),
        ] {
            assert_eq!(Version::find(text), expected, "{text}");
        }
    }
}
