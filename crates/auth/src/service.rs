//! Starts auth's loops.

use std::time::Duration;

use bus::Bus;
use chassis::{Condition, Lifecycle};
use jiff::Timestamp;
use store::Store;
use wire::subject;

use crate::desk::Desk;
use crate::probe::Probe;
use crate::token::Counter;
use crate::vault::Vault;
use crate::{Exposure, Options};

/// Replicas share requests.
const GROUP: &str = "auth";
/// How often readiness is looked at.
const LOOK: Duration = Duration::from_secs(5);

/// Serves until the life ends. The database must have been migrated.
pub async fn run(
    options: &Options,
    exposure: Exposure,
    bus: &Bus,
    store: &Store,
    clock: fn() -> Timestamp,
    lifecycle: &Lifecycle,
) -> anyhow::Result<()> {
    let vault = Vault::open(&options.keys, exposure)?;
    vault.inspect(&store.secret_list().await?);
    let desk = Desk {
        store: store.clone(),
        vault: vault.clone(),
        probe: Probe::new(&options.azure_devops, clock)?,
    };
    let counter = Counter {
        store: store.clone(),
        vault,
        clock,
    };
    // All subjects are listened to before this returns, so that whoever waits for us to be ready is answered.
    let requests = async |subject| bus.requests(subject, GROUP).await;
    let stop = || lifecycle.soft.clone().cancelled_owned();

    let (asked, add, stopped) = (
        requests(subject::CONNECTION_ADD).await?,
        desk.clone(),
        stop(),
    );
    lifecycle.spawn("connection-add", async move {
        Ok(asked.serve(|request| add.add(request), stopped).await?)
    });
    let (asked, list, stopped) = (
        requests(subject::CONNECTION_LIST).await?,
        desk.clone(),
        stop(),
    );
    lifecycle.spawn("connection-list", async move {
        Ok(asked.serve(|request| list.list(request), stopped).await?)
    });
    let (asked, stopped) = (requests(subject::CONNECTION_REMOVE).await?, stop());
    lifecycle.spawn("connection-remove", async move {
        Ok(asked.serve(|request| desk.remove(request), stopped).await?)
    });
    let (asked, stopped) = (requests(subject::TOKEN).await?, stop());
    lifecycle.spawn("token", async move {
        Ok(asked
            .try_serve(|request| counter.answer(request), stopped)
            .await?)
    });
    let conditions = [lifecycle.condition("nats"), lifecycle.condition("database")];
    let (bus, soft, store) = (bus.clone(), lifecycle.soft.clone(), store.clone());
    lifecycle.spawn("readiness", async move {
        while !soft.is_cancelled() {
            look(&bus, &store, &conditions).await;
            tokio::select! {
                () = soft.cancelled() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
        Ok(())
    });
    Ok(())
}

async fn look(bus: &Bus, store: &Store, [nats, database]: &[Condition; 2]) {
    if bus.is_connected() {
        nats.met();
    } else {
        nats.unmet("there is no connection to NATS");
    }
    match store.ping().await {
        Ok(()) => database.met(),
        Err(error) => database.unmet(error.to_string()),
    }
}
