//! Auth as a process.

use std::process::ExitCode;

use anyhow::Context as _;
use bus::Bus;
use chassis::Lifecycle;
use clap::Parser;
use secrecy::ExposeSecret;
use store::Store;

use crate::{Exposure, Options, run};

/// Pages and requests; and a few that wait for Microsoft with a lock in their hands.
const CONNECTIONS: u32 = 12;

chassis::secret_option! {
    /// Where the database is, as postgres://user:password@host:port/database
    pub struct DatabaseUrl("database-url", "DATABASE_URL");
}

/// The command line of auth.
#[derive(Debug, Parser)]
#[command(
    version,
    about = "Keeps connections and their secrets, serves pages and the HTTP API, and vends access tokens to fetchers"
)]
pub struct Command {
    #[command(flatten)]
    chassis: chassis::Options,

    #[command(flatten)]
    database: DatabaseUrl,

    #[command(flatten)]
    migrate: chassis::MigrateUrl,

    #[command(flatten)]
    options: Options,
}

impl AsRef<chassis::Options> for Command {
    fn as_ref(&self) -> &chassis::Options {
        &self.chassis
    }
}

/// The whole `main`.
pub fn main() -> ExitCode {
    chassis::main(
        "auth",
        env!("CARGO_PKG_VERSION"),
        |command: Command, lifecycle| async move { start(&command, &lifecycle).await },
    )
}

async fn start(command: &Command, lifecycle: &Lifecycle) -> anyhow::Result<()> {
    let url = command.database.required()?.read()?;
    let exposure = Exposure::of(&command.chassis.nats.nats_url, url.expose_secret());
    let migrate = command
        .migrate
        .given()
        .map(chassis::Secret::read)
        .transpose()?;
    let migrate = migrate.as_ref().map(ExposeSecret::expose_secret);
    let store = Store::connect_migrated(url.expose_secret(), migrate, "auth", CONNECTIONS)
        .await
        .context("open the database")?;
    let nats = bus::Options::of(&command.chassis.nats).context("read the options of NATS")?;
    let bus = Bus::connect("auth", &nats)
        .await
        .context("connect to NATS")?;
    run(
        &command.options,
        exposure,
        &bus,
        &store,
        chassis::clock,
        lifecycle,
    )
    .await?;
    Ok(())
}
