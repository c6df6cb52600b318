#![doc = include_str!("../README.md")]

mod command;
mod options;
mod work;

mod commit;
mod measure;
mod patience;
mod tell;

pub use command::{Command, main};
pub use options::Options;
pub use work::run;
