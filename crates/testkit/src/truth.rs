//! Compares the database with the emulator's ground truth, entity by entity, record by record, field by field.

mod same;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use futures::TryStreamExt as _;
use serde_json::Value;
use store::Store;
use uuid::Uuid;
use wire::{ENTITIES, Entity};

use crate::Stack;

/// So many differences are told one by one.
const TOLD: usize = 5;

/// What comparing one entity has shown.
#[derive(Debug)]
pub struct Comparison {
    /// The entity.
    pub entity: &'static Entity,
    /// Records in the ground truth.
    pub expected: usize,
    /// Records in the database.
    pub found: usize,
    /// Records that differ, lack or are too many.
    pub different: usize,
    /// The first of them.
    pub first: Vec<Difference>,
    /// How long it took.
    pub took: Duration,
}

/// A record that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its key, as the catalogue writes it.
    pub key: String,
    /// What is the matter with it.
    pub kind: Kind,
}

/// What is the matter with a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The database lacks it.
    Missing,
    /// The ground truth does not know it.
    Unexpected,
    /// The database has it more than once.
    Repeated,
    /// These fields differ.
    Fields(Vec<Field>),
}

/// A field that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Where: `threads[2].comments[0].content`.
    pub path: String,
    /// What the ground truth says.
    pub expected: String,
    /// What the database says.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.key;
        match &self.kind {
            Kind::Missing => write!(formatter, "{key} is missing"),
            Kind::Unexpected => write!(formatter, "{key} should not be there"),
            Kind::Repeated => write!(formatter, "{key} is there more than once"),
            Kind::Fields(fields) => {
                write!(formatter, "{key}:")?;
                for Field {
                    path,
                    expected,
                    found,
                } in fields.iter().take(TOLD)
                {
                    write!(formatter, " {path} is {found}, not {expected};")?;
                }
                match fields.len().saturating_sub(TOLD) {
                    0 => Ok(()),
                    more => write!(formatter, " and {more} fields more"),
                }
            }
        }
    }
}

/// Compares an entity in the database with the ground truth of the emulator at this address.
pub async fn compare(
    store: &Store,
    organization: Uuid,
    emulator: &str,
    entity: &'static Entity,
) -> anyhow::Result<Comparison> {
    let began = Instant::now();
    let mut comparing = Comparing::new(entity);
    each_row(emulator, entity.name, |row| comparing.expect(row)).await?;
    let mut rows = store.export(entity, organization);
    while let Some(row) = rows
        .try_next()
        .await
        .with_context(|| format!("read {} from the database", entity.name))?
    {
        comparing.find(&row);
    }
    Ok(Comparison {
        took: began.elapsed(),
        ..comparing.end()
    })
}

/// Names of the entities that the emulator has a ground truth for.
pub async fn entities(emulator: &str) -> anyhow::Result<Vec<String>> {
    let list: Value = client()?
        .get(format!("{emulator}/_emulator/truth"))
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    let list = list.as_array().context("the emulator lists its entities")?;
    Ok(list
        .iter()
        .filter_map(|one| one["entity"].as_str())
        .map(str::to_owned)
        .collect())
}

impl Stack {
    /// Fails unless every entity in the database equals the ground truth.
    pub async fn assert_equal_to_truth(&self) -> anyhow::Result<()> {
        let mut report = Vec::new();
        for entity in ENTITIES {
            let emulator = &self.emulator;
            let comparison =
                compare(&self.store, emulator.organization_id, &emulator.url, entity).await?;
            if comparison.different > 0 {
                report.push(comparison.to_string());
            }
        }
        if report.is_empty() {
            return Ok(());
        }
        bail!(
            "the database differs from the ground truth\n{}",
            report.join("\n")
        )
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            entity,
            expected,
            found,
            different,
            first,
            took: _,
        } = self;
        write!(
            formatter,
            "{}: {expected} expected, {found} found, {different} different",
            entity.name
        )?;
        for difference in first {
            write!(formatter, "\n  {difference}")?;
        }
        Ok(())
    }
}

/// An entity that is being compared: first all that is expected, then all that is found.
#[derive(Debug)]
struct Comparing {
    key: &'static [&'static str],
    expected: HashMap<String, Value>,
    /// Expected and found already.
    met: HashSet<String>,
    comparison: Comparison,
}

impl Comparing {
    fn new(entity: &'static Entity) -> Self {
        Self {
            key: key(entity),
            expected: HashMap::new(),
            met: HashSet::new(),
            comparison: Comparison {
                entity,
                expected: 0,
                found: 0,
                different: 0,
                first: Vec::new(),
                took: Duration::ZERO,
            },
        }
    }

    fn expect(&mut self, row: Value) {
        self.comparison.expected += 1;
        self.expected.insert(self.key_of(&row), row);
    }

    fn find(&mut self, row: &Value) {
        self.comparison.found += 1;
        let key = self.key_of(row);
        match self.expected.remove(&key) {
            Some(expected) => {
                let fields = same::differences(&expected, row);
                self.met.insert(key.clone());
                if !fields.is_empty() {
                    self.differs(key, Kind::Fields(fields));
                }
            }
            None if self.met.contains(&key) => self.differs(key, Kind::Repeated),
            None => self.differs(key, Kind::Unexpected),
        }
    }

    fn end(mut self) -> Comparison {
        let mut missing: Vec<_> = std::mem::take(&mut self.expected).into_keys().collect();
        missing.sort_unstable();
        for key in missing {
            self.differs(key, Kind::Missing);
        }
        self.comparison
    }

    fn differs(&mut self, key: String, kind: Kind) {
        self.comparison.different += 1;
        if self.comparison.first.len() < TOLD {
            self.comparison.first.push(Difference { key, kind });
        }
    }

    fn key_of(&self, row: &Value) -> String {
        let part = |name: &&str| match &row[*name] {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        self.key.iter().map(part).collect::<Vec<_>>().join("/")
    }
}

/// The fields of an entity's key, in the catalogue's order.
fn key(entity: &Entity) -> &'static [&'static str] {
    match entity.name {
        "fields" => &["reference_name"],
        "work_item_types" | "work_item_type_categories" => &["project_id", "reference_name"],
        "work_item_revisions" => &["id", "rev"],
        "work_item_links" => &["source_id", "target_id", "rel"],
        "refs" => &["repository_id", "name"],
        "commits" => &["repository_id", "commit_id"],
        "pull_requests" | "pull_request_threads" | "pull_request_descriptions" => {
            &["pull_request_id"]
        }
        "timelines" => &["build_id"],
        "changesets" | "changeset_details" => &["changeset_id"],
        "tfvc_branches" => &["project_id", "path"],
        _ => &["id"],
    }
}

/// Reads the ground truth of an entity row by row: of a large organization it is too much for one buffer.
async fn each_row(emulator: &str, entity: &str, mut row: impl FnMut(Value)) -> anyhow::Result<()> {
    let url = format!("{emulator}/_emulator/truth/{entity}");
    let reading = || format!("read the ground truth of {entity}");
    let mut answer = client()?
        .get(url)
        .send()
        .await?
        .error_for_status()
        .with_context(reading)?;
    let mut rest = Vec::new();
    while let Some(chunk) = answer.chunk().await.with_context(reading)? {
        rest.extend_from_slice(&chunk);
        let Some(end) = rest.iter().rposition(|byte| *byte == b'\n') else {
            continue;
        };
        for line in rest[..end]
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            row(serde_json::from_slice(line).with_context(reading)?);
        }
        rest.drain(..=end);
    }
    if rest.is_empty() {
        Ok(())
    } else {
        bail!("the ground truth of {entity} was cut")
    }
}

fn client() -> anyhow::Result<reqwest::Client> {
    let builder = reqwest::Client::builder()
        .no_proxy()
        .connect_timeout(Duration::from_secs(10));
    // The ground truth of a large organization takes a while, so the whole has more time than a step of it.
    builder
        .read_timeout(Duration::from_mins(2))
        .timeout(Duration::from_mins(20))
        .build()
        .context("make an HTTP client")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(expected: &[Value], found: &[Value]) -> Comparison {
        let mut comparing = Comparing::new(wire::entity("teams").unwrap());
        expected
            .iter()
            .cloned()
            .for_each(|row| comparing.expect(row));
        for row in found {
            comparing.find(row);
        }
        comparing.end()
    }

    #[test]
    fn equal_rows_in_any_order_are_equal() {
        let (one, two) = (
            json!({ "id": "1", "name": "a" }),
            json!({ "id": "2", "name": "" }),
        );
        let comparison = check(&[one.clone(), two], &[json!({ "id": "2" }), one]);
        assert_eq!(
            (comparison.different, comparison.expected, comparison.found),
            (0, 2, 2)
        );
    }

    #[test]
    fn each_kind_of_difference_is_told_with_its_key() {
        let row = |id: &str, name: &str| json!({ "id": id, "name": name });
        let expected = [row("changed", "a"), row("missing", "b"), row("twice", "c")];
        let found = [
            row("changed", "A"),
            row("twice", "c"),
            row("twice", "c"),
            row("strange", "d"),
        ];
        let comparison = check(&expected, &found);
        assert_eq!(
            comparison.to_string(),
            "teams: 3 expected, 4 found, 4 different\n  changed: name is \"A\", not \"a\";\n  \
             twice is there more than once\n  strange should not be there\n  missing is missing"
        );
    }
}
