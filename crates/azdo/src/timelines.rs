//! The timeline of a build: its stages, jobs and tasks.

use jiff::Timestamp;
use uuid::Uuid;

use crate::answer::{Answer, Unparsed};
use crate::client::{Client, absent};
use crate::error::Error;
use crate::json::{Item, Object, single};
use crate::paging::Unreadable;
use crate::request::Request;

/// What happened in a build, or in an earlier attempt of a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// Another one for every attempt.
    pub id: Uuid,
    /// Grows with every change.
    pub change_id: Option<i64>,
    /// The identity that changed it last.
    pub last_changed_by: Option<String>,
    /// When it was changed.
    pub last_changed_on: Option<Timestamp>,
    /// Its address in the API.
    pub url: Option<String>,
    /// In no order.
    pub records: Vec<TimelineRecord>,
    /// Records that could not be read, one by one.
    pub unreadable: Vec<Unreadable>,
    /// When the service answered, by its own clock.
    pub observed_at: Timestamp,
}

/// A stage, phase, job, task or checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineRecord {
    /// The same in every build of one definition: the key is (build, id, attempt).
    pub id: Uuid,
    /// From 1.
    pub attempt: i64,
    /// What it is part of.
    pub parent_id: Option<Uuid>,
    /// `Stage`, `Phase`, `Job`, `Task`, `Checkpoint`, `Checkpoint.Approval`, …
    pub r#type: Option<String>,
    /// The name that is shown.
    pub name: Option<String>,
    /// The name in the YAML.
    pub ref_name: Option<String>,
    /// The whole name, with those of its parents.
    pub identifier: Option<String>,
    /// When it started; never, if it was skipped.
    pub start_time: Option<Timestamp>,
    /// When it finished.
    pub finish_time: Option<Timestamp>,
    /// `pending`, `inProgress`, `completed`.
    pub state: Option<String>,
    /// `succeeded`, `succeededWithIssues`, `failed`, `canceled`, `skipped`, `abandoned`.
    pub result: Option<String>,
    /// Why, for those that were skipped.
    pub result_code: Option<String>,
    /// The agent.
    pub worker_name: Option<String>,
    /// The queue.
    pub queue_id: Option<i64>,
    /// Its place among its siblings.
    pub order: Option<i64>,
    /// 0 to 100, while it runs.
    pub percent_complete: Option<i64>,
    /// How many errors it reported.
    pub error_count: Option<i64>,
    /// How many warnings it reported.
    pub warning_count: Option<i64>,
    /// Its log.
    pub log_id: Option<i64>,
    /// The task's id.
    pub task_id: Option<Uuid>,
    /// The task's name.
    pub task_name: Option<String>,
    /// The task's version.
    pub task_version: Option<String>,
    /// Errors and warnings with their texts: a JSON list.
    pub issues: Option<String>,
    /// Where its earlier attempts are: a JSON list.
    pub previous_attempts: Option<String>,
    /// All members that have no field here: a JSON object.
    pub extra: String,
}

/// Where an earlier attempt of a record is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviousAttempt {
    /// Which one.
    pub attempt: Option<i64>,
    /// The timeline to read.
    pub timeline_id: Option<Uuid>,
    /// The record in that timeline.
    pub record_id: Option<Uuid>,
}

impl TimelineRecord {
    /// Its earlier attempts, read.
    pub fn attempts(&self) -> Vec<PreviousAttempt> {
        let Some(attempts) = &self.previous_attempts else {
            return Vec::new();
        };
        let wrapped = format!("{{\"attempts\":{attempts}}}");
        Object::parse(&wrapped)
            .map(|mut object| object.items("attempts"))
            .unwrap_or_default()
    }
}

impl Item for PreviousAttempt {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self {
            attempt: object.int("attempt"),
            timeline_id: object.uuid("timelineId"),
            record_id: object.uuid("recordId"),
        })
    }
}

impl Item for TimelineRecord {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        let mut log = object.nested("log");
        let mut task = object.nested("task");
        Ok(Self {
            id: object.key_uuid("id")?,
            attempt: object.int("attempt").unwrap_or(1),
            parent_id: object.uuid("parentId"),
            r#type: object.text("type"),
            name: object.text("name"),
            ref_name: object.text("refName"),
            identifier: object.text("identifier"),
            start_time: object.time("startTime"),
            finish_time: object.time("finishTime"),
            state: object.text("state"),
            result: object.text("result"),
            result_code: object.text("resultCode"),
            worker_name: object.text("workerName"),
            queue_id: object.int("queueId"),
            order: object.int("order"),
            percent_complete: object.int("percentComplete"),
            error_count: object.int("errorCount"),
            warning_count: object.int("warningCount"),
            log_id: log.as_mut().and_then(|log| log.int("id")),
            task_id: task.as_mut().and_then(|task| task.uuid("id")),
            task_name: task.as_mut().and_then(|task| task.text("name")),
            task_version: task.as_mut().and_then(|task| task.text("version")),
            issues: object.json("issues"),
            previous_attempts: object.json("previousAttempts"),
            extra: object.rest()?,
        })
    }
}

impl Item for Timeline {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        let mut records = Vec::new();
        let mut unreadable = Vec::new();
        // `"records": null` is a timeline without records; no `records` at all is no timeline.
        if !object.has("records") {
            return Err("no records".to_owned());
        }
        let listed = object.list("records");
        if listed.is_none() && !object.was_read("records") {
            return Err("records is no list".to_owned());
        }
        for raw in listed.unwrap_or_default() {
            let read = Object::parse(raw)
                .map_err(|error| error.to_string())
                .and_then(TimelineRecord::read);
            match read {
                Ok(record) => records.push(record),
                Err(reason) => unreadable.push(Unreadable {
                    reason,
                    raw: raw.to_owned(),
                }),
            }
        }
        Ok(Self {
            id: object.key_uuid("id")?,
            change_id: object.int("changeId"),
            last_changed_by: object.text("lastChangedBy"),
            last_changed_on: object.time("lastChangedOn"),
            url: object.text("url"),
            records,
            unreadable,
            observed_at: Timestamp::UNIX_EPOCH,
        })
    }
}

impl Client {
    /// The timeline of a build. `None`: it has none (it never started, its YAML was wrong), or the
    /// build is deleted.
    pub async fn timeline(&self, project: Uuid, build: i64) -> Result<Option<Timeline>, Error> {
        let request = Request::get(
            "{project}/_apis/build/builds/{build}/timeline",
            &[&project.to_string(), &build.to_string()],
        );
        self.timeline_at(&request).await
    }

    /// The timeline of an earlier attempt.
    pub async fn timeline_of_attempt(
        &self,
        project: Uuid,
        build: i64,
        timeline: Uuid,
    ) -> Result<Option<Timeline>, Error> {
        let request = Request::get(
            "{project}/_apis/build/builds/{build}/timeline/{timeline}",
            &[
                &project.to_string(),
                &build.to_string(),
                &timeline.to_string(),
            ],
        );
        self.timeline_at(&request).await
    }

    async fn timeline_at(&self, request: &Request) -> Result<Option<Timeline>, Error> {
        let read = self.read(request, timeline_or_nothing).await;
        let timeline = absent(read)?.and_then(|(timeline, answer)| {
            Some(Timeline {
                observed_at: answer.date,
                ..timeline?
            })
        });
        Ok(timeline)
    }
}

fn timeline_or_nothing(answer: &Answer) -> Result<Option<Timeline>, Unparsed> {
    if answer.is_empty() || answer.body.trim() == "null" {
        return Ok(None);
    }
    single(answer).map(Some)
}
