//! A thread of a pull request: a discussion, or an event that the system wrote down.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Actor;
use crate::date;

/// A thread.
#[derive(Clone, Debug)]
pub(super) struct Thread {
    pub id: i64,
    /// Discussions have one, events do not.
    pub status: Option<&'static str>,
    pub is_deleted: bool,
    pub published: Timestamp,
    pub updated: Timestamp,
    pub event: Option<Event>,
    pub place: Option<Place>,
    pub comments: Vec<Comment>,
}

/// What the system wrote down.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Vote {
        by: Actor,
        vote: i64,
    },
    ReviewerAdded {
        by: Actor,
        who: Actor,
    },
    RefUpdate {
        by: Actor,
        reference: String,
        commit: String,
    },
    MergeAttempt {
        source: String,
        target: String,
        merge: String,
    },
    StatusUpdate {
        by: Actor,
        status: &'static str,
    },
    AutoComplete {
        by: Actor,
    },
    Draft {
        by: Actor,
        is_draft: bool,
    },
}

/// The line of a file that is discussed.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub path: String,
    pub line: i64,
}

/// A comment.
#[derive(Clone, Debug)]
pub(super) struct Comment {
    pub id: i64,
    pub parent: i64,
    pub author: Actor,
    /// None once it is deleted.
    pub content: Option<String>,
    pub kind: &'static str,
    pub published: Timestamp,
    pub updated: Timestamp,
    pub content_updated: Timestamp,
    pub likes: Vec<Actor>,
}

impl Event {
    /// `CodeReviewThreadType`.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Vote { .. } => "VoteUpdate",
            Self::ReviewerAdded { .. } => "ReviewersUpdate",
            Self::RefUpdate { .. } => "RefUpdate",
            Self::MergeAttempt { .. } => "MergeAttempt",
            Self::StatusUpdate { .. } => "StatusUpdate",
            Self::AutoComplete { .. } => "AutoComplete",
            Self::Draft { .. } => "IsDraftUpdate",
        }
    }

    /// The people that its properties point to by number, from 1.
    pub(super) fn identities(&self) -> Vec<&Actor> {
        match self {
            Self::Vote { by, .. }
            | Self::RefUpdate { by, .. }
            | Self::StatusUpdate { by, .. }
            | Self::AutoComplete { by }
            | Self::Draft { by, .. } => vec![by],
            Self::ReviewerAdded { by, who } => vec![by, who],
            Self::MergeAttempt { .. } => Vec::new(),
        }
    }

    /// What the system says in words.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Vote { by, vote } => format!("{} voted {vote}", by.display_name),
            Self::ReviewerAdded { by, who } => {
                format!(
                    "{} added {} as a reviewer",
                    by.display_name, who.display_name
                )
            }
            Self::RefUpdate { reference, .. } => format!("The reference {reference} was updated."),
            Self::MergeAttempt { merge, .. } => {
                format!("The pull request is mergable and the target commit would be {merge}.")
            }
            Self::StatusUpdate { by, status } => {
                format!(
                    "{} updated the pull request status to {status}",
                    by.display_name
                )
            }
            Self::AutoComplete { by } => format!("{} set auto-complete", by.display_name),
            Self::Draft { by, is_draft: true } => {
                format!("{} marked the pull request as a draft", by.display_name)
            }
            Self::Draft { by, .. } => format!("{} published the pull request", by.display_name),
        }
    }

    fn properties(&self) -> Map<String, Value> {
        let mut properties = Map::new();
        let mut text = |name: &str, value: &str| {
            properties.insert(
                name.to_owned(),
                json!({ "$type": "System.String", "$value": value }),
            );
        };
        text("CodeReviewThreadType", self.kind());
        match self {
            Self::Vote { vote, .. } => {
                text("CodeReviewVotedByInitiatorIdentity", "1");
                text("CodeReviewVotedByIdentity", "1");
                text("CodeReviewVoteResult", &vote.to_string());
            }
            Self::ReviewerAdded { .. } => {
                text("CodeReviewReviewersUpdatedByIdentity", "1");
                text("CodeReviewReviewersUpdatedAddedIdentity", "2");
                number(&mut properties, "CodeReviewReviewersUpdatedNumAdded", 1);
                number(&mut properties, "CodeReviewReviewersUpdatedNumRemoved", 0);
            }
            Self::RefUpdate {
                reference, commit, ..
            } => {
                text("CodeReviewRefName", reference);
                text("CodeReviewRefNewCommits", commit);
                text("CodeReviewRefNewHeadCommit", commit);
                text("CodeReviewRefUpdatedByIdentity", "1");
                number(&mut properties, "CodeReviewRefNewCommitsCount", 1);
            }
            Self::MergeAttempt {
                source,
                target,
                merge,
            } => {
                text("CodeReviewMergeCommit", merge);
                text("CodeReviewMergeStatus", "Succeeded");
                text("CodeReviewSourceCommit", source);
                text("CodeReviewTargetCommit", target);
            }
            Self::StatusUpdate { status, .. } => {
                text("CodeReviewStatus", status);
                text("CodeReviewStatusUpdatedByIdentity", "1");
            }
            Self::AutoComplete { .. } => {
                text("CodeReviewAutoCompleteNowSet", "True");
                text("CodeReviewAutoCompleteUpdatedByIdentity", "1");
            }
            Self::Draft { is_draft, .. } => {
                text(
                    "CodeReviewIsDraftNowSet",
                    if *is_draft { "True" } else { "False" },
                );
                text("CodeReviewIsDraftUpdatedByIdentity", "1");
            }
        }
        properties
    }
}

fn number(properties: &mut Map<String, Value>, name: &str, value: i64) {
    properties.insert(
        name.to_owned(),
        json!({ "$type": "System.Int32", "$value": value }),
    );
}

impl Thread {
    /// `properties`, or null where there are none.
    pub(super) fn properties(&self) -> Value {
        if let Some(event) = &self.event {
            return Value::Object(event.properties());
        }
        // Old discussions have no properties at all.
        if self.id % 7 == 0 {
            return Value::Null;
        }
        json!({ "Microsoft.TeamFoundation.Discussion.SupportsMarkdown": { "$type": "System.Int32", "$value": 1 } })
    }

    /// `threadContext`, or null where the whole is discussed.
    pub(super) fn context(&self) -> Value {
        self.place.as_ref().map_or(Value::Null, |place| {
            json!({
                "filePath": place.path,
                "rightFileStart": { "line": place.line, "offset": 1 },
                "rightFileEnd": { "line": place.line, "offset": 20 },
            })
        })
    }

    /// The answer's object.
    pub(super) fn json(&self, link: &str, url: &str) -> Value {
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        put("pullRequestThreadContext", Value::Null);
        put("id", json!(self.id));
        put("publishedDate", json!(date::sent(self.published)));
        put("lastUpdatedDate", json!(date::sent(self.updated)));
        put(
            "comments",
            self.comments
                .iter()
                .map(|comment| comment.json(link))
                .collect(),
        );
        if let Some(status) = self.status {
            put("status", json!(status));
        }
        put("threadContext", self.context());
        put("properties", self.properties());
        let identities = self
            .event
            .as_ref()
            .map(Event::identities)
            .unwrap_or_default();
        let numbered = identities
            .iter()
            .zip(1..)
            .map(|(who, number)| (format!("{number}"), who.reference(link)));
        let numbered = numbered.collect::<Map<_, _>>();
        put(
            "identities",
            if numbered.is_empty() {
                Value::Null
            } else {
                Value::Object(numbered)
            },
        );
        put("isDeleted", json!(self.is_deleted));
        put(
            "_links",
            json!({ "self": { "href": format!("{url}/threads/{}", self.id) } }),
        );
        Value::Object(members)
    }
}

impl Comment {
    /// The answer's object; a deleted comment has no content.
    pub(super) fn json(&self, link: &str) -> Value {
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        put("id", json!(self.id));
        put("parentCommentId", json!(self.parent));
        put("author", self.author.reference(link));
        match &self.content {
            Some(content) => put("content", json!(content)),
            None => put("isDeleted", json!(true)),
        }
        put("publishedDate", json!(date::sent(self.published)));
        put("lastUpdatedDate", json!(date::sent(self.updated)));
        put(
            "lastContentUpdatedDate",
            json!(date::sent(self.content_updated)),
        );
        put("commentType", json!(self.kind));
        put(
            "usersLiked",
            self.likes.iter().map(|who| who.reference(link)).collect(),
        );
        Value::Object(members)
    }
}
