//! Between protobuf's time and jiff's.

use jiff::Timestamp;

/// To protobuf; whole microseconds, which is what PostgreSQL keeps.
pub fn from_timestamp(time: Timestamp) -> prost_types::Timestamp {
    let microseconds = time.as_microsecond();
    prost_types::Timestamp {
        seconds: microseconds.div_euclid(1_000_000),
        nanos: i32::try_from(microseconds.rem_euclid(1_000_000) * 1_000).unwrap_or_default(),
    }
}

/// From protobuf; nothing when it is outside of what a timestamp can be.
pub fn to_timestamp(time: &prost_types::Timestamp) -> Option<Timestamp> {
    Timestamp::new(time.seconds, time.nanos).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_survives_to_the_microsecond() {
        for text in [
            "2026-11-23T06:40:00.1234567Z",
            "1969-12-31T23:59:59.5Z",
            "2000-01-01T00:00:00Z",
        ] {
            let time: Timestamp = text.parse().unwrap();
            let back = to_timestamp(&from_timestamp(time)).unwrap();
            assert_eq!(back.as_microsecond(), time.as_microsecond(), "{text}");
        }
    }
}
