//! The options of a fetcher.

use std::{path::PathBuf, time::Duration};

/// What every fetcher can be told.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Fetching")]
#[group(skip)]
pub struct Options {
    /// Where Azure DevOps is.
    #[command(flatten)]
    pub azure_devops: azdo::Options,

    /// How many jobs this process carries out at once
    #[arg(long, env = "ADIT_FETCH_JOBS", default_value_t = 4, value_name = "N")]
    pub fetch_jobs: usize,

    /// How many requests may be in flight at once for one identity in one organization, over all fetchers together
    #[arg(
        long,
        env = "ADIT_FETCH_CONCURRENCY",
        default_value_t = 8,
        value_name = "N"
    )]
    pub fetch_concurrency: usize,

    /// How often a running job tells its progress
    #[arg(long, env = "ADIT_FETCH_HEARTBEAT", default_value = "1s", value_parser = chassis::duration, value_name = "TIME")]
    pub fetch_heartbeat: Duration,

    /// Where mirrors of Git repositories are kept between runs; what is lost here is fetched again
    #[arg(
        long,
        env = "ADIT_MIRROR_DIR",
        default_value = "target/mirrors",
        value_name = "PATH"
    )]
    pub mirror_dir: PathBuf,
}
