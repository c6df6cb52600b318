//! The crate against servers that behave like Azure DevOps, and badly.

mod authorization;
mod cut;
mod entities;
mod examples;
mod mirror;
mod paging;
mod remote;
mod retry;
mod standing;
mod support;
