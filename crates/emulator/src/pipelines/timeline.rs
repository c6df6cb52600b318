//! The timeline of a build: its stages, phases, jobs, tasks and checkpoints, in all attempts.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::date;

/// A timeline; those of earlier attempts hold what was retried.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    pub id: Uuid,
    pub change_id: i64,
    pub changed: Timestamp,
    /// None where the service writes `null`.
    pub records: Option<Vec<Record>>,
    pub earlier: Vec<Timeline>,
}

/// A record.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// The same in every build of the definition.
    pub id: Uuid,
    pub parent: Option<Uuid>,
    pub kind: &'static str,
    pub name: String,
    pub ref_name: Option<String>,
    pub identifier: Option<String>,
    pub started: Option<Timestamp>,
    pub finished: Option<Timestamp>,
    pub state: &'static str,
    pub result: Option<&'static str>,
    pub result_code: Option<String>,
    pub change_id: i64,
    pub worker: Option<String>,
    pub queue: Option<i64>,
    pub order: i64,
    pub percent: Option<i64>,
    pub issues: Vec<Issue>,
    pub log: Option<i64>,
    pub task: Option<Task>,
    pub attempt: i64,
    pub previous: Vec<Previous>,
}

/// What a task complained of.
#[derive(Clone, Debug)]
pub(super) struct Issue {
    pub is_error: bool,
    pub message: String,
}

/// A task of the catalogue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task {
    pub id: Uuid,
    pub name: &'static str,
    pub version: &'static str,
}

/// Where an earlier attempt of a record is.
#[derive(Clone, Debug)]
pub(super) struct Previous {
    pub attempt: i64,
    pub timeline: Uuid,
    pub record: Uuid,
}

impl Issue {
    fn json(&self) -> Value {
        let (kind, logged) = if self.is_error {
            ("error", "1")
        } else {
            ("warning", "2")
        };
        json!({
            "type": kind,
            "category": "General",
            "message": self.message,
            "data": { "type": kind, "logFileLineNumber": logged },
        })
    }
}

impl Record {
    /// Errors and warnings.
    pub(super) fn counts(&self) -> (usize, usize) {
        let errors = self.issues.iter().filter(|issue| issue.is_error).count();
        (errors, self.issues.len() - errors)
    }

    /// The issues as they are written.
    pub(super) fn issues_json(&self) -> Value {
        self.issues.iter().map(Issue::json).collect()
    }

    /// Where earlier attempts are, as it is written.
    pub(super) fn previous_json(&self) -> Value {
        let previous = self.previous.iter();
        previous.map(|previous| json!({ "attempt": previous.attempt, "timelineId": previous.timeline, "recordId": previous.record })).collect()
    }

    fn json(&self, build: &str) -> Value {
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        let (errors, warnings) = self.counts();
        put("previousAttempts", self.previous_json());
        put("id", json!(self.id));
        put("parentId", json!(self.parent));
        put("type", json!(self.kind));
        put("name", json!(self.name));
        put("startTime", json!(self.started.map(date::sent)));
        put("finishTime", json!(self.finished.map(date::sent)));
        put("currentOperation", Value::Null);
        put("percentComplete", json!(self.percent));
        put("state", json!(self.state));
        put("result", json!(self.result));
        put("resultCode", json!(self.result_code));
        put("changeId", json!(self.change_id));
        put("lastModified", json!(date::NEVER));
        put("workerName", json!(self.worker));
        if let Some(queue) = self.queue {
            put("queueId", json!(queue));
        }
        put("order", json!(self.order));
        put("details", Value::Null);
        put("errorCount", json!(errors));
        put("warningCount", json!(warnings));
        if !self.issues.is_empty() {
            put("issues", self.issues_json());
        }
        put("url", Value::Null);
        let log = self.log.map(
            |id| json!({ "id": id, "type": "Container", "url": format!("{build}/logs/{id}") }),
        );
        put("log", json!(log));
        let task = self
            .task
            .map(|task| json!({ "id": task.id, "name": task.name, "version": task.version }));
        put("task", json!(task));
        put("attempt", json!(self.attempt));
        put("identifier", json!(self.identifier));
        if let Some(name) = &self.ref_name {
            put("refName", json!(name));
        }
        Value::Object(members)
    }
}

/// Who changes timelines.
pub(super) const SERVICE: &str = "00000002-0000-8888-8000-000000000000";

impl Timeline {
    /// The answer's object; `build` is the address of the build.
    pub(super) fn json(&self, build: &str) -> Value {
        let records = self.records.as_ref();
        let records = records.map(|records| {
            records
                .iter()
                .map(|record| record.json(build))
                .collect::<Vec<_>>()
        });
        json!({
            "records": records,
            "lastChangedBy": SERVICE,
            "lastChangedOn": date::sent(self.changed),
            "id": self.id,
            "changeId": self.change_id,
            "url": format!("{build}/Timeline/{}", self.id),
        })
    }
}
