//! What an operator can tell the scheduler.

use std::time::Duration;

use jiff::SignedDuration;

/// Flatten this into the options of a process that runs the scheduler.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Scheduling")]
pub struct Options {
    /// How often is read what changes all day
    #[arg(long, env = "ADIT_CYCLE_INTERVAL", default_value = "5m", value_parser = chassis::duration, value_name = "TIME")]
    pub cycle_interval: Duration,

    /// How often is read what changes rarely, and what has long been quiet
    #[arg(long, env = "ADIT_SLOW_INTERVAL", default_value = "1h", value_parser = chassis::duration, value_name = "TIME")]
    pub slow_interval: Duration,

    /// Read what is quiet as often as what is not
    #[arg(long, env = "ADIT_NO_ADAPTIVE")]
    pub no_adaptive: bool,

    /// A run that nothing is heard of for so long is ordered again
    #[arg(long, env = "ADIT_RUN_LEASE", default_value = "60s", value_parser = chassis::duration, value_name = "TIME")]
    pub run_lease: Duration,

    /// How many jobs of one domain may be open at once for one organization, so that none starves the others
    #[arg(
        long,
        env = "ADIT_JOBS_PER_ORGANIZATION",
        default_value_t = 16,
        value_name = "N"
    )]
    pub jobs_per_organization: usize,

    /// How often is looked for what is due, besides at each event that may make something due
    #[arg(long, env = "ADIT_TICK_INTERVAL", default_value = "1s", value_parser = chassis::duration, value_name = "TIME")]
    pub tick_interval: Duration,
}

/// What decisions are made by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Length of a cycle.
    pub cycle: SignedDuration,
    /// Length of the slow cadence; nothing that is due waits for longer behind others.
    pub slow: SignedDuration,
    /// Whether a quiet feed's cycles grow longer.
    pub adaptive: bool,
    /// How long a run may be silent.
    pub lease: SignedDuration,
    /// Jobs of a domain that may be open for an organization of a connection.
    pub jobs: usize,
}

impl From<&Options> for Settings {
    fn from(options: &Options) -> Self {
        let length =
            |length: Duration| SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
        Self {
            cycle: length(options.cycle_interval),
            slow: length(options.slow_interval),
            adaptive: !options.no_adaptive,
            lease: length(options.run_lease),
            jobs: options.jobs_per_organization,
        }
    }
}
