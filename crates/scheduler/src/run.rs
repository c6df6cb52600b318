//! Starts the scheduler's loops.

use std::sync::Arc;

use bus::Bus;
use chassis::Lifecycle;
use store::Store;
use tokio::sync::Mutex;

use crate::{
    Decider, Options, Settings,
    decisions::{Decisions, Wake},
    housekeeping, measure,
    progress::{self, Told},
    requests,
    status::{Known, StatusDesk},
};

/// Schedules until the life ends. The database must have been migrated, and the streams provisioned.
pub fn run(options: &Options, bus: &Bus, store: &Store, lifecycle: &Lifecycle) {
    bus.tell_readiness(lifecycle);
    let settings = Settings::from(options);
    let decider = Decider::new(store.clone(), settings);
    let wake = Wake::default();
    let told = Told::default();
    let desk = Arc::new(StatusDesk {
        store: store.clone(),
        settings,
        made: decider.feeds_made(),
        told: told.clone(),
        known: Mutex::new(Known::default()),
    });
    let decisions = Decisions {
        decider,
        bus: bus.clone(),
        store: store.clone(),
        wake: wake.clone(),
        tick: options.tick_interval,
        database: lifecycle.condition("database"),
    };
    let life = || lifecycle.clone();
    lifecycle.spawn("decisions", decisions.run(life()));
    lifecycle.spawn(
        "progress",
        progress::listen(bus.clone(), store.clone(), told, life()),
    );
    lifecycle.spawn(
        "ended runs",
        measure::listen(bus.clone(), wake.clone(), life()),
    );
    lifecycle.spawn(
        "start requests",
        requests::serve_start(
            bus.clone(),
            store.clone(),
            wake,
            lifecycle.condition("start requests"),
            life(),
        ),
    );
    lifecycle.spawn(
        "status requests",
        requests::serve_status(
            bus.clone(),
            desk,
            lifecycle.condition("status requests"),
            life(),
        ),
    );
    lifecycle.spawn("housekeeping", housekeeping::keep(store.clone(), life()));
}
