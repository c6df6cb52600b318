//! Makes definitions.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    PipelinesWorld,
    definition::{Definition, Queue, Source},
    heads::Heads,
};
use crate::{
    clock,
    git::{GitWorld, Repository},
    organization::{Organization, Project},
};

const QUEUES: [Queue; 3] = [
    Queue {
        id: 72,
        name: "Azure Pipelines",
        pool: 9,
        is_hosted: true,
    },
    Queue {
        id: 73,
        name: "Default",
        pool: 1,
        is_hosted: false,
    },
    Queue {
        id: 90,
        name: "Linux & GPU #2",
        pool: 14,
        is_hosted: false,
    },
];
const NAMES: [&str; 10] = [
    "CI",
    "Nightly",
    "Deploy to production",
    "Pull request check",
    "Größe-CI 🚀",
    "Release",
    "Security scan",
    "Docs & samples #2",
    "Integration tests",
    "Infrastructure 50%",
];

impl PipelinesWorld {
    pub(super) fn add_definition(
        &mut self,
        organization: &Organization,
        git: &GitWorld,
        project: &Project,
        place: usize,
        heads: &mut Vec<Heads>,
    ) {
        let repositories = git
            .repositories
            .iter()
            .filter(|repository| repository.project == project.id && repository.buildable());
        let repositories = repositories.collect::<Vec<_>>();
        let repository =
            (!repositories.is_empty()).then(|| repositories[place % repositories.len()]);
        let source = source(organization, project, repository, place);
        let created = self.random.instant(
            clock::start() - SignedDuration::from_hours(24 * 700),
            clock::start() - SignedDuration::from_hours(24 * 545),
        );
        let who = self.random.below(self.people.len() - 1);
        // Two pipelines of one name in two folders: names are no keys.
        let name = NAMES[(place / 2) % NAMES.len()];
        let path = if place % 2 == 1 {
            "\\team b\\nested"
        } else {
            "\\"
        };
        self.definitions.push(Definition {
            id: 11 + i64::try_from(place).unwrap_or_default() * 3,
            project: project.id,
            name: name.to_owned(),
            path: path.to_owned(),
            revision: self.random.between(1, 40),
            queue_status: match place % 11 {
                5 => "disabled",
                8 => "paused",
                _ => "enabled",
            },
            is_draft: place % 17 == 12,
            created,
            authored_by: self.people[who].clone(),
            yaml: (place % 4 != 3).then(|| "/azure-pipelines.yml".to_owned()),
            source,
            queue: (place % 13 != 9).then(|| QUEUES[place % QUEUES.len()]),
            triggers: triggers(place),
            variables: variables(place),
        });
        heads.push(
            repository
                .map(|repository| Heads::of(git, repository))
                .unwrap_or_default(),
        );
    }
}

fn source(
    organization: &Organization,
    project: &Project,
    repository: Option<&Repository>,
    place: usize,
) -> Source {
    if project.tfvc && place % 2 == 1 {
        let root = format!("$/{}", project.name);
        let url = format!("{}/", organization.link());
        return Source {
            id: root.clone(),
            kind: "TfsVersionControl",
            name: project.name.clone(),
            url,
            default_branch: root,
        };
    }
    match repository.filter(|_| place % 10 != 7) {
        Some(repository) => Source {
            id: repository.id.to_string(),
            kind: "TfsGit",
            name: repository.name.clone(),
            url: repository.web_url(organization, project),
            default_branch: "refs/heads/main".to_owned(),
        },
        None => Source {
            id: "fabrikam-oss/samples".to_owned(),
            kind: "GitHub",
            name: "fabrikam-oss/samples".to_owned(),
            url: "https://github.com/fabrikam-oss/samples.git".to_owned(),
            default_branch: "main".to_owned(),
        },
    }
}

fn triggers(place: usize) -> Value {
    match place % 3 {
        0 => json!([{
            "branchFilters": ["+refs/heads/main", "+refs/heads/release/*"],
            "pathFilters": [],
            "settingsSourceType": 2,
            "batchChanges": false,
            "maxConcurrentBuildsPerBranch": 1,
            "triggerType": "continuousIntegration",
        }]),
        1 => {
            json!([{ "schedules": [{ "branchFilters": ["+main"], "timeZoneId": "UTC", "startHours": 3, "daysToBuild": "all" }], "triggerType": "schedule" }])
        }
        _ => json!([]),
    }
}

/// Secret variables have no value.
fn variables(place: usize) -> Value {
    if place.is_multiple_of(2) {
        json!({ "configuration": { "value": "Release", "allowOverride": true }, "apiKey": { "value": null, "isSecret": true } })
    } else {
        json!({})
    }
}
