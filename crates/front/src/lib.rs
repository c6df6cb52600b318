#![doc = include_str!("../README.md")]

mod door;
mod options;
mod serve;

mod address;
mod admit;
mod bounds;
mod caller;
pub mod cookie;
mod csrf;
mod frame;
mod headers;
mod pace;
mod problem;
mod return_to;
mod tell;
mod ticket;
mod visit;

mod assets;
mod layout;
mod moment;
mod page;

mod audit;
mod openid;
mod password;
mod setup;
mod tokens;
mod users;

mod api;
mod pages;

pub use api::Api;
pub use audit::{audit, entry};
pub use caller::{Administrator, Caller, Via};
pub use door::Door;
pub use layout::{Layout, NavigationEntry, Person};
pub use moment::Moment;
pub use options::{AdminToken, OidcSecret, Options};
pub use pace::Limited;
pub use page::Page;
pub use problem::Problem;
pub use serve::{listen, serve};
pub use store::people::Role;
pub use tell::ProblemDocument;
pub use ticket::Ticket;
pub use visit::Visit;
