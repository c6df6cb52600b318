//! Makes the repositories and pull requests of the world.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context as _, anyhow};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    Actor, GitWorld,
    import::Mark,
    log,
    program::Workshop,
    repository::{Deletion, Push, Repository, Update},
    review::{self, Cast, Proposal},
    story::{self, MAIN, Outcome, Outline, Story},
};
use crate::{
    clock,
    organization::{Identity, Organization, Project, Role},
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
pub(super) const NOTHING: &str = "0000000000000000000000000000000000000000";

/// A repository whose past is told and not yet written.
struct Draft {
    repository: Repository,
    story: Story,
}

impl GitWorld {
    pub(crate) fn make(ground: &Ground<'_>, random: Random) -> anyhow::Result<Self> {
        let workshop = Arc::new(Workshop::new(ground.directory)?);
        let people = people(ground.organization);
        let mut maker = Maker {
            ground,
            workshop: &workshop,
            random,
            people: &people,
        };
        let drafts = maker.drafts();
        let written = write_all(&workshop, &drafts)?;
        let mut random = maker.random;
        let mut repositories = Vec::new();
        let mut told = Vec::new();
        let mut pushed = Vec::new();
        for (draft, marks) in drafts.into_iter().zip(written) {
            let place = repositories.len();
            let mut repository = draft.repository;
            repository.references = log::references(&workshop, &repository.directory)?;
            told.extend(
                draft
                    .story
                    .pull_requests
                    .into_iter()
                    .map(|told| (place, told)),
            );
            let branches = draft.story.pushes.into_iter();
            pushed.extend(branches.map(|push| {
                (
                    place,
                    push.at,
                    people[push.author].clone(),
                    update(&push, &marks),
                )
            }));
            repositories.push((repository, marks));
        }
        pushed.sort_by_key(|(_, at, _, _)| *at);
        for (number, (place, at, by, update)) in pushed.into_iter().enumerate() {
            let at =
                Timestamp::from_second(at).unwrap_or_default() + SignedDuration::from_millis(137);
            let id = i64::try_from(number).unwrap_or_default() + 1;
            repositories[place].0.pushes.push(Push {
                id,
                at,
                by,
                updates: vec![update],
            });
        }
        told.sort_by_key(|(_, told)| told.created);
        let mut pull_requests = Vec::new();
        let mut trials = Vec::new();
        let mut id = 0;
        for (place, told) in &told {
            // Ids have holes: drafts that nobody finished creating.
            id += if id % 13 == 11 { 3 } else { 1 };
            let (repository, marks) = &repositories[*place];
            let project = ground.organization.project_by_id(repository.project);
            let teams = project
                .map(|project| teams(ground.organization, project))
                .unwrap_or_default();
            let cast = Cast {
                people: &people[..people.len() - 1],
                system: &people[people.len() - 1],
                teams: &teams,
            };
            let proposal = proposal(id, repository.id, told, marks)?;
            if told.outcome == Outcome::Active {
                trials.extend(
                    proposal
                        .merge
                        .clone()
                        .map(|merge| (*place, format!("refs/pull/{id}/merge"), merge)),
                );
            }
            pull_requests.push(review::review(&mut random, &cast, proposal));
        }
        let mut repositories = repositories
            .into_iter()
            .map(|(repository, _)| repository)
            .collect::<Vec<_>>();
        point_trials(&workshop, &mut repositories, trials)?;
        for source in ground.repositories {
            repositories.push(real(
                &workshop,
                ground,
                &mut random,
                source,
                repositories.len(),
            )?);
        }
        Ok(Self::new(
            workshop,
            people,
            repositories,
            pull_requests,
            random,
        ))
    }
}

struct Maker<'a> {
    ground: &'a Ground<'a>,
    workshop: &'a Workshop,
    random: Random,
    people: &'a [Actor],
}

impl Maker<'_> {
    fn drafts(&mut self) -> Vec<Draft> {
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
        wiki.repository.hidden = true;
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
            import: super::import::Import::default(),
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
        hidden: false,
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
fn write_all(workshop: &Workshop, drafts: &[Draft]) -> anyhow::Result<Vec<HashMap<Mark, String>>> {
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

fn update(push: &story::Push, marks: &HashMap<Mark, String>) -> Update {
    let id = |mark: Option<Mark>| {
        mark.and_then(|mark| marks.get(&mark).cloned())
            .unwrap_or_else(|| NOTHING.to_owned())
    };
    Update {
        reference: push.reference.clone(),
        old: id(push.old),
        new: id(push.new),
    }
}

fn proposal<'a>(
    id: i64,
    repository: Uuid,
    told: &'a story::PullRequest,
    marks: &HashMap<Mark, String>,
) -> anyhow::Result<Proposal<'a>> {
    let find = |mark: &Mark| {
        marks
            .get(mark)
            .cloned()
            .ok_or_else(|| anyhow!("commit {mark} was not written"))
    };
    Ok(Proposal {
        id,
        repository,
        told,
        commits: told
            .commits
            .iter()
            .map(find)
            .collect::<anyhow::Result<_>>()?,
        target: find(&told.target)?,
        merge: told.merge.as_ref().map(find).transpose()?,
    })
}

/// Sets `refs/pull/{id}/merge` of active pull requests, which the service has beside branches and tags.
fn point_trials(
    workshop: &Workshop,
    repositories: &mut [Repository],
    trials: Vec<(usize, String, String)>,
) -> anyhow::Result<()> {
    let mut orders = HashMap::<usize, String>::new();
    for (place, name, commit) in trials {
        let order = orders.entry(place).or_default();
        order.push_str(&format!("update {name} {commit}\n"));
    }
    for (place, order) in orders {
        let repository = &mut repositories[place];
        workshop.feed(
            &repository.directory,
            ["update-ref", "--stdin"],
            order.as_bytes(),
        )?;
        repository.references = log::references(workshop, &repository.directory)?;
    }
    Ok(())
}

/// A real repository, copied. Branches that it only knows from its remotes become branches, so that all its commits
/// are reached; what belongs to the working copy stays behind.
fn real(
    workshop: &Workshop,
    ground: &Ground<'_>,
    random: &mut Random,
    source: &PathBuf,
    place: usize,
) -> anyhow::Result<Repository> {
    let project = ground
        .organization
        .well_formed()
        .find(|project| project.has_contents());
    let project = project.ok_or_else(|| anyhow!("there is no project for {}", source.display()))?;
    let source = fs::canonicalize(source).with_context(|| format!("find {}", source.display()))?;
    let name = source.file_name().map_or_else(
        || format!("served-{place}"),
        |name| name.to_string_lossy().into_owned(),
    );
    let name = name.strip_suffix(".git").unwrap_or(&name);
    let mut repository = bare(workshop, random.guid(), project.id, name);
    let directory = repository.directory.display().to_string();
    let origin = source.display().to_string();
    workshop
        .run(
            None,
            [
                "clone",
                "--quiet",
                "--mirror",
                "--no-hardlinks",
                &origin,
                &directory,
            ],
        )
        .with_context(|| format!("copy {origin}"))?;
    let mut orders = String::new();
    for reference in log::references(workshop, &repository.directory)? {
        let log::Reference { name, object, .. } = reference;
        if name.starts_with("refs/heads/") || name.starts_with("refs/tags/") {
            continue;
        }
        if let Some(branch) = name
            .strip_prefix("refs/remotes/")
            .filter(|branch| !branch.ends_with("/HEAD"))
        {
            orders.push_str(&format!("create refs/heads/{branch} {object}\n"));
        }
        orders.push_str(&format!("delete {name}\n"));
    }
    let head = workshop.run(
        Some(&repository.directory),
        ["rev-parse", "--symbolic-full-name", "HEAD"],
    );
    let mut branch = String::from_utf8_lossy(&head.unwrap_or_default())
        .trim()
        .to_owned();
    if !branch.starts_with("refs/heads/") {
        // The working copy stands on no branch, as in a checkout of a build.
        if let Ok(commit) = workshop.run(
            Some(&repository.directory),
            ["rev-parse", "--verify", "HEAD^{commit}"],
        ) {
            let known = log::references(workshop, &repository.directory)?
                .iter()
                .any(|reference| reference.name == MAIN);
            branch = if known {
                "refs/heads/HEAD-of-the-working-copy".to_owned()
            } else {
                MAIN.to_owned()
            };
            orders.push_str(&format!(
                "create {branch} {}\n",
                String::from_utf8_lossy(&commit).trim()
            ));
        }
    }
    workshop.feed(
        &repository.directory,
        ["update-ref", "--stdin"],
        orders.as_bytes(),
    )?;
    if branch.starts_with("refs/heads/") {
        workshop.run(
            Some(&repository.directory),
            ["symbolic-ref", "HEAD", branch.as_str()],
        )?;
        repository.default_branch = Some(branch);
    }
    repository.references = log::references(workshop, &repository.directory)?;
    if repository.references.is_empty() {
        repository.default_branch = None;
    }
    repository.size = packed_size(&repository.directory);
    Ok(repository)
}

fn packed_size(directory: &Path) -> i64 {
    let files = fs::read_dir(directory.join("objects/pack"))
        .into_iter()
        .flatten()
        .flatten();
    let bytes = files
        .filter_map(|file| file.metadata().ok())
        .map(|file| file.len())
        .sum::<u64>();
    i64::try_from(bytes).unwrap_or_default()
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

/// Everybody who writes code, and last the service itself.
fn people(organization: &Organization) -> Vec<Actor> {
    organization
        .identities
        .iter()
        .cloned()
        .map(Arc::new)
        .collect()
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

/// The teams of a project, as they appear among reviewers.
pub(super) fn teams(organization: &Organization, project: &Project) -> Vec<Actor> {
    let teams = organization
        .teams
        .iter()
        .filter(|team| team.project == project.id);
    let identity = |team: &crate::organization::Team| Identity {
        id: team.id,
        display_name: format!("[{}]\\{}", project.name, team.name),
        unique_name: format!(
            "vstfs:///Classification/TeamProject/{}\\{}",
            project.id, team.name
        ),
        descriptor: format!("vssgp.{}", team.id.simple()),
        is_container: true,
        inactive: false,
    };
    teams.map(|team| Arc::new(identity(team))).collect()
}
