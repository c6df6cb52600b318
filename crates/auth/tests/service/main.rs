//! Auth on a real nats-server and a real PostgreSQL, with the emulator's Azure DevOps and Entra.

mod api;
mod changes;
#[cfg(test)]
mod deletions;
#[cfg(test)]
mod grants;
#[cfg(test)]
mod house;
mod keys;
#[cfg(test)]
mod rights;
mod sign_ins;
mod storms;
mod tokens;
