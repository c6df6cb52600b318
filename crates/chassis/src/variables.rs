//! A misspelt variable must not be silently without effect.

use std::collections::BTreeSet;
use std::ffi::OsString;

use clap::Command;

use crate::Advice;

const PREFIX: &str = "ADIT_";

/// Every `ADIT_` variable of every program of Adit, sorted, so that all of them can share one environment.
///
/// A program knows its own variables from its own command; this list is for those of the others. A test of the `adit`
/// crate, which links them all, holds the two together.
pub const VARIABLES: &[&str] = &[
    "ADIT_ADMIN_TOKEN",
    "ADIT_ADMIN_TOKEN_FILE",
    "ADIT_ANALYTICS_URL",
    "ADIT_AZURE_DEVOPS_URL",
    "ADIT_CONTACT",
    "ADIT_CYCLE_INTERVAL",
    "ADIT_ENTITLEMENTS_URL",
    "ADIT_ENTRA_CERTIFICATE",
    "ADIT_ENTRA_CERTIFICATE_FILE",
    "ADIT_ENTRA_CLIENT_ID",
    "ADIT_ENTRA_CLIENT_SECRET",
    "ADIT_ENTRA_CLIENT_SECRET_FILE",
    "ADIT_ENTRA_TENANTS",
    "ADIT_EXAMPLES_DIR",
    "ADIT_FETCH_CONCURRENCY",
    "ADIT_FETCH_HEARTBEAT",
    "ADIT_FETCH_JOBS",
    "ADIT_HEALTH_LISTEN",
    "ADIT_HTTP_LISTEN",
    "ADIT_IMDS_URL",
    "ADIT_JOBS_PER_ORGANIZATION",
    "ADIT_KEYS",
    "ADIT_KEYS_FILE",
    "ADIT_LOG",
    "ADIT_LOGIN_URL",
    "ADIT_LOG_FORMAT",
    "ADIT_MIGRATE_URL",
    "ADIT_MIGRATE_URL_FILE",
    "ADIT_MIRROR_DIR",
    "ADIT_NO_ADAPTIVE",
    "ADIT_OIDC_ADMINISTRATORS",
    "ADIT_OIDC_CLIENT_ID",
    "ADIT_OIDC_CLIENT_SECRET",
    "ADIT_OIDC_CLIENT_SECRET_FILE",
    "ADIT_OIDC_ISSUER",
    "ADIT_PAGES_MAX_BYTES",
    "ADIT_PROFILE_URL",
    "ADIT_PUBLIC_URL",
    "ADIT_RECORDS_MAX_AGE",
    "ADIT_RECORDS_MAX_BYTES",
    "ADIT_RELEASE_URL",
    "ADIT_RUN_LEASE",
    "ADIT_SHUTDOWN_GRACE",
    "ADIT_SLOW_INTERVAL",
    "ADIT_STREAM_REPLICAS",
    "ADIT_TICK_INTERVAL",
    "ADIT_TOKEN",
    "ADIT_TOKEN_FILE",
    "ADIT_TRUSTED_PROXIES",
    "ADIT_URL",
    "ADIT_VSSPS_URL",
    "ADIT_WRITER_PAGES",
    "ADIT_WRITER_TASKS",
];

/// A variable with our prefix that no program of ours reads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing reads the environment variable {name}")]
pub struct UnknownVariable {
    /// As it is set.
    pub name: String,
    /// The known one that looks most like it.
    pub nearest: String,
}

impl From<UnknownVariable> for Advice {
    fn from(unknown: UnknownVariable) -> Self {
        Self::configuration(
            unknown.to_string(),
            format!("did you mean {}? Else unset it", unknown.nearest),
        )
    }
}

/// The `ADIT_` variables that a command and its subcommands read.
pub fn variables_of(command: &Command) -> BTreeSet<String> {
    let own = command
        .get_arguments()
        .filter_map(|argument| argument.get_env()?.to_str());
    let mut names: BTreeSet<String> = own
        .filter(|name| name.starts_with(PREFIX))
        .map(str::to_owned)
        .collect();
    names.extend(command.get_subcommands().flat_map(variables_of));
    names
}

/// Refuses an environment that sets an `ADIT_` variable which neither this command nor any other program of Adit reads.
///
/// `environment` holds the names that are set.
pub fn unknown_variables(
    known: &Command,
    environment: impl IntoIterator<Item = OsString>,
) -> Result<(), UnknownVariable> {
    let mut names = variables_of(known);
    names.extend(VARIABLES.iter().map(|&name| name.to_owned()));
    let set = environment
        .into_iter()
        .map(|name| name.to_string_lossy().into_owned());
    let unknown = set
        .filter(|name| name.starts_with(PREFIX) && !names.contains(name))
        .min();
    let Some(name) = unknown else { return Ok(()) };
    let distance = |known: &&String| strsim::damerau_levenshtein(&name, known);
    let nearest = names
        .iter()
        .min_by_key(distance)
        .cloned()
        .unwrap_or_default();
    Err(UnknownVariable { name, nearest })
}

#[cfg(test)]
mod tests {
    use clap::{Arg, Command};

    use super::*;

    fn command() -> Command {
        let seals = Command::new("seal").arg(Arg::new("ring").env("ADIT_TEST_RING_FILE"));
        Command::new("test")
            .arg(Arg::new("log").env("ADIT_LOG"))
            .subcommand(seals)
    }

    fn check(names: &[&str]) -> Result<(), UnknownVariable> {
        unknown_variables(&command(), names.iter().map(OsString::from))
    }

    #[test]
    fn a_misspelt_variable_is_refused_with_the_nearest_name() {
        let unknown = check(&["ADIT_LGO_FORMAT", "PATH"]).unwrap_err();
        assert_eq!(unknown.nearest, "ADIT_LOG_FORMAT");
        assert_eq!(
            check(&["ADIT_TESTRING_FILE"]).unwrap_err().nearest,
            "ADIT_TEST_RING_FILE"
        );
    }

    #[test]
    fn variables_of_subcommands_other_programs_and_strangers_are_fine() {
        assert_eq!(
            check(&[
                "ADIT_TEST_RING_FILE",
                "ADIT_LOG",
                "ADIT_RELEASE_URL",
                "NATS_URL",
                "ADITYA"
            ]),
            Ok(())
        );
    }

    #[test]
    fn the_list_is_sorted_without_duplicates() {
        assert!(VARIABLES.is_sorted_by(|one, next| one < next));
    }
}
