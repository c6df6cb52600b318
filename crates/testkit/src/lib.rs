#![doc = include_str!("../README.md")]

mod emulated;
mod place;
mod rows;
mod stack;
pub mod truth;
mod wait;

pub use emulated::Emulated;
pub use rows::{Changed, RowVersion, changed};
pub use stack::{SERVICES, Stack, StackOptions, programs};
pub use wait::until;
