//! The database.

use std::{str::FromStr, time::Duration};

use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::Error;

/// How long a caller waits for a connection of the pool.
const ACQUIRE_WITHIN: Duration = Duration::from_secs(5);

/// The database. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) pool: PgPool,
}

impl Store {
    /// Connects with at most `connections` at once. `name` is what the server shows for them.
    pub async fn connect(url: &str, name: &str, connections: u32) -> Result<Self, Error> {
        let options = PgConnectOptions::from_str(url)?
            .application_name(name)
            .options([
                ("statement_timeout", "30s"),
                ("TimeZone", "UTC"),
                // A transaction whose process hangs must not hold its locks for ever.
                ("idle_in_transaction_session_timeout", "60s"),
            ]);
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE_WITHIN)
            .connect_with(options)
            .await?;
        Ok(Self { pool })
    }

    /// Brings the schema up to date. Any number of processes may do so at once. Refuses a database that a newer
    /// version has migrated.
    pub async fn migrate(&self) -> Result<(), Error> {
        let mut connection = self.pool.acquire().await?;
        // Building an index over a large table takes as long as it takes.
        sqlx::query("SET statement_timeout = 0")
            .execute(&mut *connection)
            .await?;
        let migrated = sqlx::migrate!().run(&mut *connection).await;
        sqlx::query("RESET statement_timeout")
            .execute(&mut *connection)
            .await?;
        Ok(migrated?)
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
