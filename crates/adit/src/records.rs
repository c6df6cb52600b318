//! `adit records tail`: the public stream of changed records, decoded.

use anyhow::Context as _;
use bus::RecordMessage;
use futures::StreamExt as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use wire::{Domain, Entity, subject};

use crate::output::{self, Output};
use crate::remote::Caller;
use crate::since::Moment;
use crate::table::{cut, escaped};
use crate::{Remote, connection, dynamic, http, project, sync};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Shows each record that was created, updated or deleted, until Ctrl-C
    Tail(Tail),
}

/// What `adit records tail` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Tail {
    /// Only this organization, by guid, or by name, which is looked up at --url
    #[arg(long)]
    organization: Option<String>,

    /// Only this project, by name or guid
    #[arg(long)]
    project: Option<String>,

    /// Only this domain: boards, git, pipelines or tfvc
    #[arg(long)]
    domain: Option<Domain>,

    /// Only this entity; `adit entities` lists them
    #[arg(long, value_parser = sync::entity)]
    entity: Option<&'static Entity>,

    /// From when on: a time, a day, how long ago (10m), `now` or `beginning`
    #[arg(long, default_value = "now", value_name = "WHEN")]
    since: Moment,

    /// End after so many records
    #[arg(long, value_name = "N")]
    count: Option<usize>,

    #[command(flatten)]
    remote: Remote,

    #[command(flatten)]
    http: http::Address,

    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(command: Command, clock: fn() -> Timestamp) -> anyhow::Result<()> {
    let Command::Tail(tail) = command;
    tail.run(clock).await
}

impl Tail {
    async fn run(self, clock: fn() -> Timestamp) -> anyhow::Result<()> {
        let caller = self.remote.connect().await?;
        let filter = self.filter(&caller).await?;
        let mut records = caller.bus().tail(filter, self.since.since(clock()));
        if !self.output.is_json() {
            output::text(&format!(
                "{}\n",
                line(["TIME", "OPERATION", "ENTITY", "KEY", "WHAT"])
            ))?;
        }
        let mut left = self.count.unwrap_or(usize::MAX);
        while left > 0
            && let Some(message) = records.next().await
        {
            let changed = Changed::read(&message.context("the stream of records has ended")?)?;
            if self.output.is_json() {
                output::line(&changed.json(), false)?;
            } else {
                output::text(&format!("{}\n", changed.line()))?;
            }
            left -= 1;
        }
        Ok(())
    }

    async fn filter(&self, caller: &Caller) -> anyhow::Result<String> {
        let organization = match &self.organization {
            Some(name) => Some(connection::find_organization(&self.http, name).await?),
            None => None,
        };
        let project = match &self.project {
            Some(name) => Some(project::find(caller.bus(), organization, name).await?),
            None => None,
        };
        Ok(subject::records(
            organization,
            project,
            self.domain,
            self.entity,
        ))
    }
}

/// A record that changed.
#[derive(Debug)]
struct Changed {
    time: Timestamp,
    sequence: u64,
    operation: String,
    key: String,
    hash: String,
    place: Place,
    /// How many bytes the record has, where a message could not hold them.
    omitted: Option<String>,
    record: Value,
}

/// What a subject tells: `adit.records.v1.<organization>.<project>.<domain>.<entity>`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Place {
    organization: String,
    project: String,
    domain: String,
    entity: String,
}

impl Place {
    fn read(subject: &str) -> Self {
        let mut tokens = subject.split('.').skip(3).map(str::to_owned);
        let mut next = || tokens.next().unwrap_or_default();
        let (organization, project, domain, entity) = (next(), next(), next(), next());
        Self {
            organization,
            project: if project == "-" {
                String::new()
            } else {
                project
            },
            domain,
            entity: wire::entity(&entity).map_or(entity, |entity: &Entity| entity.name.to_owned()),
        }
    }
}

impl Changed {
    fn read(message: &RecordMessage) -> anyhow::Result<Self> {
        let header = |name: &str| message.headers.get(name).cloned().unwrap_or_default();
        let content_type = header("Content-Type");
        let name = dynamic::message_type(&content_type)
            .with_context(|| format!("the record {} does not say what it is", message.sequence))?;
        Ok(Self {
            time: message.time,
            sequence: message.sequence,
            operation: header("Adit-Operation"),
            key: header("Adit-Key"),
            hash: header("Adit-Hash"),
            place: Place::read(&message.subject),
            omitted: message.headers.get("Adit-Omitted").cloned(),
            record: match message.payload.as_ref() {
                // What was deleted, and what is too large for a message, is told by its key alone.
                b"" => Value::Null,
                payload => dynamic::json(name, payload, dynamic::Unset::LeftOut)?,
            },
        })
    }

    fn json(&self) -> Value {
        json!({
            "time": self.time.to_string(),
            "sequence": self.sequence,
            "operation": self.operation,
            "organization_id": self.place.organization,
            "project_id": self.place.project,
            "domain": self.place.domain,
            "entity": self.place.entity,
            "key": self.key,
            "hash": self.hash,
            "record": self.record,
        })
    }

    fn line(&self) -> String {
        let time = self.time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let what = match &self.omitted {
            Some(bytes) => {
                format!("({bytes} bytes, too large for a message: look it up by its key)")
            }
            None => what(&self.record),
        };
        line([&time, &self.operation, &self.place.entity, &self.key, &what])
    }
}

/// Rows of a table without an end: the columns cannot wait for the widest cell.
fn line(cells: [&str; 5]) -> String {
    let [time, operation, entity, key, what] = cells.map(escaped);
    let (key, what) = (cut(&key, 44), cut(&what, 80));
    format!("{time:<20}  {operation:<9}  {entity:<25}  {key:<44}  {what}")
        .trim_end()
        .to_owned()
}

/// What people would call the record.
fn what(record: &Value) -> String {
    const NAMES: [&str; 9] = [
        "title",
        "comment",
        "build_number",
        "name",
        "path",
        "reference_name",
        "rel",
        "description",
        "id",
    ];
    let text = |name: &&str| match record.get(name)? {
        Value::String(text) if !text.is_empty() => {
            Some(text.lines().next().unwrap_or_default().to_owned())
        }
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    NAMES.iter().find_map(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use wire::proto::git::v1::Commit;

    use super::*;

    fn message() -> RecordMessage {
        let commit = Commit {
            commit_id: "0be6d81".to_owned(),
            comment: "lay out the house\n\nand more".to_owned(),
            lines_added: 12,
            ..Commit::default()
        };
        let headers = [
            ("Content-Type", wire::content_type("adit.git.v1.Commit")),
            ("Adit-Operation", "created".to_owned()),
            ("Adit-Key", "r/0be6d81".to_owned()),
        ];
        RecordMessage {
            subject: "adit.records.v1.o.-.git.commits".to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
            payload: commit.encode_to_vec().into(),
            time: "2026-11-23T06:40:00.5Z".parse().unwrap(),
            sequence: 7,
        }
    }

    #[test]
    fn a_record_is_shown_with_where_it_belongs() {
        let shown = Changed::read(&message()).unwrap().json();
        assert_eq!(
            shown["record"],
            json!({ "commit_id": "0be6d81", "comment": "lay out the house\n\nand more", "lines_added": 12 })
        );
        for (name, expected) in [
            ("operation", "created"),
            ("project_id", ""),
            ("entity", "commits"),
            ("key", "r/0be6d81"),
        ] {
            assert_eq!(shown[name], expected, "{name}");
        }
    }

    #[test]
    fn a_line_says_what_people_would_call_the_record() {
        let line = Changed::read(&message()).unwrap().line();
        assert!(line.starts_with("2026-11-23T06:40:00Z  created"), "{line}");
        assert!(line.ends_with("lay out the house"), "{line}");
    }

    #[test]
    fn a_record_without_content_is_told_by_its_key() {
        let mut message = message();
        message.payload.clear();
        assert_eq!(
            Changed::read(&message).unwrap().json()["record"],
            Value::Null
        );
        message
            .headers
            .insert("Adit-Omitted".to_owned(), "2097152".to_owned());
        let line = Changed::read(&message).unwrap().line();
        assert!(
            line.contains("r/0be6d81") && line.contains("2097152 bytes"),
            "{line}"
        );
    }

    #[test]
    fn a_subject_tells_the_place() {
        let place = Place::read("adit.records.v1.o.p.boards.work-item-revisions");
        assert_eq!(
            (place.project.as_str(), place.entity.as_str()),
            ("p", "work_item_revisions")
        );
    }
}
