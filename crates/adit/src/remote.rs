//! The services, as the command line reaches them: over NATS, by request and reply.

use std::time::Duration;

use anyhow::Context as _;
use bus::Bus;
use chassis::Advice;
use prost::Message;

/// A person waits: not as long for a server that still starts as a service does.
const PATIENCE: Duration = Duration::from_secs(3);

/// How to reach the services.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Remote {
    #[command(flatten)]
    nats: chassis::NatsOptions,

    /// How long to wait for an answer
    #[arg(long, default_value = "60s", value_parser = chassis::duration, value_name = "TIME")]
    timeout: Duration,
}

impl Remote {
    /// Connects to NATS.
    pub async fn connect(&self) -> anyhow::Result<Caller> {
        let mut options = bus::Options::of(&self.nats).map_err(|error| {
            let remedy = "correct NATS_PASSWORD_FILE or NATS_NKEY_FILE";
            anyhow::Error::new(error).context(Advice::configuration(
                "cannot read the login of NATS",
                remedy,
            ))
        })?;
        options.patience = PATIENCE;
        let bus = Bus::connect("adit", &options)
            .await
            .context(Advice::new(
                "cannot reach NATS",
                "start it (`adit dev` or `cargo xtask demo` run a private one), or name it by --nats-url or NATS_URL",
            ))?;
        Ok(Caller {
            bus,
            timeout: self.timeout,
        })
    }
}

/// Asks the services.
#[derive(Clone, Debug)]
pub struct Caller {
    bus: Bus,
    timeout: Duration,
}

impl Caller {
    /// The connection.
    pub fn bus(&self) -> &Bus {
        &self.bus
    }

    /// Asks, and waits for the answer.
    pub async fn ask<Request: Message, Reply: Message + Default>(
        &self,
        subject: &'static str,
        request: &Request,
    ) -> anyhow::Result<Reply> {
        self.bus.request(subject, request, self.timeout).await.map_err(|error| {
            let remedy = match &error {
                bus::Error::NotRunning { service, .. } => {
                    format!("start the service `{service}`, or all of them by `adit dev`")
                }
                bus::Error::TimedOut { .. } => {
                    "look at the service's log and its /readyz, or give it more time by --timeout".to_owned()
                }
                bus::Error::Denied { .. } => "ask whoever runs NATS for these permissions".to_owned(),
                _ => "look at the log of the service that answers, and of NATS".to_owned(),
            };
            anyhow::Error::new(error).context(Advice::new("the service did not answer", remedy))
        })
    }
}

/// A refusal that a service wrote into its reply: a sentence with its remedy.
pub(crate) fn accepted(refusal: &str) -> anyhow::Result<()> {
    if refusal.is_empty() {
        Ok(())
    } else {
        Err(anyhow::anyhow!("{refusal}"))
    }
}
