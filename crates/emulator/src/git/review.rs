//! Makes up the life of a pull request around its commits: who reviewed it, what was said, and how it ended.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    Actor,
    pull_request::{Completion, PullRequest, Reviewer, Status},
    story::{self, MAIN, Outcome},
    thread::{Comment, Event, Place, Thread},
    words,
};
use crate::random::Random;

/// Those who may take part in reviews.
#[derive(Debug)]
pub(super) struct Cast<'a> {
    pub people: &'a [Actor],
    /// Who writes down events.
    pub system: &'a Actor,
    /// The project's teams, as reviewers.
    pub teams: &'a [Actor],
}

/// What is known of a pull request from its repository.
#[derive(Debug)]
pub(super) struct Proposal<'a> {
    pub id: i64,
    pub repository: Uuid,
    pub told: &'a story::PullRequest,
    /// Its commits, oldest first.
    pub commits: Vec<String>,
    pub target: String,
    pub merge: Option<String>,
}

/// Makes a pull request of a proposal.
pub(super) fn review(random: &mut Random, cast: &Cast<'_>, proposal: Proposal<'_>) -> PullRequest {
    let Proposal {
        id,
        repository,
        told,
        commits,
        target,
        merge,
    } = proposal;
    let number = usize::try_from(id).unwrap_or_default();
    let author = cast.people[told.author].clone();
    let created = second(random, told.created);
    // An author's own vote and their team's come up too.
    let closed = told
        .closed
        .map(|at| second(random, at).max(created + SignedDuration::from_secs(1)));
    let status = match told.outcome {
        Outcome::Active => Status::Active,
        Outcome::Abandoned => Status::Abandoned,
        Outcome::Merged | Outcome::Squashed | Outcome::Rebased => Status::Completed,
    };
    let closed_by = closed.map(|_| {
        if random.chance(70) {
            author.clone()
        } else {
            random.pick(cast.people).clone()
        }
    });
    let is_draft = status == Status::Active && number % 4 == 1;
    let conflict = status == Status::Active && merge.is_none();
    let strategy = match told.outcome {
        Outcome::Squashed => "squash",
        Outcome::Rebased => "rebase",
        _ => "noFastForward",
    };
    let completion = (status == Status::Completed || number % 6 == 2).then(|| Completion {
        strategy,
        delete_source_branch: random.chance(80),
        message: format!("Merged PR {id}: {}", told.title),
    });
    let source_commit = commits.last().cloned();
    // Old ones, and those that never could be merged, have lost what was tried.
    let forgotten = number % 19 == 5 && status != Status::Active;
    let mut pull_request = PullRequest {
        id,
        repository,
        status,
        title: if number % 37 == 8 {
            format!("{} \0 <b>&amp;</b> 🚀", told.title)
        } else {
            told.title.clone()
        },
        description: words::description(random, number),
        is_draft,
        created_by: author,
        created,
        closed_by,
        closed,
        source: format!("refs/heads/{}", told.source),
        target: MAIN.to_owned(),
        merge_status: match status {
            Status::Active if conflict => "conflicts",
            Status::Abandoned if number % 3 == 0 => "notSet",
            _ => "succeeded",
        },
        merge_id: random.guid(),
        source_commit: source_commit.filter(|_| !forgotten),
        target_commit: (!forgotten).then_some(target),
        merge_commit: merge.filter(|_| !forgotten),
        reviewers: Vec::new(),
        labels: labels(random, number),
        completion,
        auto_complete_set_by: None,
        supports_iterations: number % 31 != 17,
        work_items: (0..random.below(3))
            .map(|_| random.between(1, 50))
            .collect(),
        commits,
        threads: Vec::new(),
    };
    if status != Status::Abandoned && number % 6 == 2 {
        pull_request.auto_complete_set_by = Some(pull_request.created_by.clone());
    }
    Life {
        random,
        cast,
        at: created,
        end: closed,
        pull_request: &mut pull_request,
    }
    .tell();
    pull_request
}

struct Life<'a> {
    random: &'a mut Random,
    cast: &'a Cast<'a>,
    at: Timestamp,
    end: Option<Timestamp>,
    pull_request: &'a mut PullRequest,
}

impl Life<'_> {
    fn tell(mut self) {
        let author = self.pull_request.created_by.clone();
        if let (Some(source), Some(target), Some(merge)) = (
            self.pull_request.source_commit.clone(),
            self.pull_request.target_commit.clone(),
            self.pull_request.merge_commit.clone(),
        ) {
            self.event(Event::MergeAttempt {
                source,
                target,
                merge,
            });
        }
        if self.pull_request.id % 17 == 3 {
            // Nobody ever looked at it.
            return self.finish(&author);
        }
        let count = self.random.below(4);
        for place in 0..count {
            let who = self.random.pick(self.cast.people).clone();
            let known = self
                .pull_request
                .reviewers
                .iter()
                .any(|reviewer| reviewer.who.id == who.id);
            if !known {
                self.reviewer(who, place);
            }
        }
        if let (true, Some(team)) = (self.random.chance(40), self.cast.teams.first()) {
            self.team(team.clone());
        }
        for _ in 0..self.random.below(4) {
            self.discussion();
        }
        self.finish(&author);
    }

    fn reviewer(&mut self, who: Actor, place: usize) {
        let author = self.pull_request.created_by.clone();
        self.event(Event::ReviewerAdded {
            by: author,
            who: who.clone(),
        });
        let vote = *self.random.pick(&[10, 10, 10, 5, 0, -5, -10]);
        if vote != 0 {
            self.event(Event::Vote {
                by: who.clone(),
                vote,
            });
        }
        if vote < 0 {
            let by = self.pull_request.created_by.clone();
            let (reference, commit) = (
                self.pull_request.source.clone(),
                self.pull_request.commits.last().cloned(),
            );
            self.event(Event::RefUpdate {
                by,
                reference,
                commit: commit.unwrap_or_default(),
            });
        }
        let has_declined = vote == 0 && self.random.chance(30);
        self.pull_request.reviewers.push(Reviewer {
            who,
            vote,
            is_required: place == 0 && self.random.chance(50),
            has_declined,
            is_flagged: self.random.chance(5),
            voted_for: Vec::new(),
        });
    }

    /// A team that was added by a policy: somebody's vote counts for it.
    fn team(&mut self, team: Actor) {
        let vote = self
            .pull_request
            .reviewers
            .first()
            .map_or(0, |reviewer| reviewer.vote);
        if let Some(reviewer) = self
            .pull_request
            .reviewers
            .first_mut()
            .filter(|_| vote != 0)
        {
            reviewer.voted_for.push((team.clone(), vote));
        }
        self.pull_request.reviewers.push(Reviewer {
            who: team,
            vote,
            is_required: true,
            has_declined: false,
            is_flagged: false,
            voted_for: Vec::new(),
        });
    }

    fn discussion(&mut self) {
        let published = self.pass();
        let id = self.next_thread();
        let number = usize::try_from(self.pull_request.id * 5 + id).unwrap_or_default();
        let mut comments = Vec::new();
        for place in 1..=self.random.between(1, 3) {
            let at = if place == 1 { published } else { self.pass() };
            let deleted = number % 11 == 4 && place == 2;
            let edited = if self.random.chance(15) {
                at + SignedDuration::from_secs(90)
            } else {
                at
            };
            let likes = if self.random.chance(20) {
                vec![self.random.pick(self.cast.people).clone()]
            } else {
                Vec::new()
            };
            comments.push(Comment {
                id: place,
                parent: i64::from(place > 1),
                author: self.random.pick(self.cast.people).clone(),
                content: (!deleted).then(|| words::comment(self.random, number + comments.len())),
                kind: if number % 13 == 6 {
                    "codeChange"
                } else {
                    "text"
                },
                published: at,
                updated: edited,
                content_updated: edited,
                likes,
            });
        }
        let place = self.random.chance(60).then(|| Place {
            path: format!("/{}", String::from_utf8_lossy(&words::path(self.random))),
            line: self.random.between(1, 200),
        });
        let updated = comments
            .iter()
            .map(|comment| comment.updated)
            .max()
            .unwrap_or(published);
        let status = *self.random.pick(&[
            "active", "fixed", "fixed", "closed", "wontFix", "byDesign", "pending", "unknown",
        ]);
        let is_deleted = number % 29 == 3;
        if is_deleted {
            for comment in &mut comments {
                comment.content = None;
            }
        }
        self.pull_request.threads.push(Thread {
            id,
            status: Some(status),
            is_deleted,
            published,
            updated,
            event: None,
            place,
            comments,
        });
    }

    fn finish(mut self, author: &Actor) {
        if let Some(by) = self.pull_request.auto_complete_set_by.clone() {
            self.event(Event::AutoComplete { by });
        }
        if self.pull_request.id % 8 == 1 {
            self.event(Event::Draft {
                by: author.clone(),
                is_draft: self.pull_request.is_draft,
            });
        }
        if let (Some(at), Some(by)) = (self.end, self.pull_request.closed_by.clone()) {
            self.at = at;
            let status = if self.pull_request.status == Status::Completed {
                "Completed"
            } else {
                "Abandoned"
            };
            self.write_down(Event::StatusUpdate { by, status }, at);
        }
    }

    fn event(&mut self, event: Event) {
        let at = self.pass();
        self.write_down(event, at);
    }

    fn write_down(&mut self, event: Event, at: Timestamp) {
        let id = self.next_thread();
        self.pull_request
            .threads
            .push(written_down(id, event, self.cast.system, at));
    }

    fn next_thread(&self) -> i64 {
        next_thread(self.pull_request)
    }

    /// Time goes on, up to the end of the pull request.
    fn pass(&mut self) -> Timestamp {
        let limit = self.end.unwrap_or(self.at + SignedDuration::from_hours(20));
        let half = (limit.as_microsecond() - self.at.as_microsecond()) / 2;
        let step = self
            .random
            .between(1_000, half.clamp(1_001, 40_000_000_000));
        self.at =
            (self.at + SignedDuration::from_micros(step / 1_000 * 1_000)).min(limit.max(self.at));
        self.at
    }
}

/// The thread of an event.
pub(super) fn written_down(id: i64, event: Event, system: &Actor, at: Timestamp) -> Thread {
    let comment = Comment {
        id: 1,
        parent: 0,
        author: system.clone(),
        content: Some(event.sentence()),
        kind: "system",
        published: at,
        updated: at,
        content_updated: at,
        likes: Vec::new(),
    };
    Thread {
        id,
        status: None,
        is_deleted: false,
        published: at,
        updated: at,
        event: Some(event),
        place: None,
        comments: vec![comment],
    }
}

/// The id of the next thread: they grow over the whole organization.
pub(super) fn next_thread(pull_request: &PullRequest) -> i64 {
    pull_request
        .threads
        .last()
        .map_or(pull_request.id * 1_000, |thread| thread.id)
        + 1
}

fn labels(random: &mut Random, number: usize) -> Vec<(Uuid, String)> {
    let names = ["bug", "needs tests", "größer als erlaubt", "security 🔒"];
    let count = if number.is_multiple_of(3) {
        1 + random.below(2)
    } else {
        0
    };
    names
        .iter()
        .skip(random.below(2))
        .take(count)
        .map(|name| (random.guid(), (*name).to_owned()))
        .collect()
}

/// A time within this second.
fn second(random: &mut Random, at: i64) -> Timestamp {
    let start = Timestamp::from_second(at).unwrap_or_default();
    random.instant(start, start + SignedDuration::from_secs(1))
}
