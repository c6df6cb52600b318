//! What auth does by itself: it looks at each connection once a day, tries dead grants once an hour, clears away what was
//! deleted, and forgets sign-ins that were not ended. Each loop asks the database what is due, so that any number of replicas
//! share the work, and one that dies leaves nothing undone.

use std::time::Duration;

use chassis::Lifecycle;
use store::Store;
use store::connections::{self as stored, Cleared};

use crate::Connections;
use crate::grants::{Grants, Want, describe};
use crate::refusal::Refusal;

/// How often it is asked what is due.
const PAUSE: Duration = Duration::from_secs(15);

/// What the loops work with.
#[derive(Clone, Debug)]
pub(crate) struct Loops {
    pub(crate) store: Store,
    pub(crate) connections: Connections,
    pub(crate) grants: Grants,
    pub(crate) clock: fn() -> jiff::Timestamp,
}

impl Loops {
    pub(crate) fn start(&self, lifecycle: &Lifecycle) {
        let (loops, life) = (self.clone(), lifecycle.clone());
        lifecycle.spawn("daily look", repeat(life, move || loops.clone().look()));
        let (loops, life) = (self.clone(), lifecycle.clone());
        lifecycle.spawn(
            "dead grants",
            repeat(life, move || loops.clone().try_again()),
        );
        let (loops, life) = (self.clone(), lifecycle.clone());
        lifecycle.spawn("deletions", repeat(life, move || loops.clone().clear()));
        let (loops, life) = (self.clone(), lifecycle.clone());
        lifecycle.spawn("sign-ins", repeat(life, move || loops.clone().forget()));
    }

    /// Looks at the next connection that is due; false when none is.
    async fn look(self) -> Result<bool, Refusal> {
        let Some(id) = self.store.look_take().await? else {
            return Ok(false);
        };
        let Some(connection) = self.store.connection_of(&id.to_string()).await? else {
            return Ok(true);
        };
        self.warn(&connection);
        match self.connections.look_at(&connection).await {
            Err(refusal) if refusal.cause.is_some() => Err(refusal),
            // It is looked at again in an hour; or it needs a sign-in, which has been said.
            Err(refusal) => {
                tracing::debug!(connection.id = %id, "a look at the connection `{}` failed: {refusal}", connection.name);
                Ok(true)
            }
            Ok(()) => Ok(true),
        }
    }

    /// Says that a credential ends soon, each day until somebody does something.
    fn warn(&self, connection: &stored::Connection) {
        let Ok(description) = describe(&connection.credential) else {
            return;
        };
        let Some(expiry) = description.expiry((self.clock)()) else {
            return;
        };
        if expiry.warning > credential::Warning::Far {
            tracing::warn!(
                connection.id = %connection.id,
                credential.days = expiry.days,
                "the credential of the connection `{}` ends in {} days: {}",
                connection.name,
                expiry.days,
                expiry.remedy
            );
        }
    }

    /// Tries the next dead grant whose hour is over; false when there is none.
    async fn try_again(self) -> Result<bool, Refusal> {
        let Some(id) = self.store.try_take().await? else {
            return Ok(false);
        };
        match self.grants.access(id, Want::Life).await {
            Err(refusal) if refusal.cause.is_some() => Err(refusal),
            Err(refusal) => {
                tracing::debug!(connection.id = %id, "a dead grant is still dead: {refusal}");
                Ok(true)
            }
            Ok(_) => Ok(true),
        }
    }

    /// Forgets sign-ins that were begun and not ended.
    async fn forget(self) -> Result<bool, Refusal> {
        self.store.sign_in_sweep().await?;
        Ok(false)
    }

    /// Clears one piece of what was deleted; false when there is nothing.
    async fn clear(self) -> Result<bool, Refusal> {
        Ok(match self.store.connection_clear().await? {
            Cleared::Nothing => false,
            Cleared::Piece(_) => true,
            Cleared::Connection(id) => {
                tracing::info!(connection.id = %id, "a deleted connection is gone");
                true
            }
        })
    }
}

/// Does one thing after the other as long as there is something to do, then pauses. A database that is away comes back.
async fn repeat<F>(life: Lifecycle, work: impl Fn() -> F + Send) -> anyhow::Result<()>
where
    F: Future<Output = Result<bool, Refusal>> + Send,
{
    while !life.is_stopping() {
        let more = work().await.unwrap_or_else(|refusal| {
            refusal.told();
            false
        });
        if more {
            continue;
        }
        tokio::select! {
            () = life.soft.cancelled() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
    Ok(())
}
