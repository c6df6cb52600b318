//! The `main` that the four fetchers share.

use std::process::ExitCode;

use anyhow::Context as _;
use bus::Bus;
use chassis::Lifecycle;
use clap::Parser;
use wire::Domain;

use crate::{Options, Readers, worker};

/// The command line of a fetcher.
#[derive(Debug, Parser)]
#[command(
    version,
    about = "Fetches one domain of Azure DevOps: takes jobs from NATS and answers with pages of records"
)]
pub struct Command {
    #[command(flatten)]
    chassis: chassis::Options,

    #[command(flatten)]
    options: Options,
}

impl AsRef<chassis::Options> for Command {
    fn as_ref(&self) -> &chassis::Options {
        &self.chassis
    }
}

/// The whole `main` of a fetcher.
pub fn main(service: &'static str, domain: Domain, readers: Readers) -> ExitCode {
    chassis::main(
        service,
        env!("CARGO_PKG_VERSION"),
        |command: Command, lifecycle| async move {
            start(
                service,
                domain,
                readers,
                &command.chassis,
                &command.options,
                &lifecycle,
            )
            .await
        },
    )
}

/// Starts a fetcher in a process that is alive.
pub async fn start(
    service: &'static str,
    domain: Domain,
    readers: Readers,
    chassis: &chassis::Options,
    options: &Options,
    lifecycle: &Lifecycle,
) -> anyhow::Result<()> {
    let nats = bus::Options::of(&chassis.nats).context("read the options of NATS")?;
    let bus = Bus::connect(service, &nats)
        .await
        .context("connect to NATS")?;
    bus.provision().await.context("provision the streams")?;
    worker::run(domain, readers, options, bus, chassis::clock, lifecycle)
}
