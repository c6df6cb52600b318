//! Makes a connection: what does not work is not kept.

use azdo::OrganizationName;
use preflight::{OrganizationState, Reached};
use store::connections::{Added, NewConnection, Organization, SealedSecret};
use uuid::Uuid;

use super::{Connections, taken};
use crate::azure::{Asking, organization};
use crate::by::By;
use crate::given::{self, Given};
use crate::grants::{Access, value};
use crate::refusal::{Refusal, RefusalKind};
use crate::vault::Place;
use crate::view::Checked;

/// A connection that somebody wants.
#[derive(Clone, Debug)]
pub struct New {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// The organizations that it is to cover; none for all that the credential can list, those too that appear later.
    pub organizations: Vec<String>,
    /// What it signs in with.
    pub credential: Given,
}

/// A credential that has just been seen to work.
struct Source {
    id: Uuid,
    access: Access,
    /// Nothing where there is no secret, and where the draft has it.
    secret: Option<SealedSecret>,
    from_draft: bool,
}

impl Connections {
    /// Adds a connection, and checks what it can read. Its first sync begins at once.
    pub async fn add(&self, by: &By, new: New) -> Result<Checked, Refusal> {
        let name = given::name(&new.name)?;
        let description = given::description(&new.description)?;
        let tags = given::tags(&new.tags)?;
        let named = given::organizations(new.organizations)?;
        check_names(&named)?;
        // Asked first too: what follows takes seconds.
        if self.0.store.connection_of(&name).await?.is_some() {
            return Err(taken(&name));
        }
        let source = self.source(by, new.credential).await?;
        let access = &source.access;
        let asking = self
            .0
            .azure
            .with(&access.description, access.scheme, &access.token)
            .issued();
        let organizations = organizations(&asking, &named).await?;
        let credential = value(&access.description)?;
        let to_add = NewConnection {
            id: source.id,
            name: &name,
            description: &description,
            tags: &tags,
            credential: &credential,
            credential_expires_at: access.description.expires_on(),
            all_organizations: named.is_empty(),
            created_by: &by.name,
            organizations: &organizations,
            secret: source.secret.as_ref(),
            from_draft: source.from_draft,
        };
        let detail = format!("{}: {}", access.description.label(), names(&organizations));
        let entry = self.entry(by, "connection.add", &name, detail);
        let connection = match self.0.store.connection_add(&to_add, &entry).await? {
            Added::Connection(connection) => connection,
            Added::NameTaken => return Err(taken(&name)),
            Added::DraftGone => return Err(super::draft::gone()),
        };
        tracing::info!(connection.id = %connection.id, "added the connection `{name}`");
        self.0.drafts.forget(connection.id);
        self.examine_while_waited(&connection, &asking, false)
            .await?;
        self.checked(connection.id).await
    }

    async fn source(&self, by: &By, given: Given) -> Result<Source, Refusal> {
        if let Given::Draft { draft } = given {
            return Ok(Source {
                id: draft,
                access: self.draft_access(by, draft).await?,
                secret: None,
                from_draft: true,
            });
        }
        let id = Uuid::new_v4();
        let (access, secret) = self.try_given(id, given).await?;
        Ok(Source {
            id,
            access,
            secret,
            from_draft: false,
        })
    }

    /// Gets a token with what was given, and seals its secret for a connection.
    pub(super) async fn try_given(
        &self,
        id: Uuid,
        given: Given,
    ) -> Result<(Access, Option<SealedSecret>), Refusal> {
        let parts = given.into_parts()?;
        let secret = parts.secret.as_ref().map(|(_, secret)| secret.clone());
        let granted = self
            .0
            .ways
            .open(&parts.description, secret)?
            .grant()
            .await?;
        let credential = value(&parts.description)?;
        let sealed = match &parts.secret {
            Some((name, secret)) => {
                let place = Place::of(id, name, &credential);
                Some(self.0.vault.seal(&place, secret)?)
            }
            None => None,
        };
        let access = Access {
            description: parts.description,
            scheme: granted.scheme,
            token: granted.token,
            generation: 0,
            ends_in: granted.expires_in,
        };
        Ok((access, sealed))
    }
}

/// A misspelt address is told before anybody is asked for a token.
pub(super) fn check_names(named: &[String]) -> Result<(), Refusal> {
    for name in named {
        if let Err(error) = name.parse::<OrganizationName>() {
            return Err(Refusal::wrong(
                error.to_string(),
                "write `fabrikam` or `https://dev.azure.com/fabrikam`",
            ));
        }
    }
    Ok(())
}

/// Those that are named, each of which must answer; or all, one of which must.
pub(super) async fn organizations(
    asking: &Asking,
    named: &[String],
) -> Result<Vec<Organization>, Refusal> {
    let reached = if named.is_empty() {
        let reached = asking.discover().await?;
        if !reached
            .iter()
            .any(|one| one.state == OrganizationState::Active)
        {
            return Err(none(&reached));
        }
        reached
    } else {
        asking.resolve(named).await?
    };
    Ok(reached.iter().filter_map(organization).collect())
}

fn none(reached: &[Reached]) -> Refusal {
    let words: Vec<String> = reached
        .iter()
        .map(|one| {
            format!(
                "{}: {}. {}",
                one.organization.name, one.finding.answered, one.finding.remedy
            )
        })
        .collect();
    let explanation = if words.is_empty() {
        "whoever signed in is a member of no organization".to_owned()
    } else {
        format!("no organization can be read: {}", words.join("; "))
    };
    let link = reached
        .first()
        .map_or_else(String::new, |one| one.finding.link.clone());
    Refusal {
        link,
        ..Refusal::new(
            RefusalKind::Refused,
            "no_organization",
            explanation,
            "have the identity added to an organization, or sign in as somebody who is a member",
        )
    }
}

fn names(organizations: &[Organization]) -> String {
    let names: Vec<&str> = organizations
        .iter()
        .map(|organization| organization.name.as_str())
        .collect();
    names.join(", ")
}
