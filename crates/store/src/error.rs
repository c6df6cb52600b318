//! What can go wrong, by what the caller does about it.

use sqlx::migrate::MigrateError;

/// An error of the database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It passes: try the whole transaction again.
    #[error("the database did not answer")]
    Transient(#[source] sqlx::Error),
    /// The database refuses a value: keep it out and go on with the others.
    #[error("the database refuses a value")]
    Data(#[source] sqlx::Error),
    /// Trying again is useless.
    #[error("the database does not do what it is told")]
    Fatal(#[source] sqlx::Error),
    /// A newer version of Adit has been here.
    #[error(
        "the database is newer than this program (it has migration {0}): use the version of Adit that migrated it, or a \
         newer one"
    )]
    Newer(i64),
    /// An older version of Adit has been here, and this role may not change the schema.
    #[error(
        "the database has not the schema of this version (it lacks migration {lacking}), and the role `{role}` may not change \
         it: run `adit migrate` with ADIT_MIGRATE_URL of the role that owns it, adit_migrator"
    )]
    Behind {
        /// The first migration that is not there.
        lacking: i64,
        /// As whom this looked.
        role: String,
    },
    /// The schema could not be brought up to date.
    #[error("failed to migrate the database")]
    Migrate(#[source] MigrateError),
}

impl Error {
    /// True when the same transaction may succeed later.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Transient(_))
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) => match database.code().as_deref() {
                Some(code) if passes(code) => Self::Transient(error),
                Some(code) if concerns_a_value(code) => Self::Data(error),
                _ => Self::Fatal(error),
            },
            // A server that dies in the middle of an answer leaves half a message: `Protocol`.
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Transient(error),
            sqlx::Error::Encode(_) => Self::Data(error),
            _ => Self::Fatal(error),
        }
    }
}

impl From<MigrateError> for Error {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _) => {
                Self::Newer(version)
            }
            MigrateError::Execute(error) => match Self::from(error) {
                Self::Transient(error) => Self::Transient(error),
                Self::Data(error) | Self::Fatal(error) => {
                    Self::Migrate(MigrateError::Execute(error))
                }
                other => other,
            },
            other => Self::Migrate(other),
        }
    }
}

/// <https://www.postgresql.org/docs/15/errcodes-appendix.html>: lost connections (08), deadlocks and serialization
/// failures (40), lack of resources (53), shutdowns and time limits (57), a standby that was told to write (25006), a
/// lock that could not be had (55P03).
fn passes(code: &str) -> bool {
    ["08", "40", "53", "57"]
        .iter()
        .any(|class| code.starts_with(class))
        || ["25006", "55P03"].contains(&code)
}

/// Values out of range or malformed (22), against a constraint (23), too large for an index or a row (54).
fn concerns_a_value(code: &str) -> bool {
    ["22", "23", "54"]
        .iter()
        .any(|class| code.starts_with(class))
}
