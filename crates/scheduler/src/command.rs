//! The scheduler as a process.

use std::process::ExitCode;

use anyhow::Context as _;
use bus::Bus;
use chassis::Lifecycle;
use clap::Parser;
use secrecy::ExposeSecret;
use store::Store;

use crate::{Options, run};

/// One for decisions, and some for those who ask.
const CONNECTIONS: u32 = 6;

chassis::secret_option! {
    /// Where the database is, as postgres://user:password@host:port/database
    pub struct DatabaseUrl("database-url", "DATABASE_URL");
}

/// The command line of the scheduler.
#[derive(Debug, Parser)]
#[command(version, about = "Decides what is fetched from Azure DevOps when")]
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
        "scheduler",
        env!("CARGO_PKG_VERSION"),
        |command: Command, lifecycle| async move { start(&command, &lifecycle).await },
    )
}

async fn start(command: &Command, lifecycle: &Lifecycle) -> anyhow::Result<()> {
    let url = command.database.required()?.read()?;
    let migrate = command
        .migrate
        .given()
        .map(chassis::Secret::read)
        .transpose()?;
    let migrate = migrate.as_ref().map(ExposeSecret::expose_secret);
    let store = Store::connect_migrated(url.expose_secret(), migrate, "scheduler", CONNECTIONS)
        .await
        .context("open the database")?;
    let nats = bus::Options::of(&command.chassis.nats).context("read the options of NATS")?;
    let bus = Bus::connect("scheduler", &nats)
        .await
        .context("connect to NATS")?;
    bus.provision().await.context("provision the streams")?;
    run(&command.options, &bus, &store, lifecycle);
    Ok(())
}
