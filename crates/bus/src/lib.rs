#![doc = include_str!("../README.md")]

mod from_chassis;
mod options;

mod error;

mod bus;
mod connection;

mod api;
mod denial;
mod exchange;
mod headers;
mod inbox;
mod provision;
mod rights;
mod topology;

mod delivery;
mod jobs;
mod pages;

mod batch;
mod follow;
mod records;
mod tail;

mod events;
mod keep;
mod pace;
mod readiness;
mod request;
mod serve;

pub use bus::Bus;
pub use delivery::Delivery;
pub use denial::Denial;
pub use error::{Error, PublishError};
pub use jobs::JobQueue;
pub use options::{Login, Options, Streams};
pub use pace::{Pace, PaceEntry};
pub use pages::{PageDelivery, PageQueue};
pub use records::ChangedRecord;
pub use rights::{Asker, PERMISSIONS, Rights, SUBSCRIBER, User, accounts};
pub use serve::Requests;
pub use tail::{RecordMessage, Since};
