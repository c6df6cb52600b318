#![doc = include_str!("../README.md")]

mod command;
mod due;
mod options;
mod plan;

mod family;
mod gaps;

mod decide;
mod decisions;
mod progress;
mod publish;
mod run;

mod housekeeping;
mod measure;
mod requests;
mod status;

pub use command::{Command, DatabaseUrl, main};
pub use decide::{Decided, Decider};
pub use due::{Due, Why};
pub use options::{Options, Settings};
pub use plan::{Order, State, plan, reschedule, waiting};
pub use run::run;
