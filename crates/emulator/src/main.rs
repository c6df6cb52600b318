//! The emulator as a program.

mod options;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::Parser as _;
use emulator::{Emulator, Running};
use tokio::signal::unix::{SignalKind, signal};

use crate::options::Options;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> anyhow::Result<()> {
    let listen = options.listen;
    let seed = options.into_seed();
    let emulator = tokio::task::spawn_blocking(move || Emulator::make(seed))
        .await
        .context("make the world")??;
    let running = Running::start(emulator, listen).await?;
    tell(&running).context("tell where it listens")?;
    let mut terminated = signal(SignalKind::terminate()).context("watch for SIGTERM")?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("watch for SIGINT")?,
        _ = terminated.recv() => {}
    }
    running.stop().await;
    Ok(())
}

/// The first line says where it listens, the rest how a client is to be set.
fn tell(running: &Running) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "listening on {}", running.url())?;
    for (setting, url) in running.settings() {
        writeln!(out, "{setting}={url}")?;
    }
    let world = running.emulator().world();
    writeln!(out, "organization={}", world.organization.name)?;
    for user in world
        .organization
        .users()
        .iter()
        .filter(|user| !user.token.is_empty())
    {
        writeln!(out, "pat of {}={}", user.role, user.token)?;
    }
    for application in &world.entra.directory.applications {
        let (role, id) = (application.role, application.client_id);
        writeln!(out, "client id of {role}={id}")?;
        if let Some(secret) = application.secrets.first() {
            writeln!(out, "client secret of {role}={}", secret.value)?;
        }
    }
    out.flush()
}
