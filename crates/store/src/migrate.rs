//! Who brings the schema up to date, and what those wait for who may not.

use std::{collections::BTreeSet, time::Duration};

use sqlx::migrate::Migrator;
use tokio::time::Instant;

use crate::{Error, Store};

/// The roles, as whoever runs PostgreSQL makes them.
pub const ROLES: &str = include_str!("../../../deploy/postgres/roles.sql");
/// What each of them may do.
const GRANTS: &str = include_str!("../../../deploy/postgres/grants.sql");
/// The role that owns the schemas.
pub const MIGRATOR: &str = "adit_migrator";
/// The roles that log in.
pub const LOGINS: [&str; 4] = [MIGRATOR, "adit_auth", "adit_scheduler", "adit_writer"];
/// The role of analysts.
pub const READER: &str = "adit_reader";

static MIGRATIONS: Migrator = sqlx::migrate!();

/// How long a service waits for somebody else to migrate: all of them start in any order.
const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(500);

/// The role that a service runs as; nothing for one that does not know the database.
pub fn role_of(service: &str) -> Option<&'static str> {
    match service {
        "auth" => Some("adit_auth"),
        "scheduler" => Some("adit_scheduler"),
        "writer" => Some("adit_writer"),
        _ => None,
    }
}

impl Store {
    /// Connects as [`connect`](Self::connect) does, to a database whose schema is that of this version when this returns:
    /// migrated as the role of `migrate_url` if that is given, else as this role if it may, else by somebody else, for whom
    /// this waits.
    pub async fn connect_migrated(
        url: &str,
        migrate_url: Option<&str>,
        name: &str,
        connections: u32,
    ) -> Result<Self, Error> {
        if let Some(url) = migrate_url {
            let migrator = Self::connect(url, name, 1).await?;
            migrator.migrate().await?;
            migrator.close().await;
        }
        let store = Self::connect(url, name, connections).await?;
        if migrate_url.is_none() && store.may_migrate().await? {
            store.migrate().await?;
        }
        store.wait_for_schema().await?;
        Ok(store)
    }

    /// Brings the schema up to date, and gives the roles their rights. Any number of processes may do so at once. Refuses a
    /// database that a newer version has migrated.
    pub async fn migrate(&self) -> Result<(), Error> {
        let mut connection = self.pool.acquire().await?;
        // Building an index over a large table takes as long as it takes.
        sqlx::query("SET statement_timeout = 0")
            .execute(&mut *connection)
            .await?;
        let migrated = MIGRATIONS.run(&mut *connection).await;
        let granted = match &migrated {
            Ok(()) => sqlx::raw_sql(GRANTS)
                .execute(&mut *connection)
                .await
                .map(drop),
            Err(_) => Ok(()),
        };
        if migrated.is_err() || granted.is_err() {
            // A migration that fails leaves its lock to the connection, which must not go back to the pool.
            connection.close().await?;
        } else {
            sqlx::query("RESET statement_timeout")
                .execute(&mut *connection)
                .await?;
        }
        migrated?;
        Ok(granted?)
    }

    /// Whether this role owns the schemas, or may make them.
    async fn may_migrate(&self) -> Result<bool, Error> {
        let (may,): (bool,) = sqlx::query_as(
            "SELECT coalesce(
                 (SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'sync'),
                 has_database_privilege(current_database(), 'CREATE'))",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(may)
    }

    /// Fails where the schema is not that of this version: [`Error::Behind`], [`Error::Newer`].
    pub async fn check_schema(&self) -> Result<(), Error> {
        let Some(lacking) = self.lacking().await? else {
            return Ok(());
        };
        let (role,): (String,) = sqlx::query_as("SELECT current_user::text")
            .fetch_one(&self.pool)
            .await?;
        Err(Error::Behind { lacking, role })
    }

    /// Waits for somebody who may migrate.
    async fn wait_for_schema(&self) -> Result<(), Error> {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.check_schema().await {
                Err(Error::Behind { .. }) if Instant::now() < until => {
                    tokio::time::sleep(PAUSE).await;
                }
                checked => return checked,
            }
        }
    }

    /// The first migration of this version that is not there.
    async fn lacking(&self) -> Result<Option<i64>, Error> {
        let (readable,): (bool,) = sqlx::query_as(
            "SELECT coalesce(has_table_privilege(to_regclass('public._sqlx_migrations'), 'SELECT'), false)",
        )
        .fetch_one(&self.pool)
        .await?;
        let done: Vec<(i64,)> = if readable {
            sqlx::query_as("SELECT version FROM public._sqlx_migrations WHERE success")
                .fetch_all(&self.pool)
                .await?
        } else {
            Vec::new()
        };
        let done: BTreeSet<i64> = done.into_iter().map(|(version,)| version).collect();
        let ours: BTreeSet<i64> = MIGRATIONS
            .iter()
            .map(|migration| migration.version)
            .collect();
        if let Some(newer) = done.difference(&ours).next() {
            return Err(Error::Newer(*newer));
        }
        Ok(ours.difference(&done).next().copied())
    }
}
