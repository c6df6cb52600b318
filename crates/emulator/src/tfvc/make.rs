//! Makes the changesets and what stands on them.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Branch, Change, Changeset, Label, TfvcWorld, TiedItem};
use crate::{
    awkward,
    boards::BoardsWorld,
    clock,
    organization::{Organization, Project, Role},
    random::Random,
    world::Ground,
};

const FOLDERS: [&str; 4] = [
    "Main/Source",
    "Main/Ünïcode #1 + 50% & $x",
    "Dev/Source",
    "Main/Tests",
];
const NAMES: [&str; 6] = [
    "Invoice.cs",
    "файл.cs",
    "Read Me.md",
    "Program.vb",
    "data [old].xml",
    "\u{1F600}.txt",
];

impl TfvcWorld {
    pub(crate) fn make(ground: &Ground<'_>, boards: &BoardsWorld, mut random: Random) -> Self {
        let organization = ground.organization;
        let projects: Vec<&Project> = organization
            .well_formed()
            .filter(|project| project.tfvc)
            .collect();
        let branches = projects
            .iter()
            .flat_map(|project| branches(project, &mut random))
            .collect();
        let mut world = Self {
            changesets: Vec::new(),
            branches,
            labels: Vec::new(),
            random,
        };
        let start = clock::start();
        let length = SignedDuration::from_hours(24 * 1_200);
        let count = ground.plan.changesets;
        for number in 0..count {
            let part = |number: usize| i32::try_from(number).unwrap_or_default();
            let step = length / part(count).max(1);
            let earliest = start - length + step * part(number);
            // Now and then two changesets share their date.
            let at = if number % 15 == 4 {
                world.last_date(earliest)
            } else {
                world.random.instant(earliest, earliest + step)
            };
            // Every seventh is where nobody looks.
            let secret = number % 7 == 5;
            let project = projects
                .iter()
                .find(|project| (project.role == Role::Vault) == secret);
            if let Some(project) = project {
                world.check_in(organization, boards, project, number, at);
            }
        }
        for project in projects {
            world.label_project(project, organization.identities.len());
        }
        world
    }

    fn last_date(&self, otherwise: Timestamp) -> Timestamp {
        self.changesets
            .last()
            .map_or(otherwise, |changeset| changeset.created)
    }

    /// Adds a changeset.
    pub(super) fn check_in(
        &mut self,
        organization: &Organization,
        boards: &BoardsWorld,
        project: &Project,
        number: usize,
        at: Timestamp,
    ) -> i64 {
        let id = self.changesets.last().map_or(1, |last| last.id + 1);
        let people = organization.identities.len() - 1;
        let author = self.random.below(people);
        let many = number % 25 == 10;
        let count = if many {
            self.random.between(101, 350)
        } else {
            self.random.between(1, 8)
        };
        let mut changes = Vec::new();
        for place in 0..count {
            changes.push(self.change(project, id, place));
        }
        let work_items = self.tied(organization, boards, project);
        let changeset = Changeset {
            id,
            project: project.id,
            author,
            // A gated check-in is carried out by the build service.
            checked_in_by: if self.random.chance(10) {
                people
            } else {
                author
            },
            created: at,
            comment: (number % 9 != 7).then(|| awkward::line(&mut self.random, number)),
            changes,
            work_items,
            notes: if self.random.chance(30) {
                vec![
                    ("Code Reviewer", String::from("Łukasz \"the eye\"")),
                    ("Security Reviewer", String::new()),
                ]
            } else {
                Vec::new()
            },
            overridden: self.random.chance(8).then(|| {
                (
                    String::from("Hotfix; policy is wrong <again>"),
                    vec!["Build failed", "No work item"],
                )
            }),
        };
        self.changesets.push(changeset);
        id
    }

    fn change(&mut self, project: &Project, changeset: i64, place: i64) -> Change {
        let random = &mut self.random;
        let folder = random.pick(&FOLDERS);
        let path = format!(
            "$/{}/{folder}/{place} {}",
            project.name,
            random.pick(&NAMES)
        );
        let kind = if changeset < 3 {
            "add, edit, encoding"
        } else {
            *random.pick(&[
                "edit",
                "edit",
                "edit",
                "add, edit, encoding",
                "rename, edit",
                "delete",
                "delete, sourceRename",
                "branch",
                "merge, edit",
                "add",
            ])
        };
        let is_folder = kind == "add";
        let has_content = !is_folder && !kind.contains("delete");
        let former = format!("$/{}/Dev/Source/{place} Former.cs", project.name);
        Change {
            is_folder,
            size: has_content.then(|| random.between(0, 90_000)),
            hash: has_content.then(|| format!("{}==", random.hexadecimal(22))),
            deletion: kind.contains("delete").then_some(changeset * 7),
            source: (kind.contains("rename") || kind == "branch")
                .then(|| format!("{former};C{}", (changeset - 1).max(1))),
            merged_from: kind
                .contains("merge")
                .then(|| (former, 1, (changeset - 1).max(1))),
            path,
            kind,
        }
    }

    fn tied(
        &mut self,
        organization: &Organization,
        boards: &BoardsWorld,
        project: &Project,
    ) -> Vec<TiedItem> {
        let mut tied: Vec<TiedItem> = Vec::new();
        while self.random.chance(30) && tied.len() < 3 && boards.item_count() > 0 {
            let id = i64::try_from(self.random.below(boards.item_count())).unwrap_or_default() + 1;
            let same_project = boards.project_of(id) == Some(project.id);
            let Some((title, state, kind, assigned_to)) =
                boards.summary(id).filter(|_| same_project)
            else {
                continue;
            };
            if tied.iter().all(|item| item.id != id) {
                let assigned_to =
                    assigned_to.map(|place| organization.identities[place].combined());
                tied.push(TiedItem {
                    id,
                    title: String::from(title),
                    state,
                    kind,
                    assigned_to,
                });
            }
        }
        tied
    }

    fn label_project(&mut self, project: &Project, people: usize) {
        for (number, name) in [
            "Another label",
            "v1.0 \u{1F3F7}",
            "nightly #7 & co + 50%",
            "Release \"2\"",
        ]
        .into_iter()
        .enumerate()
        {
            let at = self.random.instant(
                clock::start() - SignedDuration::from_hours(24 * 300),
                clock::start(),
            );
            self.label(project.id, &format!("$/{}", project.name), name, people, at);
            if let (1, Some(last)) = (number, self.labels.last_mut()) {
                last.description = Some(String::from("Shipped to <customers>\nand kept"));
            }
        }
    }

    /// Adds a label.
    pub(super) fn label(
        &mut self,
        project: Uuid,
        scope: &str,
        name: &str,
        people: usize,
        at: Timestamp,
    ) -> i64 {
        let id = self.labels.last().map_or(2_880, |last| last.id + 1);
        let owner = self.random.below(people);
        let label = Label {
            id,
            project,
            name: String::from(name),
            scope: String::from(scope),
            description: None,
            owner,
            modified: at,
        };
        self.labels.push(label);
        id
    }
}

fn branches(project: &Project, random: &mut Random) -> Vec<Branch> {
    let root = format!("$/{}", project.name);
    let mut branch = |name: &str,
                      parent: Option<usize>,
                      description: Option<&'static str>,
                      is_deleted: bool| Branch {
        path: format!("{root}/{name}"),
        project: project.id,
        parent,
        owner: random.below(9),
        created: random.instant(
            clock::start() - SignedDuration::from_hours(24 * 1_000),
            clock::start(),
        ),
        description,
        is_deleted,
        related: Vec::new(),
    };
    let mut branches = vec![
        branch("Main", None, None, false),
        branch("Dev", Some(0), Some("Branched from Main"), false),
        branch("Feature #1 + Ünïcode", Some(1), Some("مرحبا <b>"), false),
        branch("Release 1.0", Some(0), Some(""), true),
        branch("Lonely", None, None, false),
    ];
    branches[1].related = vec![format!("{root}/Lonely")];
    if project.role == Role::Vault {
        vec![branches.swap_remove(0)]
    } else {
        branches
    }
}
