//! A build.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A build. There may be very many: people are kept by their place among all, and what follows from the id is not kept.
#[derive(Clone, Debug)]
pub(super) struct Build {
    pub id: i64,
    pub project: Uuid,
    /// Place among all definitions.
    pub definition: usize,
    pub number: String,
    pub number_revision: i64,
    pub status: Status,
    pub result: Option<Result>,
    pub reason: &'static str,
    pub priority: &'static str,
    pub queued: Timestamp,
    pub started: Option<Timestamp>,
    pub finished: Option<Timestamp>,
    pub changed: Timestamp,
    pub changed_by: usize,
    pub requested_for: usize,
    pub requested_by: usize,
    pub branch: String,
    pub version: Option<String>,
    pub keep_forever: bool,
    pub retained_by_release: bool,
    pub deleted: Option<Deletion>,
    pub triggered_by: Option<i64>,
    pub tags: Vec<&'static str>,
    pub message: Option<String>,
    /// The number of the pull request that it checks.
    pub pull_request: Option<i64>,
    pub with_parameters: bool,
    pub shape: Shape,
    /// How often its failed part was run.
    pub attempt: i64,
    /// As it was when it last finished, while it is being retried.
    pub before_retry: Option<Box<Build>>,
}

/// What a build is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    NotStarted,
    InProgress,
    Cancelling,
    Postponed,
    Completed,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Result {
    Succeeded,
    PartiallySucceeded,
    Failed,
    Canceled,
}

/// What the service answers for its timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Whole,
    /// 204.
    Nothing,
    /// 200 without a body.
    EmptyBody,
    /// 404.
    Missing,
    /// `"records": null`.
    NullRecords,
}

/// Who deleted a build, and why.
#[derive(Clone, Debug)]
pub(super) struct Deletion {
    pub at: Timestamp,
    pub reason: &'static str,
}

impl Status {
    pub(super) const ALL: [Self; 5] = [
        Self::NotStarted,
        Self::InProgress,
        Self::Cancelling,
        Self::Postponed,
        Self::Completed,
    ];

    /// The service's word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::NotStarted => "notStarted",
            Self::InProgress => "inProgress",
            Self::Cancelling => "cancelling",
            Self::Postponed => "postponed",
            Self::Completed => "completed",
        }
    }
}

impl Result {
    /// The service's word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::PartiallySucceeded => "partiallySucceeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }

    /// The result of this name.
    pub(super) fn of(word: &str) -> Option<Self> {
        let all = [
            Self::Succeeded,
            Self::PartiallySucceeded,
            Self::Failed,
            Self::Canceled,
        ];
        all.into_iter()
            .find(|result| result.word().eq_ignore_ascii_case(word))
    }
}

impl Build {
    /// The plan that ran it.
    pub(super) fn plan(&self, salt: u64) -> Uuid {
        guid(&[salt, 1, self.id.unsigned_abs()])
    }

    /// The name in links between services.
    pub(super) fn uri(&self) -> String {
        format!("vstfs:///Build/Build/{}", self.id)
    }

    /// The address in the REST API.
    pub(super) fn url(&self, link: &str) -> String {
        format!("{link}/{}/_apis/build/Builds/{}", self.project, self.id)
    }

    /// True where it never had an agent: its YAML was wrong.
    pub(super) fn is_invalid(&self) -> bool {
        self.status == Status::Completed
            && self.started.is_none()
            && self.result == Some(Result::Failed)
    }

    /// `triggerInfo`.
    pub(super) fn trigger_info(&self) -> Value {
        let mut members = Map::new();
        if let Some(pull_request) = self.pull_request {
            members.insert("pr.number".to_owned(), json!(pull_request.to_string()));
            members.insert("pr.sourceBranch".to_owned(), json!(self.branch));
        }
        if let Some(message) = &self.message {
            members.insert("ci.sourceBranch".to_owned(), json!(self.branch));
            members.insert("ci.sourceSha".to_owned(), json!(self.version));
            members.insert("ci.message".to_owned(), json!(message));
        }
        Value::Object(members)
    }

    /// `validationResults`.
    pub(super) fn validation_results(&self) -> Value {
        if self.is_invalid() {
            json!([{ "result": "error", "message": "/azure-pipelines.yml (Line: 4, Col: 1): Unexpected value 'stepz' \0" }])
        } else {
            json!([])
        }
    }

    /// `parameters`, which is JSON inside a string.
    pub(super) fn parameters(&self) -> Option<String> {
        self.with_parameters.then(|| {
            format!(
                "{{\"configuration\":\"Release\",\"ticket\":\"{}\"}}",
                self.id
            )
        })
    }

    /// `templateParameters`.
    pub(super) fn template_parameters(&self) -> Value {
        if self.with_parameters {
            json!({ "environment": "größer", "dryRun": "False" })
        } else {
            json!({})
        }
    }
}

/// A GUID that follows from these numbers.
pub(super) fn guid(numbers: &[u64]) -> Uuid {
    let mix = |seed: u64| {
        numbers.iter().fold(seed, |sum, number| {
            // The finalizer of SplitMix64 spreads neighbouring numbers over all bits.
            let mut word = (sum ^ *number).wrapping_add(0x9E37_79B9_7F4A_7C15);
            word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            word ^ (word >> 31)
        })
    };
    Uuid::from_u64_pair(mix(0x243F_6A88_85A3_08D3), mix(0x1319_8A2E_0370_7344))
}
