//! What builds are made of: the commits and pull requests of a repository.

use jiff::Timestamp;

use super::{
    build::{Build, Shape, Status},
    definition::Definition,
};
use crate::{
    git::{GitWorld, Repository},
    json as text,
    random::Random,
};

const REASONS: [&str; 6] = [
    "individualCI",
    "individualCI",
    "batchedCI",
    "manual",
    "schedule",
    "pullRequest",
];
/// The commits of a repository that builds are made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Heads {
    branches: Vec<(String, String)>,
    pull_requests: Vec<(i64, Option<String>)>,
}

impl Heads {
    pub(super) fn of(git: &GitWorld, repository: &Repository) -> Self {
        Self {
            branches: repository.pushed_commits(),
            pull_requests: git.proposals(repository.id),
        }
    }

    /// A build that waits for an agent.
    pub(super) fn queued(
        &self,
        random: &mut Random,
        definition: &Definition,
        place: usize,
        queued: Timestamp,
        who: usize,
    ) -> Build {
        let mut build = Build {
            id: 0,
            project: definition.project,
            definition: place,
            number: String::new(),
            number_revision: 1,
            status: Status::NotStarted,
            result: None,
            reason: REASONS[random.below(REASONS.len())],
            priority: if random.chance(90) { "normal" } else { "high" },
            queued,
            started: None,
            finished: None,
            changed: queued,
            changed_by: who,
            requested_for: who,
            requested_by: who,
            branch: definition.source.default_branch.clone(),
            version: None,
            keep_forever: random.chance(4),
            retained_by_release: random.chance(3),
            deleted: None,
            triggered_by: None,
            tags: if random.chance(15) {
                vec!["nightly", "größer"]
            } else {
                Vec::new()
            },
            message: None,
            pull_request: None,
            with_parameters: random.chance(10),
            shape: Shape::Whole,
            attempt: 1,
            before_retry: None,
        };
        if build.reason == "pullRequest"
            && definition.source.kind == "TfsGit"
            && !self.pull_requests.is_empty()
        {
            let (id, merge) = random.pick(&self.pull_requests).clone();
            build.branch = format!("refs/pull/{id}/merge");
            build.version = merge;
            build.pull_request = Some(id);
            return build;
        }
        if build.reason == "pullRequest" {
            build.reason = "manual";
        }
        match definition.source.kind {
            "TfsVersionControl" => build.version = Some(format!("C{}", random.between(1, 60))),
            "GitHub" => build.version = Some(random.hexadecimal(40)),
            _ if !self.branches.is_empty() => {
                let (branch, commit) = random.pick(&self.branches).clone();
                build.branch = branch;
                build.version = Some(commit);
            }
            _ => {}
        }
        if build.reason.ends_with("CI") {
            build.message = Some(match random.below(12) {
                0 => "Merge \0 of <branch> into 'main' 🚀".to_owned(),
                1 => format!("cut emoji {}", text::lone_surrogate(0xD83D)),
                _ => crate::git::title(random),
            });
        }
        build
    }
}
