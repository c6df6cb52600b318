//! The demo from its first line to its last.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use local::Tools;
use tokio::signal::unix::{SignalKind, signal};

use crate::house::House;
use crate::options::Options;
use crate::say::{done, say};
use crate::{connect, next, summary, sync, verify};

/// What an interrupted program gives.
const INTERRUPTED: u8 = 130;

/// Runs until it is through, or until Ctrl-C.
pub(crate) async fn play(options: &Options) -> anyhow::Result<ExitCode> {
    let mut interrupt = signal(SignalKind::interrupt()).context("listen to SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("listen to SIGTERM")?;
    let stop = async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    if options.servers {
        return servers(options).await;
    }
    tokio::pin!(stop);
    say("Starting, all of it private to this demo:");
    let mut house = tokio::select! {
        house = House::start(options) => house?,
        () = &mut stop => return Ok(ExitCode::from(INTERRUPTED)),
    };
    let played = tokio::select! {
        played = first(options, &mut house) => Some(played),
        () = &mut stop => None,
    };
    let code = match played {
        Some(Ok(true)) if !options.once => {
            stop.await;
            ExitCode::SUCCESS
        }
        Some(Ok(true)) => ExitCode::SUCCESS,
        Some(Ok(false)) => ExitCode::FAILURE,
        Some(Err(error)) => return Err(error),
        None => ExitCode::from(INTERRUPTED),
    };
    say("\nStopping everything.");
    house.stop().await?;
    Ok(code)
}

/// The first sync, and what follows from it; false when the database is not what it should be.
async fn first(options: &Options, house: &mut House) -> anyhow::Result<bool> {
    connect::connect(options, house)?;
    say("\nThe first sync:");
    let synced = sync::first_sync(house).await?;
    summary::summarize(&synced, house.world.requests().await?);
    if options.once {
        return verify::verify(house).await;
    }
    // From now on changes are looked for every few seconds.
    let often = [
        ("ADIT_CYCLE_INTERVAL", "5s"),
        ("ADIT_SLOW_INTERVAL", "30s"),
        ("ADIT_NO_ADAPTIVE", "true"),
    ];
    let House {
        services,
        directory,
        ..
    } = house;
    services
        .replace("scheduler", options, directory, &often)
        .await?;
    next::tell(options, house)?;
    Ok(true)
}

async fn servers(options: &Options) -> anyhow::Result<ExitCode> {
    let tools = Tools::new(&options.tools);
    let began = Instant::now();
    let nats = tools.nats_server().await?;
    done(
        format_args!("nats-server {}: {}", nats.version, nats.program.display()),
        began,
    );
    let began = Instant::now();
    let postgres = tools.postgres().await?;
    done(
        format_args!(
            "PostgreSQL {}: {}",
            postgres.version,
            postgres.programs.display()
        ),
        began,
    );
    Ok(ExitCode::SUCCESS)
}
