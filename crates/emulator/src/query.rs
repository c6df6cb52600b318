//! The query of a request: names in any case, `$top` raw or as `%24top`, a space as `+` or `%20`.

use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use crate::{date, refusal::Refusal};

/// The decoded parameters, in their order.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a raw query string.
    pub fn parse(raw: &str) -> Self {
        let decode = |text: &str| {
            percent_decode_str(&text.replace('+', " "))
                .decode_utf8_lossy()
                .into_owned()
        };
        Self(
            raw.split('&')
                .filter(|part| !part.is_empty())
                .map(|part| part.split_once('=').unwrap_or((part, "")))
                .map(|(name, value)| (decode(name), decode(value)))
                .collect(),
        )
    }

    /// The value of a parameter, if it is there and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(given, value)| given.eq_ignore_ascii_case(name) && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// The same, with or without its `searchCriteria.` prefix, which the service lets clients drop.
    pub fn criterion(&self, name: &str) -> Option<&str> {
        self.get(&format!("searchCriteria.{name}"))
            .or_else(|| self.get(name))
    }

    /// True where the parameter says so.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1")
    }

    /// A whole number; anything else there is refused.
    pub fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.get(name)
            .map(|value| parse_number(name, value))
            .transpose()
    }

    /// A whole number of a criterion.
    pub fn criterion_number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.criterion(name)
            .map(|value| parse_number(name, value))
            .transpose()
    }

    /// A date.
    pub fn time(&self, name: &str) -> Result<Option<Timestamp>, Refusal> {
        self.get(name)
            .map(|value| parse_time(name, value))
            .transpose()
    }

    /// A date of a criterion.
    pub fn criterion_time(&self, name: &str) -> Result<Option<Timestamp>, Refusal> {
        self.criterion(name)
            .map(|value| parse_time(name, value))
            .transpose()
    }

    /// The parts of a comma-separated list.
    pub fn list(&self, name: &str) -> Vec<&str> {
        self.get(name).map(parts).unwrap_or_default()
    }
}

fn parts(value: &str) -> Vec<&str> {
    value
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

fn parse_number(name: &str, value: &str) -> Result<i64, Refusal> {
    value.parse().map_err(|_| Refusal::argument(name, value))
}

fn parse_time(name: &str, value: &str) -> Result<Timestamp, Refusal> {
    date::read(value).ok_or_else(|| Refusal::argument(name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_encoding() {
        let query = Query::parse("%24top=5&searchCriteria.Status=all&ids=1,%202&empty=&a=b+c%2Bd");
        assert_eq!(query.number("$top").unwrap(), Some(5));
        assert_eq!(query.criterion("status"), Some("all"));
        assert_eq!(query.list("IDS"), ["1", "2"]);
        assert_eq!(query.get("empty"), None);
        assert_eq!(query.get("a"), Some("b c+d"));
        assert!(query.number("a").is_err());
    }
}
