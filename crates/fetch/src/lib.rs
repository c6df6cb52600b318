#![doc = include_str!("../README.md")]

mod options;
mod scope;

mod reader;
mod readers;

mod batch;
mod detail_run;
mod ending;
mod listing_run;
mod progress;
mod run;

mod credential;
mod pace;
mod service;
mod worker;

pub mod convert;

pub use options::Options;
pub use reader::{Context, Detail, Found, Listing};
pub use readers::Readers;
pub use scope::{Scope, ScopeError};
pub use service::{Command, main, start};
pub use worker::run;
