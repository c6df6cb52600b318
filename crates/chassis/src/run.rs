//! From `main` to the exit code.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::task::TaskTracker;

use crate::{Advice, End, Lifecycle, Options, health, report, unknown_variables};

/// What the runtime's threads get after everything has been asked to end.
const RUNTIME_TIME: Duration = Duration::from_secs(1);

/// The whole `main` of a service: refuses unknown variables, reads the options, and [`run`]s.
///
/// Give `env!("CARGO_PKG_VERSION")` as the version.
pub fn main<O, F>(
    service: &'static str,
    version: &'static str,
    body: impl FnOnce(O, Lifecycle) -> F,
) -> ExitCode
where
    O: clap::Parser + AsRef<Options>,
    F: Future<Output = anyhow::Result<()>>,
{
    let names = std::env::vars_os().map(|(name, _)| name);
    if let Err(unknown) = unknown_variables(&O::command(), names) {
        return report(&Advice::from(unknown).into());
    }
    let options = match O::try_parse() {
        Ok(options) => options,
        Err(error) => {
            // Help and version are errors to clap as well, and the only ones that belong on standard output.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(2)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let chassis = options.as_ref().clone();
    run(service, version, &chassis, |lifecycle| {
        body(options, lifecycle)
    })
}

/// Runs a process until a signal or a crash ends it.
///
/// `body` starts the service: it connects, spawns the service's loops by [`Lifecycle::spawn`], and returns. Several services
/// may be started in one body, each with its own [`Lifecycle::service`]. The first SIGINT or SIGTERM cancels the soft token;
/// the second, or the end of the grace, the hard one.
pub fn run<F>(
    service: &'static str,
    version: &'static str,
    options: &Options,
    body: impl FnOnce(Lifecycle) -> F,
) -> ExitCode
where
    F: Future<Output = anyhow::Result<()>>,
{
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return report(&anyhow::Error::new(error).context("cannot start the runtime"));
        }
    };
    let outcome = runtime.block_on(live(service, version, options, body));
    runtime.shutdown_timeout(RUNTIME_TIME);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error),
    }
}

async fn live<F>(
    service: &'static str,
    version: &'static str,
    options: &Options,
    body: impl FnOnce(Lifecycle) -> F,
) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>>,
{
    let guard =
        telemetry::init(service, version, &options.telemetry).context(Advice::configuration(
            "telemetry cannot start",
            "correct ADIT_LOG or OTEL_EXPORTER_OTLP_ENDPOINT",
        ))?;
    log_panics();
    let lifecycle = Lifecycle::new(service);
    let outcome = supervise(version, options, &lifecycle, body).await;
    guard.shutdown().await;
    outcome
}

async fn supervise<F>(
    version: &'static str,
    options: &Options,
    lifecycle: &Lifecycle,
    body: impl FnOnce(Lifecycle) -> F,
) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>>,
{
    let started = lifecycle.condition("started");
    // Signals and health pages must outlive the services' tasks, so they have a tracker of their own.
    let house = TaskTracker::new();
    let signals = house.spawn(listen_to_signals(lifecycle.clone())?);
    let listener = TcpListener::bind(options.health_listen)
        .await
        .with_context(|| {
            let message = format!("cannot serve the health pages on {}", options.health_listen);
            Advice::configuration(message, "set ADIT_HEALTH_LISTEN to a free address")
        })?;
    let address = listener
        .local_addr()
        .context("read the address of the health pages")?;
    let pages = house.spawn(axum::serve(listener, health::router(lifecycle.clone())).into_future());
    tracing::info!(health = %format_args!("http://{address}/readyz"), "starting {} {version}", lifecycle.service_name());

    tokio::select! {
        begun = body(lifecycle.clone()) => match begun {
            Ok(()) => started.met(),
            Err(error) => lifecycle.crash(error),
        },
        // A service that is still connecting has nothing in hand.
        () = lifecycle.soft.cancelled() => {}
    }
    lifecycle.soft.cancelled().await;
    let end = lifecycle.end(options.shutdown_grace).await;
    pages.abort();
    signals.abort();
    match end {
        End::Clean => Ok(()),
        End::Crash(error) => Err(error),
        End::Dropped(left) if left.is_empty() => Err(anyhow::anyhow!(
            "stopped before all work in hand was finished"
        )),
        End::Dropped(left) => Err(anyhow::anyhow!(
            "stopped before these had finished: {}",
            left.join(", ")
        )),
    }
}

/// The first signal asks, the second insists. Listening begins before this returns, so that no signal kills a service that
/// has begun to work.
fn listen_to_signals(
    lifecycle: Lifecycle,
) -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = signal(SignalKind::interrupt()).context("listen to SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("listen to SIGTERM")?;
    Ok(async move {
        loop {
            let name = tokio::select! {
                _ = interrupt.recv() => "SIGINT",
                _ = terminate.recv() => "SIGTERM",
            };
            if lifecycle.is_stopping() {
                tracing::warn!("{name}: dropping what is in hand");
                lifecycle.hard.cancel();
            } else {
                tracing::info!("{name}: finishing what is in hand");
                lifecycle.soft.cancel();
            }
        }
    })
}

/// A panic is an event like others: on one line, in the log's format.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let location = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or("of an unknown kind");
        tracing::error!(panic.location = %location, "panicked: {message}");
    }));
}
