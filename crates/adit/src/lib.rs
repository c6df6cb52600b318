#![doc = include_str!("../README.md")]

mod cli;
mod exit;

mod output;
mod remote;
mod secret;
mod table;

mod connection;
mod dev;
mod dev_servers;
mod entities;
mod records;
mod sync;

mod dynamic;
mod project;
mod since;
mod status;

pub use cli::{Cli, main};
pub use remote::{Caller, Remote};
pub use secret::{key_ring, write_secret};
pub use status::{problems, waits};
pub use table::{Column, Table};
