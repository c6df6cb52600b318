//! Auth on a real nats-server and a real PostgreSQL, with an Azure DevOps that knows one token.

#[cfg(test)]
mod connections;
#[cfg(test)]
mod house;
mod keys;
mod tokens;
