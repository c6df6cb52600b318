//! A whole Adit of real processes.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use bus::Bus;
use local::{Logins, Nats, Postgres, PostgresOptions, Service, ServiceOptions, Tools};
use serde_json::json;
use store::Store;
use wire::{
    Domain,
    proto::control::v1::{StartSyncReply, StartSyncRequest, SyncStatusReply, SyncStatusRequest},
    subject,
};

use crate::{Api, Emulated, logins, place::Place, until};

/// The seven services, in the order in which they are started.
pub const SERVICES: [&str; 7] = [
    "auth",
    "scheduler",
    "writer",
    "fetch-boards",
    "fetch-git",
    "fetch-pipelines",
    "fetch-tfvc",
];

/// Who the tests are to those whom they ask: the command line.
const ASKER: &str = "adit";
/// The database.
const DATABASE: &str = "adit";
/// A service answers within so long.
const PATIENCE: Duration = Duration::from_secs(30);
/// Of the HTTP API, fit for tests only.
const ADMIN_TOKEN: &str = "adit_of-the-tests-and-of-nobody-else-0123456789";
/// The name of the connection that [`Stack::connect`] adds.
const CONNECTION: &str = "acme";

/// What a stack is made of.
#[derive(Clone, Debug)]
pub struct StackOptions {
    /// Arguments of the emulator, such as `--size medium`.
    pub emulator: Vec<String>,
    /// How many processes of each service.
    pub replicas: usize,
    /// Settings of all services.
    pub settings: Vec<(String, String)>,
    /// PostgreSQL flushes to the disk, as in production: slower, for measurements.
    pub durable: bool,
}

impl Default for StackOptions {
    fn default() -> Self {
        Self {
            emulator: Vec::new(),
            replicas: 1,
            // Nothing is due by itself: a test orders what it wants.
            settings: [
                ("ADIT_CYCLE_INTERVAL", "1h"),
                ("ADIT_SLOW_INTERVAL", "1h"),
                ("ADIT_RUN_LEASE", "5s"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
            durable: false,
        }
    }
}

impl StackOptions {
    /// Another setting of all services.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.settings.push((name.to_owned(), value.into()));
        self
    }

    /// So many processes of each service.
    #[must_use]
    pub fn replicas(mut self, replicas: usize) -> Self {
        self.replicas = replicas;
        self
    }

    /// With a PostgreSQL that flushes to the disk, as in production.
    #[must_use]
    pub fn durable(mut self) -> Self {
        self.durable = true;
        self
    }

    /// An emulated organization of this size.
    #[must_use]
    pub fn size(mut self, size: &str) -> Self {
        self.emulator.extend(["--size".to_owned(), size.to_owned()]);
        self
    }
}

/// A process of a service.
#[derive(Debug)]
struct Replica {
    name: &'static str,
    service: Service,
    ready: String,
}

/// A whole Adit of real processes. It ends when it is dropped.
///
/// Its data and logs are kept for whoever looks for the reason of a failure, unless the test says that it has
/// [`passed`](Self::passed).
#[derive(Debug)]
pub struct Stack {
    /// The nats-server.
    pub nats: Nats,
    /// Its users.
    pub nats_logins: Logins,
    /// The PostgreSQL.
    pub postgres: Postgres,
    /// Its roles.
    pub postgres_logins: Logins,
    /// The emulated Azure DevOps.
    pub emulator: Emulated,
    /// A connection to NATS of the test's own, which may do anything.
    pub bus: Bus,
    /// A connection to the database of the test's own, as the superuser.
    pub store: Store,
    /// The HTTP API, one a replica of auth.
    apis: Vec<Api>,
    services: Vec<Replica>,
    /// The last to be dropped: what runs in it has ended then.
    place: Place,
}

impl Stack {
    /// Starts everything, and waits until all services are ready.
    pub async fn start(options: &StackOptions) -> anyhow::Result<Self> {
        let programs = programs()?;
        let target = programs.parent().context("the target directory")?;
        let place = Place::new(target)?;
        let directory = place.directory();
        let tools = Tools::new(target.join("tools"));
        let emulator = Emulated::start(
            &programs.join("emulator"),
            directory,
            local::free_port()?,
            &options.emulator,
        )
        .await?;
        let nats_logins = logins::nats_logins()?;
        let nats_options = logins::nats_options(&nats_logins, emulator.organization_id);
        let nats = Nats::start(&tools, &directory.join("nats"), nats_options).await?;
        let postgres = PostgresOptions {
            fast: !options.durable,
            ephemeral: true,
            ..PostgresOptions::default()
        };
        let postgres = Postgres::start(&tools, &directory.join("postgres"), postgres).await?;
        postgres.create_database(DATABASE).await?;
        let postgres_logins = logins::postgres_logins(&postgres, DATABASE).await?;
        let store = Store::connect(&postgres.url(DATABASE), "test", 4).await?;
        let login = logins::nats_login(&nats, &nats_logins, logins::TEST)?;
        let bus = Bus::connect(ASKER, &login).await?;
        let mut environment: Vec<(String, String)> = vec![
            ("ADIT_KEYS".into(), seal_key()),
            (
                "ADIT_MIRROR_DIR".into(),
                directory.join("mirrors").display().to_string(),
            ),
        ];
        environment.extend(
            emulator
                .settings()
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value)),
        );
        environment.extend(options.settings.iter().cloned());
        let mut stack = Self {
            apis: Vec::new(),
            services: Vec::new(),
            nats,
            nats_logins,
            postgres,
            postgres_logins,
            emulator,
            bus,
            store,
            place,
        };
        for name in SERVICES {
            for replica in 1..=options.replicas {
                let health = format!("127.0.0.1:{}", local::free_port()?);
                let mut environment = environment.clone();
                environment.extend(stack.servers(name)?);
                environment.push(("ADIT_HEALTH_LISTEN".into(), health.clone()));
                if name == "auth" {
                    environment.extend(stack.api_settings()?);
                }
                let service = Service::spawn(ServiceOptions {
                    name: format!("{name} {replica}"),
                    program: programs.join(name),
                    arguments: Vec::new(),
                    environment: environment
                        .into_iter()
                        .map(|(name, value)| (name.into(), value.into()))
                        .collect(),
                    log: stack
                        .place
                        .directory()
                        .join(format!("{name}-{replica}.log")),
                })?;
                stack.services.push(Replica {
                    name,
                    service,
                    ready: format!("http://{health}/readyz"),
                });
            }
        }
        for replica in &mut stack.services {
            replica.service.wait_ready(&replica.ready, PATIENCE).await?;
        }
        Ok(stack)
    }

    /// The processes of a service.
    pub fn service(&mut self, name: &str) -> Vec<&mut Service> {
        self.replicas(name)
            .map(|replica| &mut replica.service)
            .collect()
    }

    /// Starts the processes of a service again, and waits until they are ready. Those that still run are killed.
    pub async fn restart(&mut self, name: &str) -> anyhow::Result<()> {
        for replica in self.replicas(name) {
            replica.service.restart()?;
            replica.service.wait_ready(&replica.ready, PATIENCE).await?;
        }
        Ok(())
    }

    /// The HTTP API of the first replica of auth, as an administrator.
    pub fn api(&self) -> &Api {
        &self.apis[0]
    }

    /// The HTTP API of each replica of auth.
    pub fn apis(&self) -> &[Api] {
        &self.apis
    }

    /// Where the next replica of auth serves the API.
    fn api_settings(&mut self) -> anyhow::Result<Vec<(String, String)>> {
        let address = format!("127.0.0.1:{}", local::free_port()?);
        let api = Api::new(&format!("http://{address}"), ADMIN_TOKEN)?;
        self.apis.push(api);
        let mut settings = self.emulator.sign_in_settings()?;
        settings.extend([
            ("ADIT_HTTP_LISTEN", address),
            ("ADIT_ADMIN_TOKEN", ADMIN_TOKEN.to_owned()),
        ]);
        Ok(settings
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect())
    }

    /// Where the pages of the first replica of auth are.
    pub fn pages(&self) -> String {
        self.api().url.replace("127.0.0.1", "localhost")
    }

    /// The address that the first replica of auth wrote to its log, where the first administrator is made.
    pub fn setup_address(&self) -> anyhow::Result<String> {
        let log = std::fs::read_to_string(self.directory().join("auth-1.log"))?;
        let place = log
            .find("/setup?token=")
            .context("a setup address in the log")?;
        let (before, after) = log.split_at(place);
        let begin = before
            .rfind("http")
            .context("where the setup address begins")?;
        let end = after
            .find(|letter: char| letter.is_whitespace() || letter == '"')
            .unwrap_or(after.len());
        Ok(format!("{}{}", &before[begin..], &after[..end]))
    }

    /// What a service is told of its servers: its own user, its own role.
    fn servers(&self, service: &str) -> anyhow::Result<Vec<(String, String)>> {
        let nats = (&self.nats, &self.nats_logins);
        let postgres = (&self.postgres, &self.postgres_logins);
        logins::servers(service, nats, postgres, DATABASE)
    }

    fn replicas(&mut self, name: &str) -> impl Iterator<Item = &mut Replica> {
        let services = self.services.iter_mut();
        services.filter(move |replica| replica.name == name)
    }

    /// Where its data and logs are.
    pub fn directory(&self) -> &Path {
        self.place.directory()
    }

    /// The test has passed: nothing of the stack is kept.
    pub fn passed(mut self) -> anyhow::Result<()> {
        self.place.forget();
        Ok(())
    }

    /// Adds a connection for the main reader. Its first sync begins at once.
    pub async fn connect(&self) -> anyhow::Result<()> {
        let wish = json!({
            "name": CONNECTION,
            "organizations": [self.emulator.organization],
            "credential": { "kind": "personal_access_token", "token": self.emulator.pat },
        });
        self.api().post("connections", &wish).await?;
        Ok(())
    }

    /// Orders all feeds now.
    pub async fn order(&self) -> anyhow::Result<()> {
        let request = StartSyncRequest::default();
        let reply: StartSyncReply = self
            .bus
            .request(subject::SYNC_START, &request, PATIENCE)
            .await?;
        ensure!(reply.error.is_empty(), "{}", reply.error);
        ensure!(reply.feeds > 0, "no feed was ordered");
        Ok(())
    }

    /// How the sync stands.
    pub async fn status(&self) -> anyhow::Result<SyncStatusReply> {
        let request = SyncStatusRequest::default();
        let reply: SyncStatusReply = self
            .bus
            .request(subject::SYNC_STATUS, &request, PATIENCE)
            .await?;
        ensure!(reply.error.is_empty(), "{}", reply.error);
        Ok(reply)
    }

    /// Waits until nothing runs, nothing is due and no gap is open.
    pub async fn settle(&self, patience: Duration) -> anyhow::Result<SyncStatusReply> {
        let last = Mutex::new(None);
        let settled = until("the sync to settle", patience, async || {
            // A service may be dead at this moment, as the test wants it.
            let Ok(status) = self.status().await else {
                return Ok(None);
            };
            let feeds: u64 = status.entities.iter().map(|entity| entity.feeds).sum();
            let settled = status.idle && feeds > 0;
            *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(status.clone());
            Ok(settled.then_some(status))
        });
        let settled = settled.await;
        settled.with_context(|| format!("it stood at {last:#?}"))
    }

    /// Waits until a fetcher of this domain has begun a run, and not ended it.
    pub async fn in_mid_run(&self, domain: Domain, patience: Duration) -> anyhow::Result<()> {
        let begun = format!(
            "SELECT count(*) FROM sync.feeds WHERE running AND domain = '{domain}' AND heartbeat_at > ordered_at"
        );
        until(&format!("a run of {domain}"), patience, async || {
            Ok((self.sql(&begun).await? != "0").then_some(()))
        })
        .await
    }

    /// How many pages have been committed.
    pub async fn pages_committed(&self) -> anyhow::Result<u64> {
        let pages = self.sql("SELECT count(*) FROM sync.pages").await?;
        pages.parse().context("read a count")
    }

    /// Orders all feeds and waits until they have settled.
    pub async fn sync(&self) -> anyhow::Result<SyncStatusReply> {
        self.order().await?;
        self.settle(Duration::from_mins(3)).await
    }

    /// The value that a statement gives, as text.
    pub async fn sql(&self, statement: &str) -> anyhow::Result<String> {
        Ok(self
            .postgres
            .sql(DATABASE, statement)
            .await?
            .trim()
            .to_owned())
    }
}

/// Where the programs are: beside the program that runs, or above the `deps` of the test that does.
pub fn programs() -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe()?;
    let mut programs = test.parent().context("the directory of the test")?;
    if programs.ends_with("deps") {
        programs = programs.parent().context("the directory of the programs")?;
    }
    ensure!(
        programs.join("emulator").exists(),
        "the programs are not built: run `cargo build --workspace --bins`, or `cargo xtask test`"
    );
    Ok(programs.to_owned())
}

/// A key for secrets, fit for tests only.
fn seal_key() -> String {
    format!("test:{}=", "A".repeat(43))
}
