#![doc = include_str!("../README.md")]

mod finding;
mod options;
mod state;

mod check;
mod compare;
mod reach;

pub use check::check;
pub use compare::{Change, compare};
pub use finding::{Finding, OrganizationCheck, OrganizationReference, ProjectCheck};
pub use options::{CredentialKind, Options, Proof};
pub use reach::{Reached, Unreached, discover, reach, resolve};
pub use state::{Domain, OrganizationState, State};
