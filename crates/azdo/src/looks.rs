//! The smallest question of each domain: whether it answers, and whether it shows anything.

use uuid::Uuid;

use crate::client::Client;
use crate::error::Error;
use crate::json::{Item, Object, listed, single};
use crate::request::Request;

/// Something, whatever it is.
struct Thing;

/// A file or folder under version control.
struct Path(Option<String>);

impl Item for Thing {
    fn read(_object: Object<'_>) -> Result<Self, String> {
        Ok(Self)
    }
}

impl Item for Path {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self(object.text("path")))
    }
}

impl Client {
    /// Asks Boards for the root of a project's areas.
    pub async fn look_at_areas(&self, project: Uuid) -> Result<(), Error> {
        let request = Request::get(
            "{project}/_apis/wit/classificationnodes/areas",
            &[&project.to_string()],
        );
        self.read(&request, single::<Thing>).await?;
        Ok(())
    }

    /// Asks for one pipeline of a project: how many came, of all that there are.
    pub async fn look_at_definitions(&self, project: Uuid) -> Result<usize, Error> {
        let request = Request::get("{project}/_apis/build/definitions", &[&project.to_string()])
            .with("$top", 1);
        let (read, _) = self.read(&request, listed::<Thing>).await?;
        Ok(read.length)
    }

    /// Asks for the repositories of one project: how many came.
    pub async fn look_at_repositories(&self, project: Uuid) -> Result<usize, Error> {
        let request = Request::get("{project}/_apis/git/repositories", &[&project.to_string()]);
        let (read, _) = self.read(&request, listed::<Thing>).await?;
        Ok(read.length)
    }

    /// The names of the folders at the root of TFVC: a project with TFVC has one of its name.
    pub async fn tfvc_folders(&self) -> Result<Vec<String>, Error> {
        let request = Request::get("_apis/tfvc/items", &[])
            .with("scopePath", "$/")
            .with("recursionLevel", "OneLevel");
        let (read, _) = self.read(&request, listed::<Path>).await?;
        let names = read.items.into_iter().filter_map(|item| {
            let path = item.0?;
            let name = path.strip_prefix("$/")?;
            (!name.is_empty()).then(|| name.to_owned())
        });
        Ok(names.collect())
    }
}
