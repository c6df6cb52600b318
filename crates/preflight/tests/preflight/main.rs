//! What a check asks, finds and says.

mod changes;
mod emulator;
mod organizations;
mod recordings;
mod requests;
mod secrets;
mod service;
mod table;
mod world;
