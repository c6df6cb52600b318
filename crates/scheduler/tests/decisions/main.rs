//! Decisions against a real PostgreSQL, and the whole scheduler against a real NATS as well.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod gaps;
mod orders;
mod scopes;
mod service;
mod world;
