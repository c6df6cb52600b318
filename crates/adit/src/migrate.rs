//! `adit migrate`: brings the database up to date, as the role that may.

use anyhow::Context as _;
use chassis::{Advice, Secret};
use secrecy::ExposeSecret as _;
use store::Store;

use crate::dev::DatabaseUrl;
use crate::output;

/// What `adit migrate` is told: where the database is, for the role that owns the schemas.
///
/// Without --migrate-url it is --database-url.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    #[command(flatten)]
    migrate: chassis::MigrateUrl,

    #[command(flatten)]
    database: DatabaseUrl,
}

pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let given: Option<&Secret> = options.migrate.given().or_else(|| options.database.given());
    let url = match given {
        Some(url) => url,
        None => options.migrate.required()?,
    };
    let url = url.read().context("read where the database is")?;
    let store = Store::connect(url.expose_secret(), "adit migrate", 1)
        .await
        .context(Advice::new(
            "cannot connect to the database",
            "correct ADIT_MIGRATE_URL: postgres://adit_migrator:password@host:port/database",
        ))?;
    store.migrate().await.context(Advice::new(
        "the database was not migrated",
        "run this as the role that owns the schemas, adit_migrator (deploy/postgres/roles.sql makes it)",
    ))?;
    store.close().await;
    output::text("The database has the schema of this version.\n")
}
