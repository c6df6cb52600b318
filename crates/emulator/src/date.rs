//! Dates as the service writes them, and as the ground truth has them.

use jiff::{Timestamp, tz::TimeZone};

/// "Never" without a zone: what most recorded sentinels look like.
pub const NEVER: &str = "0001-01-01T00:00:00";
/// "Never" shifted by a zone.
pub const NEVER_SHIFTED: &str = "0001-01-01T08:00:00Z";
/// "Still open": the end of a current revision.
pub const OPEN: &str = "9999-01-01T00:00:00Z";

/// As the service writes: UTC with `Z`, up to 7 fractional digits, trailing zeros cut.
pub fn sent(at: Timestamp) -> String {
    let time = at.to_zoned(TimeZone::UTC).datetime();
    let ticks = time.subsec_nanosecond() / 100;
    let seconds = time.strftime("%Y-%m-%dT%H:%M:%S");
    if ticks == 0 {
        return format!("{seconds}Z");
    }
    let fraction = format!("{ticks:07}");
    format!("{seconds}.{}Z", fraction.trim_end_matches('0'))
}

/// The same with `+00:00` in place of `Z`, as some endpoints write it.
pub fn sent_with_offset(at: Timestamp) -> String {
    sent(at).replace('Z', "+00:00")
}

/// As the ground truth has it: microseconds, the rest cut off.
pub fn stored(at: Timestamp) -> String {
    format!(
        "{:.6}",
        Timestamp::from_microsecond(at.as_microsecond()).unwrap_or_default()
    )
}

/// A date that was sent, as the ground truth has it: nothing for a sentinel.
pub fn stored_text(sent: &str) -> Option<String> {
    let at = read(sent)?;
    let year = at.to_zoned(TimeZone::UTC).year();
    (year > 1900 && year < 9999).then(|| stored(at))
}

/// As HTTP headers have it.
pub fn header(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC)
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

/// Reads a date of a query: with or without a zone, or only a day.
pub fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let local = text.parse::<jiff::civil::DateTime>().or_else(|_| {
        text.parse::<jiff::civil::Date>()
            .map(|day| day.to_datetime(jiff::civil::Time::midnight()))
    });
    local
        .ok()?
        .to_zoned(TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_zeros_are_cut() {
        for (given, expected) in [
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
            ("2026-01-02T03:04:05.120Z", "2026-01-02T03:04:05.12Z"),
            (
                "2026-01-02T03:04:05.1275996Z",
                "2026-01-02T03:04:05.1275996Z",
            ),
        ] {
            assert_eq!(sent(given.parse().unwrap()), expected);
        }
        assert_eq!(
            stored("2026-01-02T03:04:05.1275996Z".parse().unwrap()),
            "2026-01-02T03:04:05.127599Z"
        );
        assert_eq!(
            header("2026-11-02T09:00:00Z".parse().unwrap()),
            "Mon, 02 Nov 2026 09:00:00 GMT"
        );
    }

    #[test]
    fn dates_of_queries_are_read_leniently() {
        let expected = "2026-01-02T00:00:00Z".parse::<Timestamp>().unwrap();
        for given in [
            "2026-01-02",
            "2026-01-02T00:00:00",
            "2026-01-02T00:00:00Z",
            "2026-01-02T01:00:00+01:00",
        ] {
            assert_eq!(read(given), Some(expected), "{given}");
        }
        assert_eq!(read("yesterday"), None);
    }
}
