#![doc = include_str!("../README.md")]

mod cluster;
mod error;
mod http;
mod login;
mod nats;
mod place;
mod port;
mod postgres;
mod process;
mod run;
mod service;
mod tools;
mod user;
mod version;
mod wheel;

pub use error::Error;
pub use login::Logins;
pub use nats::{Nats, NatsOptions};
pub use port::{free_port, free_ports};
pub use postgres::{Postgres, PostgresOptions};
pub use service::{Service, ServiceOptions};
pub use tools::{NatsServer, PostgresServer, Tools};
pub use version::Version;
