#![doc = include_str!("../README.md")]

mod context;
mod escape;
mod export;
mod guard;
mod logs;
pub mod metrics;
mod options;
mod start;

pub use context::{Parent, extract, inject, set_parent};
pub use escape::Escaped;
pub use guard::Guard;
pub use metrics::{JobOutcome, Metrics, RowOutcome, RunOutcome, meter, metrics};
pub use options::{LogFormat, Options};
pub use start::{Error, init};
