//! Starts auth: pages and the HTTP API, requests over NATS, and what it does by itself.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use bus::Bus;
use chassis::{Condition, Lifecycle};
use front::Door;
use jiff::Timestamp;
use store::Store;
use url::Url;
use wire::subject;

use crate::api::{self, Api};
use crate::azure::Azure;
use crate::connections::{CALLBACK, Connections, Inner};
use crate::grants::Grants;
use crate::loops::Loops;
use crate::pages::{self, Pages};
use crate::token::Counter;
use crate::vault::Vault;
use crate::{Exposure, Options};

/// Replicas share requests.
const GROUP: &str = "auth";
/// How often readiness is looked at.
const LOOK: Duration = Duration::from_secs(5);

/// An auth that serves.
#[derive(Clone, Debug)]
pub struct Running {
    /// Where pages and the HTTP API are.
    pub address: SocketAddr,
    /// What they do.
    pub connections: Connections,
}

/// Serves until the life ends. The database must have been migrated.
pub async fn run(
    options: &Options,
    exposure: Exposure,
    bus: &Bus,
    store: &Store,
    clock: fn() -> Timestamp,
    lifecycle: &Lifecycle,
) -> anyhow::Result<Running> {
    let listener = front::listen(&options.http).await?;
    let address = listener.local_addr().context("read where pages are")?;
    let vault = Vault::open(&options.keys, exposure.with_pages(address))?;
    vault.inspect(&store.secret_list().await?);
    let door = Door::new(&options.http, address, store.clone(), clock)?
        .with_navigation(pages::NAVIGATION)
        .with_form_target(&options.azure_devops.login_url)?;
    let azure = Azure::new(&options.azure_devops, clock)?;
    let ways = options.ways(clock)?;
    let grants = Grants::new(
        store.clone(),
        vault.clone(),
        ways.clone(),
        azure.clone(),
        clock,
        lifecycle.tracker.clone(),
    );
    let connections = Connections::new(Inner {
        store: store.clone(),
        vault,
        ways,
        azure,
        grants: grants.clone(),
        clock,
        callback: Url::parse(&door.url(CALLBACK)).context("make the address of the callback")?,
        drafts: crate::connections::Opened::default(),
    });

    // The subject is listened to before this returns, so that whoever waits for us to be ready is answered.
    let asked = bus.requests(subject::TOKEN, GROUP).await?;
    let stop = || lifecycle.soft.clone().cancelled_owned();
    let (counter, stopped) = (
        Counter {
            store: store.clone(),
            grants: grants.clone(),
            clock,
        },
        stop(),
    );
    lifecycle.spawn("token", async move {
        Ok(asked
            .try_serve_askers(|asker, request| counter.answer(asker, request), stopped)
            .await?)
    });
    let (keeper, stopped) = (bus.clone(), stop());
    lifecycle.spawn(
        "streams",
        async move { Ok(keeper.keep_streams(stopped).await?) },
    );

    let loops = Loops {
        store: store.clone(),
        connections: connections.clone(),
        grants,
        clock,
    };
    loops.start(lifecycle);

    let api = Api {
        connections: connections.clone(),
        bus: bus.clone(),
    };
    let pages = Pages {
        connections: connections.clone(),
        bus: bus.clone(),
    };
    let router = door.wrap(api::router(api).merge(pages::router(pages)));
    lifecycle.spawn("pages", front::serve(listener, router, lifecycle.clone()));
    door.announce_setup().await?;

    bus.tell_readiness(lifecycle);
    let database = lifecycle.condition("database");
    let (soft, store) = (lifecycle.soft.clone(), store.clone());
    lifecycle.spawn("readiness", async move {
        while !soft.is_cancelled() {
            look(&store, &database).await;
            tokio::select! {
                () = soft.cancelled() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
        Ok(())
    });
    Ok(Running {
        address,
        connections,
    })
}

async fn look(store: &Store, database: &Condition) {
    match store.ping().await {
        Ok(()) => database.met(),
        Err(error) => database.unmet(error.to_string()),
    }
}
