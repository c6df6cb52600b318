//! Projects by name: the command line has no database, but the stream of records carries every project.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context as _;
use bus::{Bus, Since};
use chassis::Advice;
use futures::StreamExt as _;
use prost::Message as _;
use uuid::Uuid;
use wire::proto::boards::v1::Project;
use wire::subject;

/// When nothing more comes for so long, all projects that are kept have come.
const QUIET: Duration = Duration::from_millis(700);

/// The guid of a project, given by guid or name.
pub(crate) async fn find(
    bus: &Bus,
    organization: Option<Uuid>,
    name: &str,
) -> anyhow::Result<Uuid> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let filter = subject::records(organization, None, None, wire::entity("projects"));
    let mut records = bus.tail(filter, Since::Beginning);
    let mut names = Names::default();
    while let Ok(Some(record)) = tokio::time::timeout(QUIET, records.next()).await {
        let record = record.context("read the projects in the stream of records")?;
        let project =
            Project::decode(record.payload).context("read a project in the stream of records")?;
        names.learn(project);
    }
    names.find(name)
}

/// What the projects are called now: later records of one project replace earlier ones.
#[derive(Debug, Default)]
struct Names(BTreeMap<Uuid, String>);

impl Names {
    fn learn(&mut self, project: Project) {
        if let Ok(id) = project.id.parse() {
            self.0.insert(id, project.name);
        }
    }

    fn find(&self, name: &str) -> anyhow::Result<Uuid> {
        let named = self
            .0
            .iter()
            .filter(|(_, known)| known.to_lowercase() == name.to_lowercase());
        let found: Vec<_> = named.map(|(id, _)| *id).collect();
        match found.as_slice() {
            [id] => Ok(*id),
            [] => {
                let known: Vec<_> = self.0.values().map(String::as_str).collect();
                let message = format!("the records that NATS still has name no project `{name}`");
                let remedy = format!("give its guid, or one of these: {}", known.join(", "));
                Err(Advice::new(message, remedy).into())
            }
            several => {
                let message = format!("{} projects are called `{name}`", several.len());
                Err(Advice::new(
                    message,
                    "name the organization too (--organization), or give the guid",
                )
                .into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(projects: &[(u128, &str)]) -> Names {
        let mut names = Names::default();
        for (id, name) in projects {
            names.learn(Project {
                id: Uuid::from_u128(*id).to_string(),
                name: (*name).to_owned(),
                ..Project::default()
            });
        }
        names
    }

    #[test]
    fn the_newest_name_of_a_project_counts() {
        let names = names(&[(1, "Old"), (2, "Other"), (1, "New")]);
        assert_eq!(names.find("new").unwrap(), Uuid::from_u128(1));
        let error = names.find("Old").unwrap_err();
        let advice = error.downcast_ref::<Advice>().unwrap();
        assert!(
            advice.remedy().ends_with("New, Other"),
            "{}",
            advice.remedy()
        );
    }

    #[test]
    fn two_of_a_name_are_not_guessed_at() {
        let names = names(&[(1, "Web"), (2, "web")]);
        assert!(
            names
                .find("Web")
                .unwrap_err()
                .to_string()
                .contains("2 projects")
        );
    }
}
