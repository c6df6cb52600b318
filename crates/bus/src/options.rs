//! How to reach NATS, as whom, and how large its streams may become.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

/// How to reach NATS, and as whom.
#[derive(Debug, Clone)]
pub struct Options {
    /// One or more servers, separated by commas.
    pub url: String,
    /// As whom.
    pub login: Login,
    /// Certificates of the authority that signed the server's.
    pub ca_file: Option<PathBuf>,
    /// How long the first connection may take: servers start in any order.
    pub patience: Duration,
    /// How large the streams may become.
    pub streams: Streams,
}

impl Options {
    /// Without a login.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            login: Login::Anonymous,
            ca_file: None,
            patience: Duration::from_mins(1),
            streams: Streams::default(),
        }
    }
}

/// As whom to connect.
#[derive(Debug, Clone, Default)]
pub enum Login {
    /// Nobody: for private servers on loopback. A login in the URL is honoured.
    #[default]
    Anonymous,
    /// A user and a password.
    Password {
        /// The user.
        user: String,
        /// The password.
        password: SecretString,
    },
    /// The seed of an nkey: the server holds only its public half.
    Nkey(SecretString),
    /// A credentials file (JWT and nkey seed).
    CredentialsFile(PathBuf),
}

/// Limits of the streams. All services of one NATS must agree on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Streams {
    /// Bytes of pages that may wait for the writer; then fetchers wait.
    pub pages_bytes: u64,
    /// Bytes of changed records that are kept; then the oldest go.
    pub records_bytes: u64,
    /// How long changed records are kept.
    pub records_age: Duration,
    /// Copies of each stream: 1 without a cluster, 3 in one.
    pub replicas: usize,
}

impl Default for Streams {
    fn default() -> Self {
        Self {
            pages_bytes: 2 << 30,
            records_bytes: 10 << 30,
            records_age: Duration::from_hours(7 * 24),
            replicas: 1,
        }
    }
}
