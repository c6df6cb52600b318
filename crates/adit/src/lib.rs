#![doc = include_str!("../README.md")]

mod cli;
mod exit;

mod answers;
mod http;
mod output;
mod remote;
mod secret;
mod table;

mod audit;
mod completions;
mod connection;
mod keys;
mod tokens;
mod users;

mod dev;
mod dev_servers;
mod entities;
mod migrate;
mod records;
mod sync;

mod dynamic;
mod project;
mod since;
mod status;

pub use cli::{Cli, main};
pub use remote::{Caller, Remote};
pub use secret::{admin_token, key_ring, write_secret};
pub use status::{problems, waits};
pub use table::{Column, Table};
