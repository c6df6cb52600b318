//! The threads of a pull request: comments, and what the service wrote down (votes, pushes, …).

use jiff::Timestamp;
use uuid::Uuid;

use crate::client::{Client, absent};
use crate::error::Error;
use crate::identity::Identity;
use crate::json::{Item, Object, listed};
use crate::paging::Page;
use crate::request::Request;

/// A thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Unique within the pull request.
    pub id: i64,
    /// `active`, `fixed`, `closed`, `wontFix`, `byDesign`, `pending`; none for the service's own.
    pub status: Option<String>,
    /// Whether it was deleted.
    pub is_deleted: Option<bool>,
    /// When it began.
    pub published_date: Option<Timestamp>,
    /// When it was changed.
    pub last_updated_date: Option<Timestamp>,
    /// `VoteUpdate`, `RefUpdate`, `ReviewersUpdate`, `StatusUpdate`, `IsDraftUpdate`, …; none for
    /// those of people.
    pub r#type: Option<String>,
    /// What was voted.
    pub vote_result: Option<String>,
    /// Who voted.
    pub voted_by: Option<Identity>,
    /// The file that it is about.
    pub file_path: Option<String>,
    /// The first line that it is about, in the changed file or else in the old one.
    pub line: Option<i64>,
    /// All properties: a JSON object.
    pub properties: Option<String>,
    /// Where in the file: a JSON object.
    pub thread_context: Option<String>,
    /// What was said.
    pub comments: Vec<Comment>,
    /// All members that have no field here: a JSON object.
    pub extra: String,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Unique within the thread.
    pub id: i64,
    /// What it answers to; 0 for the first.
    pub parent_comment_id: Option<i64>,
    /// Who said it.
    pub author: Option<Identity>,
    /// What was said; absent when it was deleted.
    pub content: Option<String>,
    /// `text`, `system`, `codeChange`.
    pub comment_type: Option<String>,
    /// Whether it was deleted.
    pub is_deleted: Option<bool>,
    /// When it was said.
    pub published_date: Option<Timestamp>,
    /// When anything about it was changed.
    pub last_updated_date: Option<Timestamp>,
    /// When its text was changed.
    pub last_content_updated_date: Option<Timestamp>,
    /// How many liked it.
    pub likes: i64,
}

impl Item for Thread {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        let properties = object.look_into("properties");
        let mut property = Properties(properties);
        let context = object.look_into("threadContext");
        let (file_path, line) = context.map_or((None, None), place);
        let voter = property.text("CodeReviewVotedByIdentity");
        let identities = object.look_into("identities");
        Ok(Self {
            id: object.key_int("id")?,
            status: object.text("status"),
            is_deleted: object.bool("isDeleted"),
            published_date: object.time("publishedDate"),
            last_updated_date: object.time("lastUpdatedDate"),
            r#type: property.text("CodeReviewThreadType"),
            vote_result: property.text("CodeReviewVoteResult"),
            voted_by: voter.and_then(|voter| resolved(identities, &voter)),
            file_path,
            line,
            properties: object.json("properties"),
            thread_context: object.json("threadContext"),
            comments: object.items("comments"),
            extra: object.rest()?,
        })
    }
}

/// `{"Name": {"$type": "System.String", "$value": "…"}}`
struct Properties<'a>(Option<Object<'a>>);

impl Properties<'_> {
    fn text(&mut self, name: &str) -> Option<String> {
        let properties = self.0.as_mut()?;
        let mut wrapped = properties.look_into(name);
        wrapped
            .as_mut()
            .and_then(|property| property.text("$value"))
            .or_else(|| properties.text(name))
    }
}

/// The property holds a number that `identities` explains, or in older threads the id itself.
fn resolved(identities: Option<Object<'_>>, voter: &str) -> Option<Identity> {
    let named = identities.and_then(|mut all| all.identity(voter));
    named.or_else(|| {
        Some(Identity {
            id: Some(voter.parse().ok()?),
            ..Identity::default()
        })
    })
}

fn place(mut context: Object<'_>) -> (Option<String>, Option<i64>) {
    let path = context.text("filePath");
    let mut line = |name: &str| context.nested(name)?.int("line");
    let line = line("rightFileStart").or_else(|| line("leftFileStart"));
    (path, line)
}

impl Item for Comment {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        let likes = object.list("usersLiked").map_or(0, |likes| likes.len());
        Ok(Self {
            id: object.key_int("id")?,
            parent_comment_id: object.int("parentCommentId"),
            author: object.identity("author"),
            content: object.text("content"),
            comment_type: object.text("commentType"),
            is_deleted: object.bool("isDeleted"),
            published_date: object.time("publishedDate"),
            last_updated_date: object.time("lastUpdatedDate"),
            last_content_updated_date: object.time("lastContentUpdatedDate"),
            likes: i64::try_from(likes).unwrap_or(i64::MAX),
        })
    }
}

impl Client {
    /// All threads of a pull request: one request gives the first review, every vote with its time,
    /// the pushes and the re-openings. `None`: the pull request is not there.
    pub async fn threads(
        &self,
        project: Uuid,
        repository: Uuid,
        pull_request: i64,
    ) -> Result<Option<Page<Thread>>, Error> {
        let request = Request::get(
            "{project}/_apis/git/repositories/{repository}/pullRequests/{id}/threads",
            &[
                &project.to_string(),
                &repository.to_string(),
                &pull_request.to_string(),
            ],
        );
        let read = absent(self.read(&request, listed).await)?;
        Ok(read.map(|(read, answer)| Page {
            items: read.items,
            observed_at: answer.date,
            token: None,
            unreadable: read.unreadable,
        }))
    }
}
