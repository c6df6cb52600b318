//! Whether a row says what it should.
//!
//! The ground truth tells fields by their proto names. What it leaves out is not compared; what it tells as null must be
//! absent. Null, an empty text and an empty list are the same. An identity is one object here and four columns there.
//! JSON is compared as JSON, moments as moments, and lists regardless of their order unless the order means something.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Field;

const IDENTITY: [&str; 4] = ["id", "display_name", "unique_name", "descriptor"];
/// Not told by all, or told elsewhere.
const NOT_COMPARED: [&str; 2] = ["extra", "is_container"];
/// The only lists whose order means something: the first parent is the branch that was merged into.
const ORDERED: [&str; 1] = ["parents"];
/// Longer values are cut when they are shown.
const SHOWN: usize = 120;

/// The fields that differ.
pub(super) fn differences(expected: &Value, found: &Value) -> Vec<Field> {
    let mut fields = Vec::new();
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            members("", expected, found, &mut fields);
        }
        _ => value("", expected, found, &mut fields),
    }
    fields
}

/// Compares the members that are told.
fn members(
    path: &str,
    told: &Map<String, Value>,
    found: &Map<String, Value>,
    fields: &mut Vec<Field>,
) {
    for (name, expected) in told {
        // In a person, being a group is not kept; in a reviewer it is, as in every list item.
        if NOT_COMPARED.contains(&name.as_str()) && !found.contains_key(name) {
            continue;
        }
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        let flat = IDENTITY.map(|part| format!("{name}_{part}"));
        match expected {
            Value::Object(identity) if is_identity(identity) && !found.contains_key(name) => {
                for (part, name) in IDENTITY.iter().zip(&flat) {
                    let expected = identity.get(*part).unwrap_or(&Value::Null);
                    value(
                        &format!("{path}.{part}"),
                        expected,
                        found.get(name).unwrap_or(&Value::Null),
                        fields,
                    );
                }
            }
            // Nobody: none of the four columns, unless one is a field of its own.
            Value::Null if !found.contains_key(name) => {
                for flat in flat.iter().filter(|flat| !told.contains_key(*flat)) {
                    value(
                        flat,
                        &Value::Null,
                        found.get(flat).unwrap_or(&Value::Null),
                        fields,
                    );
                }
            }
            _ => value(
                &path,
                expected,
                found.get(name).unwrap_or(&Value::Null),
                fields,
            ),
        }
    }
}

fn value(path: &str, expected: &Value, found: &Value, fields: &mut Vec<Field>) {
    if is_empty(expected) && is_empty(found) {
        return;
    }
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => members(path, expected, found, fields),
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            list(path, expected, found, fields);
        }
        // JSON text that only one side has parsed.
        (Value::Object(_) | Value::Array(_), Value::String(text)) => {
            match serde_json::from_str(text) {
                Ok(parsed @ (Value::Object(_) | Value::Array(_))) => {
                    value(path, expected, &parsed, fields);
                }
                _ => fields.push(field(path, expected, found)),
            }
        }
        (Value::String(text), Value::Object(_) | Value::Array(_)) => {
            match serde_json::from_str(text) {
                Ok(parsed @ (Value::Object(_) | Value::Array(_))) => {
                    value(path, &parsed, found, fields);
                }
                _ => fields.push(field(path, expected, found)),
            }
        }
        _ if is_same(expected, found) => {}
        _ => fields.push(field(path, expected, found)),
    }
}

/// Compares lists of one length: items against their like where they have keys, else in order, else as sets.
fn list(path: &str, expected: &[Value], found: &[Value], fields: &mut Vec<Field>) {
    let at = |place: usize| format!("{path}[{place}]");
    if let (Some(_), Some(found)) = (by_key(expected), by_key(found)) {
        for (place, item) in expected.iter().enumerate() {
            let like = item_key(item).and_then(|key| found.get(&key).copied());
            value(&at(place), item, like.unwrap_or(&Value::Null), fields);
        }
        return;
    }
    let mut in_order = Vec::new();
    for (place, (expected, found)) in expected.iter().zip(found).enumerate() {
        value(&at(place), expected, found, &mut in_order);
    }
    let name = path.rsplit('.').next().unwrap_or(path);
    if in_order.is_empty() || ORDERED.contains(&name) {
        return fields.extend(in_order);
    }
    let mut left: Vec<&Value> = found.iter().collect();
    let mut unmatched = Vec::new();
    for (place, expected) in expected.iter().enumerate() {
        let matching = left.iter().position(|found| {
            let mut fields = Vec::new();
            value("", expected, found, &mut fields);
            fields.is_empty()
        });
        match matching {
            Some(at) => drop(left.swap_remove(at)),
            None => unmatched.push((place, expected)),
        }
    }
    for ((place, expected), found) in unmatched.into_iter().zip(left) {
        value(&at(place), expected, found, fields);
    }
}

/// The items by their keys, if each has one of its own.
fn by_key(items: &[Value]) -> Option<HashMap<String, &Value>> {
    let keyed: HashMap<_, _> = items
        .iter()
        .map(|item| Some((item_key(item)?, item)))
        .collect::<Option<_>>()?;
    (keyed.len() == items.len()).then_some(keyed)
}

/// What an item of a list is known by. A record of a timeline comes again with each attempt.
fn item_key(item: &Value) -> Option<String> {
    let key = ["id", "path", "name"]
        .iter()
        .find_map(|name| item.get(*name).filter(|key| !is_empty(key)))?;
    Some(format!("{key} {}", item["attempt"]))
}

fn is_same(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Number(one), Value::Number(other)) => {
            one == other
                || matches!((one.as_f64(), other.as_f64()), (Some(one), Some(other)) if one.total_cmp(&other).is_eq())
        }
        (Value::String(one), Value::String(other)) => {
            one == other || is_same_moment(one, other) || is_same_guid(one, other)
        }
        _ => expected == found,
    }
}

fn is_same_moment(one: &str, other: &str) -> bool {
    let moment = |text: &str| {
        text.parse::<Timestamp>()
            .map(Timestamp::as_microsecond)
            .ok()
    };
    moment(one).is_some_and(|one| moment(other) == Some(one))
}

fn is_same_guid(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) && Uuid::parse_str(one).is_ok()
}

fn is_identity(members: &Map<String, Value>) -> bool {
    members.contains_key("descriptor") && members.contains_key("display_name")
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn field(path: &str, expected: &Value, found: &Value) -> Field {
    Field {
        path: path.to_owned(),
        expected: shown(expected),
        found: shown(found),
    }
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::Array(items) if !items.is_empty() => format!("{} items: {value}", items.len()),
        _ => value.to_string(),
    };
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(expected: &Value, found: &Value, paths: &[&str]) {
        let fields = differences(expected, found);
        let found_paths: Vec<_> = fields.iter().map(|field| field.path.as_str()).collect();
        assert_eq!(found_paths, paths, "{expected} and {found}: {fields:?}");
    }

    #[test]
    fn nothing_is_written_in_many_ways() {
        for (one, other) in [
            (json!(null), json!("")),
            (json!([]), json!(null)),
            (json!({}), json!(null)),
        ] {
            check(&json!({ "a": one }), &json!({ "a": other }), &[]);
        }
        check(&json!({ "a": null }), &json!({}), &[]);
        check(&json!({ "a": null }), &json!({ "a": false }), &["a"]);
        check(&json!({ "a": null }), &json!({ "a": 0 }), &["a"]);
    }

    #[test]
    fn what_is_not_told_is_not_compared() {
        check(&json!({ "id": 1 }), &json!({ "id": 1, "more": 2 }), &[]);
        check(
            &json!({ "id": 1, "extra": { "a": 1 } }),
            &json!({ "id": 1 }),
            &[],
        );
    }

    #[test]
    fn an_identity_is_four_columns() {
        let ada = json!({ "id": "1", "display_name": "Ada", "unique_name": "", "descriptor": "aad.1", "is_container": false });
        let row = json!({ "by_id": "1", "by_display_name": "Ada", "by_descriptor": "aad.1" });
        check(&json!({ "by": ada }), &row, &[]);
        check(
            &json!({ "by": ada }),
            &json!({ "by_id": "1", "by_display_name": "Ida" }),
            &["by.display_name", "by.descriptor"],
        );
        check(
            &json!({ "by": null }),
            &row,
            &["by_id", "by_display_name", "by_descriptor"],
        );
        check(&json!({ "by": null }), &json!({}), &[]);
    }

    #[test]
    fn json_is_compared_as_json_and_moments_as_moments() {
        check(
            &json!({ "fields": { "a": 1.0 } }),
            &json!({ "fields": "{\"a\": 1}" }),
            &[],
        );
        check(
            &json!({ "at": "2026-11-23T06:40:00Z" }),
            &json!({ "at": "2026-11-23T06:40:00.000000Z" }),
            &[],
        );
        check(
            &json!({ "at": "2026-11-23T06:40:00.1Z" }),
            &json!({ "at": "2026-11-23T06:40:00Z" }),
            &["at"],
        );
        check(
            &json!({ "id": "AB0E6D81-0000-4000-8000-000000000001" }),
            &json!({ "id": "ab0e6d81-0000-4000-8000-000000000001" }),
            &[],
        );
    }

    #[test]
    fn lists_are_sets_but_for_parents() {
        let list = |name: &str, items: Value| json!({ name: items });
        check(
            &list("labels", json!(["a", "b"])),
            &list("labels", json!(["b", "a"])),
            &[],
        );
        check(
            &list("parents", json!(["a", "b"])),
            &list("parents", json!(["b", "a"])),
            &["parents[0]", "parents[1]"],
        );
        check(
            &list("labels", json!(["a"])),
            &list("labels", json!(["a", "b"])),
            &["labels"],
        );
    }

    #[test]
    fn an_item_of_a_list_is_told_against_its_like() {
        let expected =
            json!({ "comments": [{ "id": 1, "content": "x" }, { "id": 2, "content": "y" }] });
        let found =
            json!({ "comments": [{ "id": 2, "content": "Y" }, { "id": 1, "content": "x" }] });
        check(&expected, &found, &["comments[1].content"]);
    }
}
