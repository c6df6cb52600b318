#![doc = include_str!("../README.md")]

mod command;
mod options;
mod tell;
mod work;

pub use command::{Command, main};
pub use options::Options;
pub use work::run;
