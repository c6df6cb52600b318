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
use wire::Domain;

use crate::dev_servers::{Given, Servers};
use crate::output;
use crate::secret::{admin_token, key_ring};

/// Connections to the database of each service that knows it.
const CONNECTIONS: u32 = 6;

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
    migrate: chassis::MigrateUrl,

    #[command(flatten)]
    keys: auth::Keys,

    #[command(flatten)]
    http: front::Options,

    #[command(flatten)]
    entra: auth::Entra,

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
    let has_nats = is_given("nats_url");
    // They outlive the services: these are asked to end, and have ended, before the servers are.
    let mut servers = Servers::default();
    let chassis = options.chassis.clone();
    chassis::run("adit", env!("CARGO_PKG_VERSION"), &chassis, |lifecycle| {
        Box::pin(start(options, has_nats, clock, &mut servers, lifecycle))
    })
}

async fn start(
    mut options: Options,
    has_nats: bool,
    clock: fn() -> Timestamp,
    servers: &mut Servers,
    lifecycle: Lifecycle,
) -> anyhow::Result<()> {
    let nats = bus::Options::of(&options.chassis.nats).context("read the options of NATS")?;
    let given = Given {
        nats: has_nats.then_some(nats),
        database: options.database.given().cloned(),
        migrate: options.migrate.given().cloned(),
    };
    servers.start(&given, &options.private).await?;
    let connect = async |service| {
        let nats = servers.nats(&given, service)?;
        Bus::connect(service, &nats)
            .await
            .context("connect to NATS")
    };
    if options.keys.given().is_none() {
        let ring = key_ring(&options.private.join("key-ring"))?;
        options.keys = Secret::file(ring).into();
    }
    let mut token_file = None;
    if options.http.admin_token.given().is_none() {
        let path = admin_token(&options.private.join("admin-token"))?;
        options.http.admin_token = Secret::file(&path).into();
        token_file = Some(path);
    }
    let url = servers.database(&given, "auth")?;
    let url = url.read().context("read where the database is")?;
    let nats = servers.nats(&given, "auth")?;
    let exposure = auth::Exposure::of(&nats.url, url.expose_secret());

    let auth = auth::Options {
        keys: options.keys.clone(),
        azure_devops: options.fetch.azure_devops.clone(),
        http: options.http.clone(),
        entra: options.entra.clone(),
    };
    let store = servers.store(&given, "auth", CONNECTIONS).await?;
    let bus = connect("auth").await?;
    bus.provision().await.context("provision the streams")?;
    let pages = auth::run(
        &auth,
        exposure,
        &bus,
        &store,
        clock,
        &lifecycle.service("auth"),
    )
    .await?;
    // For another terminal, as those of the servers.
    output::text(&format!(
        "ADIT_URL=http://localhost:{}\n{}",
        pages.address.port(),
        token_file.map_or_else(String::new, |path| format!(
            "ADIT_TOKEN_FILE={}\n",
            path.display()
        ))
    ))?;
    let store = servers.store(&given, "writer", CONNECTIONS).await?;
    let bus = connect("writer").await?;
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
        let bus = connect(name).await?;
        fetch::run(domain, readers, &options.fetch, bus, clock, &life)?;
    }
    let store = servers.store(&given, "scheduler", CONNECTIONS).await?;
    let bus = connect("scheduler").await?;
    scheduler::run(
        &options.scheduler,
        &bus,
        &store,
        &lifecycle.service("scheduler"),
    );
    Ok(())
}
