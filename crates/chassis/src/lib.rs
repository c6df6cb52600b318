#![doc = include_str!("../README.md")]

mod advice;
mod clock;
mod health;
mod lifecycle;
mod options;
mod readiness;
mod run;
pub mod secret;
mod variables;

pub use advice::{Advice, report};
pub use clock::clock;
pub use lifecycle::{End, Lifecycle};
pub use options::{
    MigrateUrl, NatsNkey, NatsOptions, NatsPassword, Options, StreamLimits, duration,
};
pub use readiness::{Condition, Missing, Readiness};
pub use run::{main, run};
pub use secret::Secret;
pub use telemetry;
pub use variables::{UnknownVariable, VARIABLES, unknown_variables, variables_of};
