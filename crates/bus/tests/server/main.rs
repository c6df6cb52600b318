//! The bus on a real nats-server.

mod house;
mod jobs;
mod pace;
mod pages;
mod permissions;
mod records;
mod recovery;
mod requests;
