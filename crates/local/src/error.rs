//! What can go wrong with servers of one's own.

use std::io;
use std::path::PathBuf;

/// Why a server or process is not there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No usable server was found, and none could be installed.
    #[error("{what} was not found{}\n{install}", list(tried))]
    NotFound {
        /// What, and from which version on.
        what: &'static str,
        /// What was looked at, and why it will not do.
        tried: Vec<String>,
        /// What to do.
        install: String,
    },
    /// It ended before it was ready, or was not ready in time.
    #[error("{name} did not start: {reason}\nthe end of its log ({}):\n{tail}", log.display())]
    DidNotStart {
        /// Who.
        name: String,
        /// Why, as far as we know.
        reason: String,
        /// Where it writes.
        log: PathBuf,
        /// The last lines of it.
        tail: String,
    },
    /// It had to be killed.
    #[error("{name} did not end within {seconds} s and was killed\nthe end of its log:\n{tail}")]
    DidNotEnd {
        /// Who.
        name: String,
        /// How long it was given.
        seconds: u64,
        /// The last lines of its log.
        tail: String,
    },
    /// A program that we ran failed.
    #[error("{command} failed: {output}")]
    Failed {
        /// What was run.
        command: String,
        /// What it said.
        output: String,
    },
    /// Another process of ours uses this directory.
    #[error("{} is in use by another process; stop it or choose another directory", .0.display())]
    InUse(PathBuf),
    /// The data were made by another version.
    #[error("{} was made by PostgreSQL {made_by}, and this is {version}: delete it, or put that version on the PATH", data.display())]
    OtherVersion {
        /// The data directory.
        data: PathBuf,
        /// The major version that made it.
        made_by: String,
        /// The version found.
        version: String,
    },
    /// There is no such user.
    #[error("there is no login of the name {0}")]
    NoLogin(String),
    /// The system refused something.
    #[error("cannot {doing}")]
    System {
        /// What was attempted.
        doing: String,
        /// What the system says.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn system(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::System { doing, source }
    }
}

fn list(tried: &[String]) -> String {
    if tried.is_empty() {
        String::new()
    } else {
        format!(" (looked at: {})", tried.join("; "))
    }
}
