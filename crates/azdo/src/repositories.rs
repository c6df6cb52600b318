//! Git repositories.

use jiff::Timestamp;
use url::Url;
use uuid::Uuid;

use crate::client::Client;
use crate::error::Error;
use crate::identity::Identity;
use crate::json::{Item, Object, single};
use crate::paging::{Pages, whole};
use crate::projects::Presence;
use crate::request::Request;

/// A repository: empty ones have no default branch, disabled ones answer nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// Survives renames and moves to another project.
    pub id: Uuid,
    /// Its current name.
    pub name: Option<String>,
    /// Where it is now.
    pub project_id: Option<Uuid>,
    /// The project's current name.
    pub project_name: Option<String>,
    /// Unless it is `wellFormed`, nothing in the repository can be read.
    pub project_state: Option<String>,
    /// `refs/heads/…`; absent while it is empty.
    pub default_branch: Option<String>,
    /// In bytes, compressed.
    pub size: Option<i64>,
    /// For cloning over HTTPS, without the user that the service puts into it.
    pub remote_url: Option<String>,
    /// For cloning over SSH.
    pub ssh_url: Option<String>,
    /// For people.
    pub web_url: Option<String>,
    /// Switched off.
    pub is_disabled: Option<bool>,
    /// Made as a fork.
    pub is_fork: Option<bool>,
    /// Read only for now.
    pub is_in_maintenance: Option<bool>,
    /// Its address in the API.
    pub url: Option<String>,
    /// All members that have no field here: a JSON object.
    pub extra: String,
}

/// A repository in the recycle bin, or beyond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedRepository {
    /// The id that it had.
    pub id: Uuid,
    /// The name that it had.
    pub name: Option<String>,
    /// Where it was.
    pub project_id: Option<Uuid>,
    /// When it was made.
    pub created_date: Option<Timestamp>,
    /// When it was deleted.
    pub deleted_date: Option<Timestamp>,
    /// By whom.
    pub deleted_by: Option<Identity>,
}

impl Item for Repository {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        let mut project = object.nested("project");
        let project = project.as_mut();
        let (project_id, project_name, project_state) = match project {
            Some(project) => (
                project.uuid("id"),
                project.text("name"),
                project.text("state"),
            ),
            None => (None, None, None),
        };
        Ok(Self {
            id: object.key_uuid("id")?,
            name: object.text("name"),
            project_id,
            project_name,
            project_state,
            default_branch: object.text("defaultBranch"),
            size: object.int("size"),
            remote_url: object.text("remoteUrl").map(without_user),
            ssh_url: object.text("sshUrl"),
            web_url: object.text("webUrl"),
            is_disabled: object.bool("isDisabled"),
            is_fork: object.bool("isFork"),
            is_in_maintenance: object.bool("isInMaintenance"),
            url: object.text("url"),
            extra: object.rest()?,
        })
    }
}

impl Item for DeletedRepository {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        let mut project = object.nested("project");
        Ok(Self {
            id: object.key_uuid("id")?,
            name: object.text("name"),
            project_id: project.as_mut().and_then(|project| project.uuid("id")),
            created_date: object.time("createdDate"),
            deleted_date: object.time("deletedDate"),
            deleted_by: object.identity("deletedBy"),
        })
    }
}

/// The service writes `https://organization@dev.azure.com/…`, and git would ask for a password.
fn without_user(remote: String) -> String {
    let Ok(mut url) = Url::parse(&remote) else {
        return remote;
    };
    let bare = url.set_username("").is_ok() && url.set_password(None).is_ok();
    if bare { url.into() } else { remote }
}

impl Client {
    /// All repositories of all projects, those of wikis and the disabled ones too: one request.
    pub fn repositories(&self) -> Pages<Repository> {
        let request = Request::get("_apis/git/repositories", &[]).with("includeHidden", true);
        whole(self.clone(), request)
    }

    /// Asks for one repository that the listing no longer shows.
    pub async fn repository(
        &self,
        project: Uuid,
        repository: Uuid,
    ) -> Result<Presence<Repository>, Error> {
        let request = Request::get(
            "{project}/_apis/git/repositories/{repository}",
            &[&project.to_string(), &repository.to_string()],
        );
        match self.read(&request, single::<Repository>).await {
            Ok((repository, _)) => Ok(Presence::There(repository)),
            Err(Error::Gone(_)) => Ok(Presence::Gone),
            // TF401019 means "does not exist *or* no permission": only `deleted_repositories` can
            // prove the first.
            Err(Error::NotFound(_) | Error::Forbidden(_)) => Ok(Presence::Hidden),
            Err(error) => Err(error),
        }
    }

    /// What was deleted in a project: the proof that an absent repository is gone.
    pub fn deleted_repositories(&self, project: Uuid) -> Pages<DeletedRepository> {
        let request = Request::get(
            "{project}/_apis/git/deletedrepositories",
            &[&project.to_string()],
        );
        whole(self.clone(), request)
    }
}
