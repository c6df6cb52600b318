//! The writer between a real NATS and a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod house;
mod outage;
mod pages;
