//! From when on records are shown.

use bus::Since;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

/// A moment as a person gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Now,
    Beginning,
    At(Timestamp),
    Ago(SignedDuration),
}

impl Moment {
    pub(crate) fn since(self, now: Timestamp) -> Since {
        match self {
            Self::Now => Since::Now,
            Self::Beginning => Since::Beginning,
            Self::At(time) => Since::Time(time),
            // So long ago that no clock was running is the beginning.
            Self::Ago(span) => now.checked_sub(span).map_or(Since::Beginning, Since::Time),
        }
    }
}

impl std::str::FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        match text {
            "now" => return Ok(Self::Now),
            "beginning" | "all" => return Ok(Self::Beginning),
            _ => {}
        }
        if let Ok(time) = text.parse() {
            return Ok(Self::At(time));
        }
        if let Some(day) = text
            .parse::<Date>()
            .ok()
            .filter(|_| !text.contains(['T', ' ']))
        {
            let midnight = day
                .to_zoned(TimeZone::UTC)
                .map_err(|error| error.to_string())?;
            return Ok(Self::At(midnight.timestamp()));
        }
        match text.parse::<SignedDuration>() {
            Ok(span) if span.is_positive() => Ok(Self::Ago(span)),
            _ => Err(
                "write a time (2026-11-23T06:40:00Z), a day (2026-11-23), how long ago (10m, 2h 30m), `now` or `beginning`"
                    .to_owned(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let since = text.parse::<Moment>().unwrap().since(now);
        assert_eq!(since, Since::Time(expected.parse().unwrap()), "{text}");
    }

    #[test]
    fn a_moment_is_written_as_people_do() {
        check("2026-11-23T06:40:00Z", "2026-11-23T06:40:00Z");
        check("2026-11-23T06:40:00+02:00", "2026-11-23T04:40:00Z");
        check("2026-11-22", "2026-11-22T00:00:00Z");
        check("10m", "2026-11-23T11:50:00Z");
        check("2h 30m", "2026-11-23T09:30:00Z");
    }

    #[test]
    fn words_and_nonsense() {
        assert_eq!("now".parse(), Ok(Moment::Now));
        assert_eq!("beginning".parse(), Ok(Moment::Beginning));
        for nonsense in ["", "soon", "-5m", "2026-13-01"] {
            let error = nonsense.parse::<Moment>().unwrap_err();
            assert!(error.contains("2026-11-23"), "{nonsense}: {error}");
        }
    }
}
