//! `adit dev`: every service in one process, on the code that the seven programs run.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use bus::Bus;
use chassis::{Lifecycle, Secret};
use clap::ArgMatches;
use clap::parser::ValueSource;
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use store::Store;
use wire::Domain;

use crate::dev_servers::{Given, Servers};
use crate::secret::key_ring;

/// Connections to the database, over all services.
const CONNECTIONS: u32 = 16;

chassis::secret_option! {
    /// Where the database is, as postgres://user:password@host:port/database
    pub(crate) struct DatabaseUrl("database-url", "DATABASE_URL");
}

/// What `adit dev` is told: the options of all services.
///
/// Without --database-url or --nats-url, a private PostgreSQL or nats-server is found or installed, and started.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// Where the data of private servers go, the key ring and mirrors of Git repositories
    #[arg(long, default_value = "target/dev", value_name = "DIR")]
    private: PathBuf,

    #[command(flatten)]
    chassis: chassis::Options,

    #[command(flatten)]
    database: DatabaseUrl,

    #[command(flatten)]
    keys: auth::Keys,

    #[command(flatten)]
    scheduler: scheduler::Options,

    #[command(flatten)]
    writer: writer::Options,

    #[command(flatten)]
    fetch: fetch::Options,
}

pub(crate) fn run(
    mut options: Options,
    matches: Option<&ArgMatches>,
    clock: fn() -> Timestamp,
) -> ExitCode {
    let is_given = |id: &str| {
        let source = matches.and_then(|matches| matches.value_source(id));
        source.is_some_and(|source| source != ValueSource::DefaultValue)
    };
    if !is_given("mirror_dir") {
        options.fetch.mirror_dir = options.private.join("mirrors");
    }
    let given = Given {
        nats: is_given("nats_url").then(|| options.chassis.nats.nats_url.clone()),
        database: options.database.given().cloned(),
    };
    // They outlive the services: these are asked to end, and have ended, before the servers are.
    let mut servers = Servers::default();
    let chassis = options.chassis.clone();
    chassis::run("adit", env!("CARGO_PKG_VERSION"), &chassis, |lifecycle| {
        Box::pin(start(options, given, clock, &mut servers, lifecycle))
    })
}

async fn start(
    mut options: Options,
    given: Given,
    clock: fn() -> Timestamp,
    servers: &mut Servers,
    lifecycle: Lifecycle,
) -> anyhow::Result<()> {
    let (nats, database) = servers.start(given, &options.private).await?;
    options.chassis.nats.nats_url = nats;
    if options.keys.given().is_none() {
        let ring = key_ring(&options.private.join("key-ring"))?;
        options.keys = Secret::file(ring).into();
    }
    let url = database.read().context("read where the database is")?;
    let store = Store::connect(url.expose_secret(), "adit", CONNECTIONS)
        .await
        .context("connect to the database")?;
    store.migrate().await.context("migrate the database")?;
    let exposure = auth::Exposure::of(&options.chassis.nats.nats_url, url.expose_secret());

    let auth = auth::Options {
        keys: options.keys.clone(),
        azure_devops: options.fetch.azure_devops.clone(),
    };
    let bus = connect("auth", &options).await?;
    bus.provision().await.context("provision the streams")?;
    auth::run(
        &auth,
        exposure,
        &bus,
        &store,
        clock,
        &lifecycle.service("auth"),
    )
    .await?;
    let bus = connect("writer", &options).await?;
    writer::run(&options.writer, &bus, &store, &lifecycle.service("writer"));
    let readers = [
        ("fetch-boards", Domain::Boards, fetch_boards::readers()),
        ("fetch-git", Domain::Git, fetch_git::readers()),
        (
            "fetch-pipelines",
            Domain::Pipelines,
            fetch_pipelines::readers(),
        ),
        ("fetch-tfvc", Domain::Tfvc, fetch_tfvc::readers()),
    ];
    for (name, domain, readers) in readers {
        let life = lifecycle.service(name);
        fetch::start(
            name,
            domain,
            readers,
            &options.chassis,
            &options.fetch,
            &life,
        )
        .await?;
    }
    let bus = connect("scheduler", &options).await?;
    scheduler::run(
        &options.scheduler,
        &bus,
        &store,
        &lifecycle.service("scheduler"),
    );
    Ok(())
}

/// Each service has a connection of its own: its name is its identity.
async fn connect(service: &str, options: &Options) -> anyhow::Result<Bus> {
    let nats = bus::Options::of(&options.chassis.nats).context("read the options of NATS")?;
    Bus::connect(service, &nats)
        .await
        .context("connect to NATS")
}
