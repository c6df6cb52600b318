//! What people and programs do with connections. Pages and the HTTP API are two ways to it; nothing here knows of either.

mod add;
mod check;
mod delete;
mod device;
mod draft;
mod draft_check;
mod edit;
mod keys;
mod reauthenticate;
mod sign_in;

use std::sync::Arc;

use credential::Ways;
use jiff::Timestamp;
use store::Store;
use store::connections as stored;
use store::people::audit::Entry;
use url::Url;

use crate::azure::Azure;
use crate::by::By;
use crate::grants::Grants;
use crate::refusal::Refusal;
use crate::vault::Vault;
use crate::view::{Check, Checked, Connection, Unopened};

pub use add::New;
pub use delete::{Deleted, Deletion, Rows};
pub use device::{DeviceBegun, DeviceStanding};
pub use draft::Draft;
pub(crate) use draft::Opened;
pub use edit::Edit;
pub use keys::{KeyStanding, Rotated, SealKey};
pub use sign_in::{SignInAnswer, SignInAt, SignInBegun, SignInEnded, SignInFor};

/// Where the browser comes back from Microsoft, below the public address.
pub const CALLBACK: &str = "/integrations/azure-devops/callback";

/// Everything that can be done with connections. Clones are the same.
#[derive(Clone, Debug)]
pub struct Connections(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) vault: Vault,
    pub(crate) ways: Ways,
    pub(crate) azure: Azure,
    pub(crate) grants: Grants,
    pub(crate) clock: fn() -> Timestamp,
    pub(crate) callback: Url,
    pub(crate) drafts: Opened,
}

impl Connections {
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// All connections, by name.
    pub async fn list(&self) -> Result<Vec<Connection>, Refusal> {
        let connections = self.0.store.connection_list("").await?;
        let unopened = self.unopened().await?;
        let now = self.now();
        Ok(connections
            .into_iter()
            .map(|connection| Connection::of(connection, &unopened, now))
            .collect())
    }

    /// The connection of this name or guid.
    pub async fn show(&self, name: &str) -> Result<Connection, Refusal> {
        let connection = self.find(name).await?;
        self.shown(connection).await
    }

    /// What a connection can read, as last asked.
    pub async fn checks(&self, name: &str) -> Result<Vec<Check>, Refusal> {
        let connection = self.find(name).await?;
        self.checks_of(&connection).await
    }

    /// Whether people can sign in with Microsoft here.
    pub fn signs_people_in(&self) -> bool {
        self.0.ways.signs_people_in()
    }

    pub(crate) async fn find(&self, name: &str) -> Result<stored::Connection, Refusal> {
        let found = self.0.store.connection_of(name.trim()).await?;
        found.ok_or_else(|| unknown(name))
    }

    async fn checks_of(&self, connection: &stored::Connection) -> Result<Vec<Check>, Refusal> {
        let checks = self.0.store.check_list(connection.id).await?;
        Ok(checks.into_iter().map(Check::of).collect())
    }

    async fn shown(&self, connection: stored::Connection) -> Result<Connection, Refusal> {
        let unopened = self.unopened().await?;
        Ok(Connection::of(connection, &unopened, self.now()))
    }

    async fn checked(&self, id: uuid::Uuid) -> Result<Checked, Refusal> {
        let connection = self.find(&id.to_string()).await?;
        let checks = self.checks_of(&connection).await?;
        Ok(Checked {
            connection: self.shown(connection).await?,
            checks,
        })
    }

    /// The connections whose secrets cannot be opened, and why.
    async fn unopened(&self) -> Result<Unopened, Refusal> {
        let secrets = self.0.store.secret_list().await?;
        let mut unopened = Unopened::new();
        for owned in secrets {
            // An access token can be had again.
            if owned.secret.name == stored::ACCESS_TOKEN {
                continue;
            }
            let opened = self
                .0
                .vault
                .unseal_of(owned.connection, &owned.credential, &owned.secret);
            if let Err(error) = opened {
                unopened.insert(owned.connection, Refusal::from(error).problem());
            }
        }
        Ok(unopened)
    }

    fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    fn entry(
        &self,
        by: &By,
        action: &'static str,
        subject: &str,
        detail: impl Into<String>,
    ) -> Entry {
        by.entry(self.now(), action, subject, detail)
    }
}

fn unknown(name: &str) -> Refusal {
    let shown: String = name
        .chars()
        .filter(|letter| !letter.is_control())
        .take(100)
        .collect();
    Refusal::not_found(
        format!("there is no connection `{shown}`"),
        "see the list of connections, or `adit connection list`",
    )
}

fn taken(name: &str) -> Refusal {
    Refusal::conflict(
        format!("there is a connection `{name}` already (case does not matter)"),
        "choose another name, or delete that one first",
    )
}
