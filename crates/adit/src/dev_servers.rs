//! The servers of `adit dev`: given ones, and private ones for what is not given.

use std::path::Path;

use chassis::Secret;
use local::{Nats, NatsOptions, Postgres, PostgresOptions, Tools};

use crate::output;

const DATABASE: &str = "adit";

/// The servers that the user has.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) nats: Option<String>,
    pub(crate) database: Option<Secret>,
}

/// The private servers. They end when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Servers {
    nats: Option<Nats>,
    postgres: Option<Postgres>,
}

impl Servers {
    /// Starts what is not given, and tells where NATS and the database are.
    pub(crate) async fn start(
        &mut self,
        given: Given,
        directory: &Path,
    ) -> anyhow::Result<(String, Secret)> {
        // Beside the data, so that a second directory does not install its own.
        let tools = Tools::new(directory.parent().unwrap_or(directory).join("tools"));
        let mut told = Vec::new();
        let nats = if let Some(url) = given.nats {
            url
        } else {
            let nats = Nats::start(&tools, &directory.join("nats"), NatsOptions::default()).await?;
            let url = nats.url();
            told.push(format!("NATS_URL={url}\n"));
            self.nats = Some(nats);
            url
        };
        let database = if let Some(url) = given.database {
            url
        } else {
            let postgres = Postgres::start(
                &tools,
                &directory.join("postgres"),
                PostgresOptions::default(),
            )
            .await?;
            let made = postgres
                .sql("postgres", "SELECT datname FROM pg_database")
                .await?;
            if !made.lines().any(|name| name == DATABASE) {
                postgres.create_database(DATABASE).await?;
            }
            let url = postgres.url(DATABASE);
            told.push(format!("DATABASE_URL={url}\n"));
            self.postgres = Some(postgres);
            Secret::value(url)
        };
        // For another terminal: `export` in front of each line leads the command line and psql here.
        output::text(&told.concat())?;
        Ok((nats, database))
    }
}
