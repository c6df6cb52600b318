//! Decisions against a real PostgreSQL, and the whole scheduler against a real NATS as well.

mod gaps;
mod orders;
mod scopes;
mod service;
mod world;
