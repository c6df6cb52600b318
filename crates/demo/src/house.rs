//! Every process of the demo, and what each is told.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use local::{Nats, NatsOptions, Postgres, PostgresOptions, Tools};

use crate::directory::Directory;
use crate::options::Options;
use crate::say::done;
use crate::services::Services;
use crate::world::World;

const DATABASE: &str = "adit";
const END_WITHIN: Duration = Duration::from_secs(10);

/// Every process. Dropped, they end in the order of these fields; [`stop`](Self::stop) is gentler.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) services: Services,
    pub(crate) world: World,
    pub(crate) postgres: Postgres,
    pub(crate) nats: Nats,
    pub(crate) directory: Directory,
    pub(crate) pat_file: PathBuf,
}

impl House {
    /// Starts everything.
    pub(crate) async fn start(options: &Options) -> anyhow::Result<Self> {
        let directory = Directory::take(&options.directory, options.keep)?;
        let tools = Tools::new(&options.tools);
        let (nats, postgres, world) = tokio::try_join!(
            nats(&tools, &directory),
            postgres(&tools, &directory, options.keep),
            world(options, &directory),
        )?;
        let pat_file = directory.of("token");
        adit::write_secret(&pat_file, &world.pat)?;
        let mut environment = vec![
            ("NATS_URL".to_owned(), nats.url()),
            ("DATABASE_URL".to_owned(), postgres.url(DATABASE)),
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
        let services = Services::start(options, &directory, environment).await?;
        done("seven services, each a process of its own", began);
        Ok(Self {
            services,
            world,
            postgres,
            nats,
            directory,
            pat_file,
        })
    }

    /// Where the database is.
    pub(crate) fn database(&self) -> String {
        self.postgres.url(DATABASE)
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

async fn nats(tools: &Tools, directory: &Directory) -> anyhow::Result<Nats> {
    let began = Instant::now();
    let nats = Nats::start(tools, &directory.of("nats"), NatsOptions::default()).await?;
    done(
        format_args!("nats-server {} on {}", nats.server().version, nats.url()),
        began,
    );
    Ok(nats)
}

async fn postgres(tools: &Tools, directory: &Directory, keep: bool) -> anyhow::Result<Postgres> {
    let began = Instant::now();
    let options = PostgresOptions {
        ephemeral: !keep,
        ..PostgresOptions::default()
    };
    let postgres = Postgres::start(tools, &directory.of("postgres"), options).await?;
    // Where our user could not use the directory, data of an earlier demo may be elsewhere.
    postgres.drop_database(DATABASE).await?;
    postgres.create_database(DATABASE).await?;
    done(
        format_args!(
            "PostgreSQL {} on 127.0.0.1:{}",
            postgres.server().version,
            postgres.port()
        ),
        began,
    );
    Ok(postgres)
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
