//! Changes what a connection is called and covers, and whether it is read.

use store::connections::{self as stored, Edited, State};

use super::{Connections, taken, unknown};
use crate::by::By;
use crate::given;
use crate::grants::{Want, standing};
use crate::refusal::Refusal;
use crate::view::Connection;

/// What is to be changed; `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// Its name.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Words to find it by.
    pub tags: Option<Vec<String>>,
    /// The organizations that it is to cover; none for all that the credential can list.
    pub organizations: Option<Vec<String>>,
}

impl Connections {
    /// Changes a connection. The rows of organizations that it no longer covers stay.
    pub async fn edit(&self, by: &By, name: &str, edit: Edit) -> Result<Connection, Refusal> {
        let connection = self.find(name).await?;
        let new_name = edit.name.as_deref().map(given::name).transpose()?;
        let description = edit
            .description
            .as_deref()
            .map(given::description)
            .transpose()?;
        let tags = edit.tags.as_deref().map(given::tags).transpose()?;
        let organizations = match edit.organizations {
            Some(named) => {
                let named = given::organizations(named)?;
                Some((named.is_empty(), self.covered(&connection, &named).await?))
            }
            None => None,
        };
        let change = stored::Edit {
            name: new_name.as_deref(),
            description: description.as_deref(),
            tags: tags.as_deref(),
            organizations: organizations
                .as_ref()
                .map(|(all, organizations)| (*all, organizations.as_slice())),
        };
        let entry = self.entry(by, "connection.edit", &connection.name, told(&change));
        let edited = self
            .0
            .store
            .connection_edit(connection.id, &change, &entry)
            .await?;
        match edited {
            Edited::Connection(edited) => self.shown(*edited).await,
            Edited::NameTaken => Err(taken(new_name.as_deref().unwrap_or_default())),
            Edited::Gone => Err(unknown(name)),
        }
    }

    /// The organizations that it is to cover. Those that it covers already need not answer at this moment.
    async fn covered(
        &self,
        connection: &stored::Connection,
        named: &[String],
    ) -> Result<Vec<stored::Organization>, Refusal> {
        let known = |name: &String| {
            let name: azdo::OrganizationName = name.parse().ok()?;
            let mut all = connection.organizations.iter();
            all.find(|known| name.is_called(&known.name)).cloned()
        };
        let kept: Vec<stored::Organization> = named.iter().filter_map(known).collect();
        let new: Vec<String> = named
            .iter()
            .filter(|name| known(name).is_none())
            .cloned()
            .collect();
        if new.is_empty() && !named.is_empty() {
            return Ok(unique(kept));
        }
        let access = self
            .0
            .grants
            .access(connection.id, standing(connection))
            .await?;
        let asking = self
            .0
            .azure
            .with(&access.description, access.scheme, &access.token);
        let mut covered = super::add::organizations(&asking, &new).await?;
        covered.extend(kept);
        Ok(unique(covered))
    }

    /// Stops reading a connection. What is in hand is finished with the tokens that were given.
    pub async fn pause(&self, by: &By, name: &str) -> Result<Connection, Refusal> {
        let from = [State::Active, State::NeedsSignIn];
        self.turn(by, name, &from, State::Paused, "connection.pause")
            .await
    }

    /// Reads a connection again, from where it stood; or tries at once whether a dead grant lives again.
    pub async fn resume(&self, by: &By, name: &str) -> Result<Connection, Refusal> {
        let from = [State::Paused, State::NeedsSignIn];
        let resumed = self
            .turn(by, name, &from, State::Active, "connection.resume")
            .await?;
        // Should its grant be dead, it is said so, and why; what only passes is nothing to complain about.
        match self.0.grants.access(resumed.id, Want::Life).await {
            Err(refusal) if !refusal.is_passing() => Err(refusal),
            _ => self.show(&resumed.id.to_string()).await,
        }
    }

    async fn turn(
        &self,
        by: &By,
        name: &str,
        from: &[State],
        to: State,
        action: &'static str,
    ) -> Result<Connection, Refusal> {
        let connection = self.find(name).await?;
        let entry = self.entry(by, action, &connection.name, "");
        self.0
            .store
            .connection_state(connection.id, from, to, &entry)
            .await?;
        // Who finds it as they want it has no complaint.
        self.show(&connection.id.to_string()).await
    }
}

fn unique(mut organizations: Vec<stored::Organization>) -> Vec<stored::Organization> {
    organizations.sort_by_key(|organization| organization.id);
    organizations.dedup_by_key(|organization| organization.id);
    organizations
}

fn told(edit: &stored::Edit<'_>) -> String {
    let mut told = Vec::new();
    if let Some(name) = edit.name {
        told.push(format!("name: {name}"));
    }
    if edit.description.is_some() {
        told.push("description".to_owned());
    }
    if let Some(tags) = edit.tags {
        told.push(format!("tags: {}", tags.join(", ")));
    }
    if let Some((all, organizations)) = edit.organizations {
        let names: Vec<&str> = organizations.iter().map(|one| one.name.as_str()).collect();
        let which = if all {
            "all organizations"
        } else {
            "organizations"
        };
        told.push(format!("{which}: {}", names.join(", ")));
    }
    told.join("; ")
}
