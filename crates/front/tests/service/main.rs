//! The door on a real socket before a real PostgreSQL, with a browser made by hand.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod browser;
mod house;

mod audit;
mod csrf;
mod first_run;
mod headers;
mod limits;
mod openid;
mod problems;
mod roles;
mod sessions;
mod tokens;
mod users;
