//! The store against a real PostgreSQL: a database of its own for every test.
//!
//! `TEST_POSTGRES_URL` names a running server that may be littered with databases; without it each process starts a
//! private one.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod any_order;
mod dead_letters;
mod details;
mod every_field;
mod exports;
mod feeds;
mod migrations;
mod records;
mod redelivery;
mod rows;
mod schema;
mod scopes;
mod server;
mod sweeps;
mod work_items;
mod world;
