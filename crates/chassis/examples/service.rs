//! A service that does nothing, in the ways that services end. The tests of the chassis run it as a process.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use chassis::{Advice, Lifecycle};

#[derive(Debug, clap::Parser)]
struct Options {
    #[command(flatten)]
    chassis: chassis::Options,

    /// How it behaves
    #[arg(long, value_enum, default_value = "work")]
    behaviour: Behaviour,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Behaviour {
    /// Works until it is asked to stop, and finishes what is in hand
    Work,
    /// Does not notice that it is asked to stop
    Deaf,
    /// Ends unasked
    Crash,
    /// Does not start
    Misconfigured,
    /// Does not become ready
    Unready,
}

impl AsRef<chassis::Options> for Options {
    fn as_ref(&self) -> &chassis::Options {
        &self.chassis
    }
}

fn main() -> ExitCode {
    chassis::main("example", env!("CARGO_PKG_VERSION"), start)
}

async fn start(options: Options, lifecycle: Lifecycle) -> anyhow::Result<()> {
    let database = lifecycle.condition("database");
    let soft = lifecycle.soft.clone();
    match options.behaviour {
        Behaviour::Misconfigured => {
            bail!(Advice::configuration(
                "there is no key ring",
                "set ADIT_KEY_RING_FILE"
            ));
        }
        Behaviour::Unready => database.unmet("connection refused"),
        _ => database.met(),
    }
    lifecycle.spawn("pages", async move {
        match options.behaviour {
            Behaviour::Deaf => std::future::pending().await,
            Behaviour::Crash => bail!("lost the database"),
            _ => {
                soft.cancelled().await;
                tokio::time::sleep(Duration::from_millis(100)).await;
                tracing::info!("finished the page");
                Ok(())
            }
        }
    });
    Ok(())
}
