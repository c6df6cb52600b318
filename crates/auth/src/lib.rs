#![doc = include_str!("../README.md")]

mod command;
mod exposure;
mod options;
mod service;

mod by;
mod given;
mod refusal;
pub mod view;

pub mod connections;

mod azure;
mod grants;
mod loops;
mod probe;
mod token;
mod vault;

mod api;
mod pages;

pub use by::By;
pub use command::{Command, DatabaseUrl, main};
pub use connections::Connections;
pub use exposure::Exposure;
pub use given::Given;
pub use options::{Entra, EntraCertificate, EntraSecret, Keys, Options};
pub use refusal::{Refusal, RefusalKind};
pub use service::{Running, run};
