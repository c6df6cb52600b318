//! Commits with their files and line counts, by the git protocol.
//!
//! The REST API has no line counts and needs a call per commit; one fetch gives all of it.

mod commit;
mod environment;
mod failure;
mod fetch;
mod log;
mod mirror;
mod program;
mod tips;
mod walk;

pub use commit::{Commit, CommitFile, Signature};
pub use failure::Failure;
pub use fetch::Fetched;
pub use mirror::{Limits, Mirror};
pub use tips::Tip;
