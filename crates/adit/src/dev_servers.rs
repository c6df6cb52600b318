//! The servers of `adit dev`: given ones, and private ones for what is not given.

use std::path::Path;

use anyhow::Context as _;
use bus::{Login, Rights};
use chassis::Secret;
use local::{Logins, Nats, NatsOptions, Postgres, PostgresOptions, Tools};
use secrecy::ExposeSecret;
use store::Store;

use crate::output;

const DATABASE: &str = "adit";
/// The NATS user of the command line.
const PERSON: &str = "adit";

/// The servers that the user has.
#[derive(Debug)]
pub(crate) struct Given {
    /// With a login, perhaps, that all services share.
    pub(crate) nats: Option<bus::Options>,
    pub(crate) database: Option<Secret>,
    /// Where the database is for the role that may change the schema.
    pub(crate) migrate: Option<Secret>,
}

/// The private servers, and how each service reaches its own. They end when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Servers {
    nats: Option<(Nats, Logins)>,
    postgres: Option<(Postgres, Logins)>,
}

impl Servers {
    /// Starts what is not given, and tells where NATS and the database are.
    pub(crate) async fn start(&mut self, given: &Given, directory: &Path) -> anyhow::Result<()> {
        // Beside the data, so that a second directory does not install its own.
        let tools = Tools::new(directory.parent().unwrap_or(directory).join("tools"));
        let mut told = Vec::new();
        if given.nats.is_none() {
            let users = Rights::table().users().iter();
            let logins = Logins::random(users.map(|user| user.name.as_str()))?;
            let options = NatsOptions {
                extra: bus::accounts(bus::PERMISSIONS, logins.all()),
                ..NatsOptions::default()
            };
            let nats = Nats::start(&tools, &directory.join("nats"), options).await?;
            told.push(format!("NATS_URL={}\n", nats.url_as(&logins, PERSON)?));
            self.nats = Some((nats, logins));
        }
        if given.database.is_none() {
            let (postgres, logins) = database(&tools, directory).await?;
            let url = postgres.url_as(&logins, store::READER, DATABASE)?;
            told.push(format!("DATABASE_URL={url}\n"));
            self.postgres = Some((postgres, logins));
        }
        // For another terminal: `export` in front of each line leads the command line and psql here.
        output::text(&told.concat())
    }

    /// How a service reaches NATS.
    pub(crate) fn nats(&self, given: &Given, service: &str) -> anyhow::Result<bus::Options> {
        if let Some(given) = &given.nats {
            return Ok(given.clone());
        }
        let (nats, logins) = self.nats.as_ref().context("there is no nats-server")?;
        let login = Login::Password {
            user: service.to_owned(),
            password: logins.password(service)?.into(),
        };
        Ok(bus::Options {
            login,
            ..bus::Options::new(nats.url())
        })
    }

    /// Where the database of a service is.
    pub(crate) fn database(&self, given: &Given, service: &str) -> anyhow::Result<Secret> {
        if let Some(url) = &given.database {
            return Ok(url.clone());
        }
        let (postgres, logins) = self.postgres.as_ref().context("there is no PostgreSQL")?;
        let role = store::role_of(service).context("a service without a role")?;
        Ok(Secret::value(postgres.url_as(logins, role, DATABASE)?))
    }

    /// The database of a service, at the schema of this version.
    pub(crate) async fn store(
        &self,
        given: &Given,
        service: &str,
        connections: u32,
    ) -> anyhow::Result<Store> {
        let url = self.database(given, service)?;
        let url = url.read().context("read where the database is")?;
        let migrate = given.migrate.as_ref().map(Secret::read).transpose()?;
        let migrate = migrate.as_ref().map(ExposeSecret::expose_secret);
        Store::connect_migrated(url.expose_secret(), migrate, service, connections)
            .await
            .context("open the database")
    }
}

/// A private PostgreSQL with the roles of production, migrated by the one who may.
async fn database(tools: &Tools, directory: &Path) -> anyhow::Result<(Postgres, Logins)> {
    let directory = directory.join("postgres");
    let postgres = Postgres::start(tools, &directory, PostgresOptions::default()).await?;
    let made = postgres
        .sql("postgres", "SELECT datname FROM pg_database")
        .await?;
    if !made.lines().any(|name| name == DATABASE) {
        postgres.create_database(DATABASE).await?;
    }
    postgres.sql(DATABASE, store::ROLES).await?;
    let roles = store::LOGINS.into_iter().chain([store::READER]);
    let logins = postgres.log_in(roles).await?;
    let migrator = postgres.url_as(&logins, store::MIGRATOR, DATABASE)?;
    let store = Store::connect(&migrator, store::MIGRATOR, 1).await?;
    store.migrate().await.context("migrate the database")?;
    store.close().await;
    Ok((postgres, logins))
}
