//! The database.

use std::{str::FromStr, time::Duration};

use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::Error;

/// How long the first connection may take: servers start in any order.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long a caller waits for a connection of the pool.
const ACQUIRE_WITHIN: Duration = Duration::from_secs(5);

/// The database. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) pool: PgPool,
}

impl Store {
    /// Connects with at most `connections` at once, waiting for a server that is not there yet. `name` is what the server shows for them.
    pub async fn connect(url: &str, name: &str, connections: u32) -> Result<Self, Error> {
        let options = PgConnectOptions::from_str(url)?
            .application_name(name)
            .options([
                ("statement_timeout", "30s"),
                ("TimeZone", "UTC"),
                // A transaction whose process hangs must not hold its locks for ever.
                ("idle_in_transaction_session_timeout", "60s"),
            ]);
        // A pool tries again while nobody listens, or the server says that it is starting, but only for as long as its
        // callers wait; so the first connection has a pool of its own.
        let first = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .connect_with(options.clone())
            .await?;
        first.close().await;
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE_WITHIN)
            .connect_lazy_with(options);
        Ok(Self { pool })
    }

    /// Answers when the database does.
    pub async fn ping(&self) -> Result<(), Error> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Closes all connections once they are idle.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
