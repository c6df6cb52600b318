#![doc = include_str!("../README.md")]

mod api;
mod emulated;
pub mod logins;
mod place;
mod rows;
mod stack;
pub mod truth;
mod wait;

pub use api::Api;
pub use emulated::Emulated;
pub use rows::{Changed, RowVersion, changed};
pub use stack::{SERVICES, Stack, StackOptions, programs};
pub use wait::until;
