#![doc = include_str!("../README.md")]

mod emulated;
mod stack;
pub mod truth;
mod wait;

pub use emulated::Emulated;
pub use stack::{SERVICES, Stack, StackOptions};
pub use wait::until;
