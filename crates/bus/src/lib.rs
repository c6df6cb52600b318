#![doc = include_str!("../README.md")]

mod options;

mod error;

mod bus;

mod delivery;
mod events;
mod jobs;
mod pace;
mod pages;
mod provision;
mod records;
mod request;
mod serve;
mod tail;

pub use bus::Bus;
pub use delivery::Delivery;
pub use error::{Error, PublishError};
pub use jobs::JobQueue;
pub use options::{Login, Options, Streams};
pub use pace::{Pace, PaceEntry};
pub use pages::{PageDelivery, PageQueue};
pub use records::ChangedRecord;
pub use tail::{RecordMessage, Since};
