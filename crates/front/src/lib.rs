#![doc = include_str!("../README.md")]

mod door;
mod options;
mod serve;

mod address;
mod admit;
mod bounds;
mod caller;
mod csrf;
mod frame;
mod headers;
mod pace;
mod problem;
mod return_to;
mod ticket;
mod visit;

mod assets;
mod layout;
mod page;

mod audit;

pub use audit::{audit, entry};
pub use caller::{Administrator, Caller, Via};
pub use door::Door;
pub use layout::{Layout, NavigationEntry, Person};
pub use options::{AdminToken, OidcSecret, Options};
pub use pace::Limited;
pub use page::Page;
pub use problem::{Problem, ProblemDocument};
pub use serve::{listen, serve};
pub use store::people::Role;
pub use ticket::Ticket;
pub use visit::Visit;
