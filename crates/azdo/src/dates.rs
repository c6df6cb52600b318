//! Dates as Azure DevOps writes them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// What a date says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Date {
    At(Timestamp),
    /// "never", "open" or "not set": year 1 to 1900, or 9999.
    Never,
    /// No date at all.
    Unreadable,
}

/// Lenient: 0 to 7 fractional digits, `Z`, an offset, or no zone at all, which means UTC.
pub(crate) fn date(text: &str) -> Date {
    let text = text.trim();
    if text.is_empty() {
        return Date::Never;
    }
    let year = text.split('-').next().and_then(|year| year.parse().ok());
    match year {
        Some(0..=1900 | 9999) if text.len() >= 10 => Date::Never,
        _ => parsed(text).map_or(Date::Unreadable, Date::At),
    }
}

fn parsed(text: &str) -> Option<Timestamp> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    let civil: DateTime = text.parse().ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

/// As a query parameter, to the tick of 100 ns that Azure DevOps counts in, rounded down.
pub(crate) fn parameter(timestamp: Timestamp) -> String {
    format!("{timestamp:.7}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_was_ever_recorded_is_read() {
        let at = |text: &str| Date::At(text.parse().unwrap());
        for (given, wanted) in [
            (
                "2026-04-01T10:46:36.7230431Z",
                at("2026-04-01T10:46:36.7230431Z"),
            ),
            (
                "2014-05-12T22:23:07.727+00:00",
                at("2014-05-12T22:23:07.727Z"),
            ),
            (
                "2014-05-12T22:23:07.727+02:00",
                at("2014-05-12T20:23:07.727Z"),
            ),
            ("2017-11-20T13:18:01Z", at("2017-11-20T13:18:01Z")),
            ("2017-11-20T13:18:01.3Z", at("2017-11-20T13:18:01.3Z")),
            ("2017-11-20T13:18:01", at("2017-11-20T13:18:01Z")),
            ("2017-11-20T13:18:01.89", at("2017-11-20T13:18:01.89Z")),
            ("2017-11-20", at("2017-11-20T00:00:00Z")),
            ("2016-12-31T23:59:60Z", at("2016-12-31T23:59:59Z")),
            ("0001-01-01T00:00:00", Date::Never),
            ("0001-01-01T00:00:00Z", Date::Never),
            ("0001-01-01T08:00:00Z", Date::Never),
            ("1753-01-01T00:00:00Z", Date::Never),
            ("1900-01-01T00:00:00Z", Date::Never),
            ("9999-01-01T00:00:00Z", Date::Never),
            ("9999-12-31T23:59:59.9999999Z", Date::Never),
            ("", Date::Never),
            (" ", Date::Never),
            ("yesterday", Date::Unreadable),
            ("2017-13-20T13:18:01Z", Date::Unreadable),
            ("1", Date::Unreadable),
        ] {
            assert_eq!(date(given), wanted, "{given:?}");
        }
    }

    #[test]
    fn a_parameter_has_ticks_and_never_lies_later() {
        let parameter = parameter("2026-04-01T10:46:36.723043199Z".parse().unwrap());
        assert_eq!(parameter, "2026-04-01T10:46:36.7230431Z");
    }
}
