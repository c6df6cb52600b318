#![doc = include_str!("../README.md")]

mod finding;
mod options;
mod state;

mod ask;
mod cause;
mod decide;
mod evidence;
mod link;
mod recognize;
mod remedy;
mod text;

mod check;
mod compare;
mod connection;
mod look;
mod reach;
mod rights;

pub use check::check;
pub use compare::{Change, compare};
pub use decide::{decide, decide_organization};
pub use evidence::{Answer, Evidence, Licence, Question};
pub use finding::{Finding, OrganizationCheck, OrganizationReference, ProjectCheck};
pub use options::{CredentialKind, Options, Proof};
pub use reach::{Reached, Unreached, discover, reach, resolve};
pub use state::{Domain, OrganizationState, State};
