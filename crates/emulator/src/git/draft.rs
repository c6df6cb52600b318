//! Repositories whose past is told and not yet written: how many, in which projects, and what is odd about them.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context as _, anyhow};
use jiff::SignedDuration;
use uuid::Uuid;

use super::{
    Actor,
    import::{Import, Mark},
    program::Workshop,
    repository::{Deletion, Kind, Repository},
    story::{self, MAIN, Outline, Story},
};
use crate::{
    clock,
    organization::{Identity, Project, Role},
    random::Random,
    world::Ground,
};

const NAMES: [&str; 12] = [
    "webshop",
    "payments-api",
    "Mobile App",
    "C# Tools & More",
    "infrastructure",
    "design-system",
    "search.service",
    "billing",
    "Prüfstand",
    "data-platform",
    "identity",
    "docs",
];
/// A repository whose past is told and not yet written.
pub(super) struct Draft {
    pub repository: Repository,
    pub story: Story,
}

pub(super) struct Maker<'a> {
    pub ground: &'a Ground<'a>,
    pub workshop: &'a Workshop,
    pub random: Random,
    pub people: &'a [Actor],
}

impl Maker<'_> {
    pub(super) fn drafts(&mut self) -> Vec<Draft> {
        let projects = self
            .ground
            .organization
            .well_formed()
            .filter(|project| project.git && project.has_contents());
        let (hidden, open) = projects.partition::<Vec<_>, _>(|project| project.role == Role::Vault);
        let Some(first) = open.first() else {
            return Vec::new();
        };
        let plan = self.ground.plan;
        let count = plan.repositories.max(3);
        let small = (plan.commits / 60).max(4);
        let commits = shares(plan.commits.saturating_sub(2 * small), count - 2);
        let pull_requests = shares(plan.pull_requests, count - 2);
        let mut drafts = Vec::new();
        for place in 0..count - 2 {
            let project = open[place % open.len()];
            let name = name(place, place / open.len(), project);
            drafts.push(self.draft(
                project,
                &name,
                commits[place],
                pull_requests[place],
                place < 2 || place % 5 == 0,
            ));
        }
        let origin = self.draft(first, "small-library", small, 0, false);
        let fork = self.fork(&origin, open[1 % open.len()], "small-library-fork");
        drafts.extend([origin, fork]);
        drafts.push(self.empty(first, "Empty repository"));
        let mut disabled = self.draft(first, "Old monolith (disabled)", 8, 0, false);
        disabled.repository.disabled = true;
        disabled.repository.never_readable = true;
        drafts.push(disabled);
        let mut wiki = self.draft(first, &format!("{}.wiki", first.name), 3, 0, false);
        wiki.repository.kind = Kind::Wiki;
        drafts.push(wiki);
        let mut gone = self.empty(first, "Deleted last week");
        let created = clock::start() - SignedDuration::from_hours(24 * 300);
        gone.repository.deleted = Some(Deletion {
            by: self.people[0].clone(),
            at: clock::start() - SignedDuration::from_hours(24 * 7),
            created,
        });
        drafts.push(gone);
        for project in hidden {
            drafts.push(self.draft(project, "vault-secrets", 10, 1, false));
        }
        drafts
    }

    fn draft(
        &mut self,
        project: &Project,
        name: &str,
        commits: usize,
        pull_requests: usize,
        awkward: bool,
    ) -> Draft {
        let end = clock::start() - SignedDuration::from_hours(1);
        let outline = Outline {
            commits: commits.max(2),
            pull_requests,
            lines: if self.ground.plan.commits > 10_000 {
                16
            } else {
                40
            },
            awkward: awkward && commits > 12,
            first: (end - SignedDuration::from_hours(24 * 540)).as_second(),
            last: end.as_second(),
        };
        let authors = self.people[..self.people.len() - 1]
            .iter()
            .map(|who| (who.display_name.clone(), mail(who)));
        let story = story::tell(&mut self.random, &authors.collect::<Vec<_>>(), &outline);
        let size = story
            .import
            .commits
            .iter()
            .map(|commit| 300 + commit.message.len() + commit.changes.len() * 700)
            .sum::<usize>();
        let mut repository = self.repository(project, name);
        repository.default_branch = Some(MAIN.to_owned());
        repository.size = i64::try_from(size).unwrap_or_default();
        Draft { repository, story }
    }

    /// The same commits in another repository.
    fn fork(&mut self, origin: &Draft, project: &Project, name: &str) -> Draft {
        let mut repository = self.repository(project, name);
        repository
            .default_branch
            .clone_from(&origin.repository.default_branch);
        repository.size = origin.repository.size;
        repository.fork_of = Some(origin.repository.id);
        let import = origin.story.import.clone();
        Draft {
            repository,
            story: Story {
                import,
                pull_requests: Vec::new(),
                pushes: Vec::new(),
            },
        }
    }

    fn empty(&mut self, project: &Project, name: &str) -> Draft {
        let story = Story {
            import: Import::default(),
            pull_requests: Vec::new(),
            pushes: Vec::new(),
        };
        Draft {
            repository: self.repository(project, name),
            story,
        }
    }

    fn repository(&mut self, project: &Project, name: &str) -> Repository {
        bare(self.workshop, self.random.guid(), project.id, name)
    }
}

/// An empty repository, not yet on disk.
pub(super) fn bare(workshop: &Workshop, id: Uuid, project: Uuid, name: &str) -> Repository {
    Repository {
        id,
        project,
        name: name.to_owned(),
        directory: workshop.directory().join(format!("{id}.git")),
        default_branch: None,
        size: 0,
        disabled: false,
        never_readable: false,
        kind: Kind::Ordinary,
        fork_of: None,
        deleted: None,
        references: Vec::new(),
        pushes: Vec::new(),
    }
}

/// Puts an empty repository on disk.
pub(super) fn initialize(workshop: &Workshop, directory: &Path) -> anyhow::Result<()> {
    let arguments = [
        "init",
        "--quiet",
        "--bare",
        "--initial-branch=main",
        "--template=",
    ];
    let path = directory.display().to_string();
    workshop
        .run(None, arguments.into_iter().chain([path.as_str()]))
        .map(drop)
}

/// Writes all drafts, on a few threads: most of the time of making a world goes here.
pub(super) fn write_all(
    workshop: &Workshop,
    drafts: &[Draft],
) -> anyhow::Result<Vec<HashMap<Mark, String>>> {
    let next = Mutex::new(0..drafts.len());
    let results = Mutex::new(drafts.iter().map(|_| None).collect::<Vec<_>>());
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(4));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let Some(place) = next.lock().unwrap_or_else(PoisonError::into_inner).next()
                    else {
                        return;
                    };
                    let written = write_one(workshop, &drafts[place]);
                    results.lock().unwrap_or_else(PoisonError::into_inner)[place] = Some(written);
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results
        .into_iter()
        .map(|result| result.ok_or_else(|| anyhow!("a repository was not written"))?)
        .collect()
}

fn write_one(workshop: &Workshop, draft: &Draft) -> anyhow::Result<HashMap<Mark, String>> {
    let directory = &draft.repository.directory;
    initialize(workshop, directory)?;
    if draft.story.import.commits.is_empty() {
        return Ok(HashMap::new());
    }
    let name = &draft.repository.name;
    draft
        .story
        .import
        .write(workshop, directory)
        .with_context(|| format!("write the commits of {name}"))
}

/// Splits a total into shares that fall from the first to the last.
fn shares(total: usize, count: usize) -> Vec<usize> {
    let weights = (0..count)
        .map(|place| count * 2 - place)
        .collect::<Vec<_>>();
    let sum = weights.iter().sum::<usize>().max(1);
    let mut shares = weights
        .iter()
        .map(|weight| total * weight / sum)
        .collect::<Vec<_>>();
    let given = shares.iter().sum::<usize>();
    if let Some(first) = shares.first_mut() {
        *first += total - given;
    }
    shares
}

/// Names with spaces, `#` and `&`; the first repository of a project is called like it.
fn name(place: usize, round: usize, project: &Project) -> String {
    if round == 0 {
        project.name.clone()
    } else {
        NAMES[place % NAMES.len()].to_owned() + &suffix(place / NAMES.len())
    }
}

fn suffix(round: usize) -> String {
    if round == 0 {
        String::new()
    } else {
        format!("-{}", round + 1)
    }
}

fn mail(who: &Identity) -> String {
    if who.unique_name.contains('@') {
        who.unique_name.clone()
    } else {
        format!(
            "{}@example.com",
            who.display_name
                .to_lowercase()
                .replace(|letter: char| !letter.is_ascii_alphanumeric(), ".")
        )
    }
}
