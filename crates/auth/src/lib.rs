#![doc = include_str!("../README.md")]

mod command;
mod exposure;
mod options;
mod service;

mod desk;
mod order;
mod probe;
mod refusal;
mod token;
mod vault;

pub use command::{Command, DatabaseUrl, main};
pub use exposure::Exposure;
pub use options::{Keys, Options};
pub use service::run;
