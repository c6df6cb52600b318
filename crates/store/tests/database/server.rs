//! A PostgreSQL, and fresh databases in it.

use anyhow::{Context as _, Result};
use local::{Postgres, PostgresOptions, Tools};
use sqlx::{Connection as _, PgConnection, PgPool, postgres::PgPoolOptions};
use store::Store;
use tokio::sync::OnceCell;
use uuid::Uuid;

/// A database of a test's own.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) store: Store,
    /// For what the store does not offer.
    pub(crate) pool: PgPool,
    pub(crate) url: String,
    /// Kept alive for as long as the test runs.
    server: Option<Postgres>,
}

impl Database {
    /// A migrated database, copied from a template.
    pub(crate) async fn new() -> Self {
        let (server, base) = server().await.expect("a PostgreSQL is there");
        let name = format!("test_{}", Uuid::new_v4().simple());
        let template = template(&base).await.expect("the template is migrated");
        let mut admin = admin(&base).await.expect("the server answers");
        run(
            &mut admin,
            format!("CREATE DATABASE {name} TEMPLATE {template}"),
        )
        .await
        .expect("the template is copied");
        let url = format!("{base}/{name}");
        let store = Store::connect(&url, "test", 8).await.unwrap();
        let pool = PgPoolOptions::new()
            .max_connections(2)
            .connect(&url)
            .await
            .unwrap();
        Self {
            store,
            pool,
            url,
            server,
        }
    }

    /// An empty database.
    pub(crate) async fn empty() -> Self {
        let this = Self::new().await;
        let name = format!("test_{}", Uuid::new_v4().simple());
        let (base, _) = this.url.rsplit_once('/').unwrap();
        let mut admin = admin(base).await.unwrap();
        run(&mut admin, format!("CREATE DATABASE {name}"))
            .await
            .unwrap();
        let url = format!("{base}/{name}");
        Self {
            store: Store::connect(&url, "test", 2).await.unwrap(),
            pool: PgPool::connect(&url).await.unwrap(),
            url,
            server: this.server,
        }
    }
}

async fn server() -> Result<(Option<Postgres>, String)> {
    #[expect(clippy::disallowed_methods, reason = "a test has no command line")]
    if let Ok(url) = std::env::var("TEST_POSTGRES_URL") {
        let (base, _) = url.rsplit_once('/').context("a URL with a database")?;
        return Ok((None, base.to_owned()));
    }
    let target = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target");
    let options = PostgresOptions {
        fast: true,
        ephemeral: true,
        ..PostgresOptions::default()
    };
    let directory = format!("{target}/tests/store-{}", Uuid::new_v4().simple());
    let tools = Tools::new(format!("{target}/tools"));
    let server = Postgres::start(&tools, directory.as_ref(), options).await?;
    let url = server.url("postgres");
    let (base, _) = url.rsplit_once('/').context("a URL with a database")?;
    let base = base.to_owned();
    Ok((Some(server), base))
}

/// The template, named for the migrations that made it; made by whoever comes first.
async fn template(base: &str) -> Result<String> {
    static NAME: OnceCell<u64> = OnceCell::const_new();
    let hash = NAME
        .get_or_init(async || {
            let migrations = sqlx::migrate!();
            let sums: Vec<u8> = migrations
                .iter()
                .flat_map(|migration| migration.checksum.to_vec())
                .collect();
            xxhash_rust::xxh3::xxh3_64(&sums)
        })
        .await;
    let name = format!("template_{hash:016x}");
    let mut admin = admin(base).await?;
    sqlx::query("SELECT pg_advisory_lock(1)")
        .execute(&mut admin)
        .await?;
    let there: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(&name)
            .fetch_one(&mut admin)
            .await?;
    if !there {
        let making = format!("making_{}", Uuid::new_v4().simple());
        run(&mut admin, format!("CREATE DATABASE {making}")).await?;
        let store = Store::connect(&format!("{base}/{making}"), "test", 1).await?;
        store.migrate().await?;
        store.close().await;
        run(
            &mut admin,
            format!("ALTER DATABASE {making} RENAME TO {name}"),
        )
        .await?;
    }
    admin.close().await?;
    Ok(name)
}

async fn admin(base: &str) -> Result<PgConnection> {
    Ok(PgConnection::connect(&format!("{base}/postgres")).await?)
}

/// Names of databases cannot be bound; these are made here.
async fn run(admin: &mut PgConnection, sql: String) -> Result<()> {
    let sql: &'static str = sql.leak();
    sqlx::query(sql).execute(admin).await?;
    Ok(())
}
