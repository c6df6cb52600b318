#![doc = include_str!("../README.md")]

mod ado;
mod bind;
mod cell;
mod clean;
mod column;
mod commit;
pub mod connections;
mod dead_letter;
mod error;
mod export;
pub mod feeds;
pub mod gaps;
mod layout;
mod mapping;
mod migrate;
mod page;
pub mod people;
mod row;
mod sql;
pub mod status;
mod store;
mod table;

pub use dead_letter::DeadLetter;
pub use error::Error;
pub use migrate::{LOGINS, MIGRATOR, READER, ROLES, role_of};
pub use page::{Change, Counts, Ended, Fate, Operation, PageIn, PageResult};
pub use store::Store;
