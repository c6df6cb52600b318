//! Adds, lists and removes connections for those who ask.

use store::Store;
use store::connections::{Connection, NewConnection};
use uuid::Uuid;
use wire::proto::control::v1::{
    self as proto, AddConnectionReply, AddConnectionRequest, ListConnectionsReply,
    ListConnectionsRequest, RemoveConnectionReply, RemoveConnectionRequest,
};

use crate::order::Order;
use crate::probe::Probe;
use crate::refusal::Refusal;
use crate::vault::{PERSONAL_ACCESS_TOKEN, Vault};

/// How a connection with a personal access token signs in.
const PAT: &str = "pat";

/// Where connections are set up.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub(crate) store: Store,
    pub(crate) vault: Vault,
    pub(crate) probe: Probe,
}

impl Desk {
    pub(crate) async fn add(&self, request: AddConnectionRequest) -> AddConnectionReply {
        match self.try_add(request).await {
            Ok(connection) => {
                tracing::info!(connection.id = %connection.id, "added the connection `{}`", connection.name);
                AddConnectionReply {
                    connection: Some(told(connection)),
                    error: String::new(),
                }
            }
            Err(refusal) => AddConnectionReply {
                connection: None,
                error: refusal.told(),
            },
        }
    }

    pub(crate) async fn list(&self, request: ListConnectionsRequest) -> ListConnectionsReply {
        let name = request.name.trim();
        match self.try_list(name).await {
            Ok(connections) => ListConnectionsReply {
                connections: connections.into_iter().map(told).collect(),
                error: String::new(),
            },
            Err(refusal) => ListConnectionsReply {
                connections: Vec::new(),
                error: refusal.told(),
            },
        }
    }

    pub(crate) async fn remove(&self, request: RemoveConnectionRequest) -> RemoveConnectionReply {
        match self.try_remove(request.name.trim()).await {
            Ok(connection) => {
                tracing::info!(connection.id = %connection.id, "removed the connection `{}`", connection.name);
                RemoveConnectionReply {
                    connection: Some(told(connection)),
                    error: String::new(),
                }
            }
            Err(refusal) => RemoveConnectionReply {
                connection: None,
                error: refusal.told(),
            },
        }
    }

    async fn try_add(&self, request: AddConnectionRequest) -> Result<Connection, Refusal> {
        let order = Order::read(request)?;
        // Asked first too: the probe takes seconds.
        if !self.store.connection_list(&order.name).await?.is_empty() {
            return Err(taken(&order.name));
        }
        let organizations = self
            .probe
            .organizations(&order.token, &order.organizations)
            .await?;
        let id = Uuid::new_v4();
        let secret = self.vault.seal(id, PERSONAL_ACCESS_TOKEN, &order.token)?;
        let new = NewConnection {
            id,
            name: &order.name,
            description: &order.description,
            tags: &order.tags,
            credential_kind: PAT,
            organizations: &organizations,
            secret: &secret,
        };
        let added = self.store.connection_add(&new).await?;
        added.ok_or_else(|| taken(&order.name))
    }

    async fn try_list(&self, name: &str) -> Result<Vec<Connection>, Refusal> {
        let connections = self.store.connection_list(name).await?;
        if connections.is_empty() && !name.is_empty() {
            return Err(unknown(name));
        }
        Ok(connections)
    }

    async fn try_remove(&self, name: &str) -> Result<Connection, Refusal> {
        let removed = self.store.connection_remove(name).await?;
        removed.ok_or_else(|| unknown(name))
    }
}

fn taken(name: &str) -> Refusal {
    Refusal::asker(format!(
        "there is a connection `{name}` already (case does not matter): choose another name, or remove that one first"
    ))
}

fn unknown(name: &str) -> Refusal {
    Refusal::asker(format!(
        "there is no connection `{name}`: see `adit connection list`"
    ))
}

fn told(connection: Connection) -> proto::Connection {
    proto::Connection {
        id: connection.id.to_string(),
        name: connection.name,
        description: connection.description,
        tags: connection.tags,
        credential_kind: connection.credential_kind,
        organizations: connection
            .organizations
            .into_iter()
            .map(|organization| proto::ConnectionOrganization {
                id: organization.id.to_string(),
                name: organization.name,
                state: organization.state.to_owned(),
                explanation: organization.explanation,
            })
            .collect(),
        created_at: Some(wire::from_timestamp(connection.created_at)),
    }
}
