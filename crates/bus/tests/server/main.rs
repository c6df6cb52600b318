//! The bus on a real nats-server.

#[cfg(test)]
mod drift;
#[cfg(test)]
mod house;
mod jobs;
mod pace;
mod pages;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod records;
#[cfg(test)]
mod recovery;
#[cfg(test)]
mod requests;
