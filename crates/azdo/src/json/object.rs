//! One JSON object, read member by member.
//!
//! Every member is optional but the key. A member of an unexpected shape is not read, and so stays
//! among the unknown ones: nothing is lost, and nothing fails.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::dates::{Date, date};
use crate::identity::Identity;

/// Deeper JSON is not handed on: PostgreSQL and others read it recursively.
const DEEPEST: usize = 100;

/// Something that is read from one object.
pub(crate) trait Item: Sized {
    /// Fails only without its key; the text says which.
    fn read(object: Object<'_>) -> Result<Self, String>;
}

/// The default is an object without members: it stands in where none came.
#[derive(Debug, Default)]
pub(crate) struct Object<'a> {
    members: Vec<Member<'a>>,
}

#[derive(Debug)]
struct Member<'a> {
    name: Cow<'a, str>,
    value: &'a str,
    read: bool,
}

impl<'a> Object<'a> {
    /// Of two members with one name the last counts, as in PostgreSQL's `jsonb`.
    pub(crate) fn parse(json: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    fn peek(&self, name: &str) -> Option<&'a str> {
        let member = self.members.iter().rev().find(|member| member.name == name);
        member.map(|member| member.value)
    }

    /// Whether there is such a member, even null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.peek(name).is_some()
    }

    /// Whether a member was understood.
    pub(crate) fn was_read(&self, name: &str) -> bool {
        let mut members = self.members.iter();
        members.any(|member| member.read && member.name == name)
    }

    fn mark(&mut self, name: &str) {
        for member in &mut self.members {
            member.read |= member.name == name;
        }
    }

    /// Reads a member, unless its shape is not what `read` expects.
    fn read<T>(&mut self, name: &str, read: impl FnOnce(&'a str) -> Option<T>) -> Option<T> {
        let value = self.peek(name)?;
        if value == "null" {
            self.mark(name);
            return None;
        }
        let value = read(value)?;
        self.mark(name);
        Some(value)
    }

    /// Text. Numbers and booleans are taken as they are written: some enums come as numbers.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        self.read(name, text)
    }

    /// A whole number, also within a string or written `2.0`.
    pub(crate) fn int(&mut self, name: &str) -> Option<i64> {
        self.read(name, int)
    }

    /// Any number, also within a string.
    pub(crate) fn float(&mut self, name: &str) -> Option<f64> {
        self.read(name, |value| unquoted(value).parse().ok())
            .filter(|number: &f64| number.is_finite())
    }

    /// A boolean, also as "True" or "false".
    pub(crate) fn bool(&mut self, name: &str) -> Option<bool> {
        self.read(name, |value| {
            let value = unquoted(value);
            if value.eq_ignore_ascii_case("true") {
                Some(true)
            } else if value.eq_ignore_ascii_case("false") {
                Some(false)
            } else {
                None
            }
        })
    }

    /// A time. "Never" is `None` and counts as read; what is no date does not.
    pub(crate) fn time(&mut self, name: &str) -> Option<Timestamp> {
        self.read(name, |value| match date(&text(value)?) {
            Date::At(timestamp) => Some(Some(timestamp)),
            Date::Never => Some(None),
            Date::Unreadable => None,
        })
        .flatten()
    }

    /// A guid. The all-zero one means "none".
    pub(crate) fn uuid(&mut self, name: &str) -> Option<Uuid> {
        self.read(name, |value| unquoted(value).parse::<Uuid>().ok())
            .filter(|uuid| !uuid.is_nil())
    }

    pub(crate) fn identity(&mut self, name: &str) -> Option<Identity> {
        self.read(name, Identity::from_json)
    }

    /// An object within, whose other members are nobody's concern: mostly another entity.
    pub(crate) fn nested(&mut self, name: &str) -> Option<Object<'a>> {
        self.read(name, |value| Object::parse(value).ok())
    }

    /// The same, left in its place: what is not read of it stays unknown as a whole.
    pub(crate) fn look_into(&self, name: &str) -> Option<Object<'a>> {
        Object::parse(self.peek(name)?).ok()
    }

    /// The JSON text of each element of a list.
    pub(crate) fn list(&mut self, name: &str) -> Option<Vec<&'a str>> {
        self.read(name, elements)
    }

    /// A list of objects; if one of them cannot be read, the whole list stays unknown.
    pub(crate) fn items<T: Item>(&mut self, name: &str) -> Vec<T> {
        self.read(name, |value| {
            elements(value)?
                .into_iter()
                .filter(|element| *element != "null")
                .map(|element| T::read(Object::parse(element).ok()?).ok())
                .collect()
        })
        .unwrap_or_default()
    }

    /// A list of texts.
    pub(crate) fn texts(&mut self, name: &str) -> Vec<String> {
        self.read(name, |value| {
            elements(value)?.into_iter().map(text).collect()
        })
        .unwrap_or_default()
    }

    /// The JSON of an object or a list, unchanged.
    pub(crate) fn json(&mut self, name: &str) -> Option<String> {
        self.read(name, |value| {
            (value.starts_with(['{', '[']) && is_shallow(value)).then(|| value.to_owned())
        })
    }

    /// Drops a member that must not be carried, such as secrets.
    pub(crate) fn discard(&mut self, name: &str) {
        self.mark(name);
    }

    pub(crate) fn key_int(&mut self, name: &str) -> Result<i64, String> {
        self.int(name).ok_or_else(|| missing(name, self.peek(name)))
    }

    pub(crate) fn key_text(&mut self, name: &str) -> Result<String, String> {
        self.text(name)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| missing(name, self.peek(name)))
    }

    pub(crate) fn key_uuid(&mut self, name: &str) -> Result<Uuid, String> {
        self.uuid(name)
            .ok_or_else(|| missing(name, self.peek(name)))
    }

    /// All members that were not read, as a JSON object. Called last.
    pub(crate) fn rest(self) -> Result<String, String> {
        let mut rest = String::from("{");
        for (index, member) in self.members.iter().enumerate() {
            let again = self.members[index + 1..]
                .iter()
                .any(|later| later.name == member.name);
            if member.read || again {
                continue;
            }
            if !is_shallow(member.value) {
                return Err(format!("{} is nested too deeply", shown(&member.name)));
            }
            if rest.len() > 1 {
                rest.push(',');
            }
            let name = serde_json::to_string(&member.name).map_err(|error| error.to_string())?;
            rest.push_str(&name);
            rest.push(':');
            rest.push_str(member.value);
        }
        rest.push('}');
        Ok(rest)
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(32);
                while let Some((Name(name), value)) =
                    map.next_entry::<Name<'de>, &'de RawValue>()?
                {
                    members.push(Member {
                        name,
                        value: value.get(),
                        read: false,
                    });
                }
                Ok(Object { members })
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// A member's name, borrowed where it holds no escapes (serde's own `Cow` is always owned).
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

/// The text of a JSON string, number or boolean.
pub(crate) fn text(value: &str) -> Option<String> {
    match value.as_bytes().first()? {
        b'"' if value.contains('\\') => serde_json::from_str(value).ok(),
        b'"' => Some(value[1..value.len() - 1].to_owned()),
        b'{' | b'[' | b'n' => None,
        _ => Some(value.to_owned()),
    }
}

fn int(value: &str) -> Option<i64> {
    let value = unquoted(value).trim();
    value.parse().ok().or_else(|| whole(value))
}

/// `2.0` and `1e3`, as far as a float counts exactly.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the line before has proven it to be whole and small"
)]
fn whole(value: &str) -> Option<i64> {
    let number: f64 = value.parse().ok()?;
    let exact = number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
    exact.then_some(number as i64)
}

fn unquoted(value: &str) -> &str {
    let inner = value.strip_prefix('"');
    inner
        .and_then(|inner| inner.strip_suffix('"'))
        .unwrap_or(value)
}

fn elements(value: &str) -> Option<Vec<&str>> {
    let elements: Vec<&RawValue> = serde_json::from_str(value).ok()?;
    Some(elements.into_iter().map(RawValue::get).collect())
}

fn is_shallow(value: &str) -> bool {
    if !value.starts_with(['{', '[']) {
        return true;
    }
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for byte in value.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return false;
        }
    }
    true
}

fn missing(name: &str, value: Option<&str>) -> String {
    match value {
        None => format!("no {name}"),
        Some(value) => format!("{name} is {}", shown(value)),
    }
}

fn shown(value: &str) -> Cow<'_, str> {
    if value.len() <= 60 {
        return Cow::Borrowed(value);
    }
    let end = value.floor_char_boundary(60);
    Cow::Owned(format!("{}…", &value[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(json: &str) -> Object<'_> {
        Object::parse(json).unwrap()
    }

    #[test]
    fn numbers_are_read_in_every_dress() {
        for (value, wanted) in [
            ("92", Some(92)),
            (r#""92""#, Some(92)),
            ("2.0", Some(2)),
            (r#"" -7 ""#, Some(-7)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("1.5", None),
            ("1e400", None),
            ("true", None),
            ("null", None),
            ("[]", None),
            (r#""""#, None),
        ] {
            let json = format!(r#"{{"a":{value}}}"#);
            assert_eq!(object(&json).int("a"), wanted, "{value}");
        }
    }

    #[test]
    fn booleans_are_read_in_every_dress() {
        for (value, wanted) in [
            ("true", Some(true)),
            (r#""True""#, Some(true)),
            (r#""false""#, Some(false)),
            ("1", None),
            ("null", None),
        ] {
            let json = format!(r#"{{"a":{value}}}"#);
            assert_eq!(object(&json).bool("a"), wanted, "{value}");
        }
    }

    #[test]
    fn keys_are_numbers_or_guids_and_nothing_else() {
        for (value, wanted) in [
            (r#"{"id":1}"#, Ok(1)),
            (r#"{"id":-1}"#, Ok(-1)),
            (r#"{"id":"x"}"#, Err("id is \"x\"")),
            ("{}", Err("no id")),
            (r#"{"id":null}"#, Err("id is null")),
        ] {
            assert_eq!(object(value).key_int("id"), wanted.map_err(str::to_owned));
        }
        let upper = r#"{"id":"1363F331-E559-46A0-BAB9-1B9F2579B9B7"}"#;
        let id = object(upper).key_uuid("id").unwrap();
        assert_eq!(id.to_string(), "1363f331-e559-46a0-bab9-1b9f2579b9b7");
    }

    #[test]
    fn what_was_not_understood_stays_unchanged_among_the_rest() {
        let mut object = object(
            r#"{"a":"x","b": {"c":[1, 2]} ,"when":"soon","never":"0001-01-01T00:00:00","n":null,"\u0061\"":1}"#,
        );
        assert_eq!(object.text("a").as_deref(), Some("x"));
        assert_eq!(object.time("when"), None);
        assert_eq!(object.time("never"), None);
        assert_eq!(object.int("b"), None);
        assert_eq!(object.text("n"), None);
        assert_eq!(
            object.rest().unwrap(),
            r#"{"b":{"c":[1, 2]},"when":"soon","a\"":1}"#
        );
    }

    #[test]
    fn of_two_members_with_one_name_the_last_counts() {
        let mut twice = object(r#"{"a":1,"b":2,"a":3,"b":4}"#);
        assert_eq!(twice.int("a"), Some(3));
        assert_eq!(twice.rest().unwrap(), r#"{"b":4}"#);
    }

    #[test]
    fn an_odd_element_leaves_its_whole_list_as_it_is() {
        let mut odd = object(r#"{"tags":["a",{"b":1}],"ok":["a",null]}"#);
        assert!(odd.texts("tags").is_empty());
        assert_eq!(
            odd.rest().unwrap(),
            r#"{"tags":["a",{"b":1}],"ok":["a",null]}"#
        );
    }

    #[test]
    fn brackets_in_texts_are_no_depth() {
        let text = format!(r#"{{"a":["{}\"[["]}}"#, "[".repeat(500));
        assert!(object(&text).rest().is_ok());
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(101), "]".repeat(101));
        assert!(object(&deep).rest().is_err());
    }
}
