//! The emulator: a world, and what is counted and broken on the way to it.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::{
    clock::Clock,
    count::Counts,
    fault::Faults,
    world::{Seed, World},
};

/// A running emulator's state, shared by all who hold a clone.
#[derive(Clone, Debug)]
pub struct Emulator(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    seed: Seed,
    clock: Clock,
    world: RwLock<World>,
    counts: Counts,
    faults: Faults,
}

impl Emulator {
    /// Makes a world and puts it behind an emulator.
    pub fn make(seed: Seed) -> anyhow::Result<Self> {
        let clock = Clock::default();
        let world = RwLock::new(World::make(&seed, clock.clone())?);
        Ok(Self(Arc::new(Shared {
            seed,
            clock,
            world,
            counts: Counts::default(),
            faults: Faults::default(),
        })))
    }

    /// What the world was made from.
    pub fn seed(&self) -> &Seed {
        &self.0.seed
    }

    /// The world, to read.
    pub fn world(&self) -> RwLockReadGuard<'_, World> {
        self.0.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The world, to change.
    pub fn world_mut(&self) -> RwLockWriteGuard<'_, World> {
        self.0.world.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The world's clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The requests so far.
    pub fn counts(&self) -> &Counts {
        &self.0.counts
    }

    /// The faults in force.
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }
}
