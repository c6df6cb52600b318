//! Every process of the demo, and what each is told.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use local::{Logins, Nats, Postgres, PostgresOptions, Tools};
use testkit::logins;
use uuid::Uuid;

use crate::directory::Directory;
use crate::options::Options;
use crate::say::done;
use crate::services::Services;
use crate::world::World;

const DATABASE: &str = "adit";
/// The NATS user of the command line.
pub(crate) const PERSON: &str = "adit";
const END_WITHIN: Duration = Duration::from_secs(10);

/// Every process. Dropped, they end in the order of these fields; [`stop`](Self::stop) is gentler.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) services: Services,
    pub(crate) world: World,
    pub(crate) postgres: Postgres,
    postgres_logins: Logins,
    pub(crate) nats: Nats,
    nats_logins: Logins,
    pub(crate) directory: Directory,
    pub(crate) pat_file: PathBuf,
    /// Where pages and the HTTP API are.
    pub(crate) pages: String,
    pub(crate) token_file: PathBuf,
}

impl House {
    /// Starts everything.
    pub(crate) async fn start(options: &Options) -> anyhow::Result<Self> {
        let directory = Directory::take(&options.directory, options.keep)?;
        let tools = Tools::new(&options.tools);
        let nats_logins = logins::nats_logins()?;
        let (nats, (postgres, postgres_logins), world) = tokio::try_join!(
            nats(&tools, &directory, &nats_logins),
            postgres(&tools, &directory, options.keep),
            world(options, &directory),
        )?;
        let pat_file = directory.of("token");
        adit::write_secret(&pat_file, &world.pat)?;
        let token_file = adit::admin_token(&directory.of("admin-token"))?;
        let pages = local::free_port()?;
        let mut environment = vec![
            ("ADIT_HTTP_LISTEN".to_owned(), format!("127.0.0.1:{pages}")),
            (
                "ADIT_ADMIN_TOKEN_FILE".to_owned(),
                token_file.display().to_string(),
            ),
            (
                "ADIT_KEYS_FILE".to_owned(),
                adit::key_ring(&directory.of("key-ring"))?
                    .display()
                    .to_string(),
            ),
            (
                "ADIT_MIRROR_DIR".to_owned(),
                directory.of("mirrors").display().to_string(),
            ),
            // What follows the first sync is not to be mistaken for it.
            ("ADIT_CYCLE_INTERVAL".to_owned(), "1h".to_owned()),
            ("ADIT_SLOW_INTERVAL".to_owned(), "1h".to_owned()),
        ];
        environment.extend_from_slice(world.settings());
        let began = Instant::now();
        let servers = |service: &str| {
            let nats = (&nats, &nats_logins);
            logins::servers(service, nats, (&postgres, &postgres_logins), DATABASE)
        };
        let services = Services::start(options, &directory, environment, &servers).await?;
        done("seven services, each a process of its own", began);
        Ok(Self {
            services,
            world,
            postgres,
            postgres_logins,
            nats,
            nats_logins,
            directory,
            pat_file,
            pages: format!("http://localhost:{pages}"),
            token_file,
        })
    }

    /// Where the database is, for one who reads.
    pub(crate) fn database(&self) -> anyhow::Result<String> {
        let logins = &self.postgres_logins;
        Ok(self.postgres.url_as(logins, store::READER, DATABASE)?)
    }

    /// Where NATS is, for the command line.
    pub(crate) fn nats_url(&self) -> anyhow::Result<String> {
        Ok(self.nats.url_as(&self.nats_logins, PERSON)?)
    }

    /// How the command line connects to NATS.
    pub(crate) fn nats_login(&self) -> anyhow::Result<bus::Options> {
        logins::nats_login(&self.nats, &self.nats_logins, PERSON)
    }

    /// Ends everything in an orderly way: the services finish what is in hand first.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        self.services.stop().await.context("stop the services")?;
        self.world
            .service
            .terminate(END_WITHIN)
            .await
            .context("stop the emulator")?;
        self.postgres.stop().await.context("stop PostgreSQL")?;
        self.nats.stop().await.context("stop nats-server")
    }
}

async fn nats(tools: &Tools, directory: &Directory, logins: &Logins) -> anyhow::Result<Nats> {
    let began = Instant::now();
    // The demo has no subscriber from outside.
    let options = logins::nats_options(logins, Uuid::nil());
    let nats = Nats::start(tools, &directory.of("nats"), options).await?;
    done(
        format_args!("nats-server {} on {}", nats.server().version, nats.url()),
        began,
    );
    Ok(nats)
}

async fn postgres(
    tools: &Tools,
    directory: &Directory,
    keep: bool,
) -> anyhow::Result<(Postgres, Logins)> {
    let began = Instant::now();
    let options = PostgresOptions {
        ephemeral: !keep,
        ..PostgresOptions::default()
    };
    let postgres = Postgres::start(tools, &directory.of("postgres"), options).await?;
    // Where our user could not use the directory, data of an earlier demo may be elsewhere.
    postgres.drop_database(DATABASE).await?;
    postgres.create_database(DATABASE).await?;
    let logins = logins::postgres_logins(&postgres, DATABASE).await?;
    done(
        format_args!(
            "PostgreSQL {} on 127.0.0.1:{}",
            postgres.server().version,
            postgres.port()
        ),
        began,
    );
    Ok((postgres, logins))
}

async fn world(options: &Options, directory: &Directory) -> anyhow::Result<World> {
    let began = Instant::now();
    let world = World::start(options, directory).await?;
    let what = format!(
        "an Azure DevOps with the {} organization `{}` on {}",
        options.size.name(),
        world.organization,
        world.url
    );
    done(what, began);
    Ok(world)
}
