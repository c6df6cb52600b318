//! Options that every service has.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::secret_option;

/// Flatten this into a service's options.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub struct Options {
    #[command(flatten)]
    pub nats: NatsOptions,

    #[command(flatten)]
    pub telemetry: telemetry::Options,

    /// Where /livez and /readyz are served; port 0 takes a free one and logs it
    #[arg(
        long,
        env = "ADIT_HEALTH_LISTEN",
        default_value = "127.0.0.1:0",
        value_name = "ADDRESS"
    )]
    pub health_listen: SocketAddr,

    /// How long work in hand may take to finish after the first signal
    #[arg(long, env = "ADIT_SHUTDOWN_GRACE", default_value = "60s", value_parser = duration, value_name = "TIME")]
    pub shutdown_grace: Duration,
}

/// How to reach NATS, and as whom.
#[derive(Clone, clap::Args)]
#[command(next_help_heading = "NATS")]
#[group(skip)]
pub struct NatsOptions {
    /// One or more servers, separated by commas
    #[arg(
        long,
        env = "NATS_URL",
        default_value = "nats://127.0.0.1:4222",
        hide_env_values = true
    )]
    pub nats_url: String,

    /// Credentials file (JWT and nkey seed)
    #[arg(long, env = "NATS_CREDENTIALS_FILE", value_name = "PATH")]
    pub nats_credentials_file: Option<PathBuf>,

    #[command(flatten)]
    pub nats_nkey: NatsNkey,

    /// User name
    #[arg(long, env = "NATS_USER")]
    pub nats_user: Option<String>,

    #[command(flatten)]
    pub nats_password: NatsPassword,

    /// Certificates of the authority that signed the server's
    #[arg(long, env = "NATS_CA_FILE", value_name = "PATH")]
    pub nats_ca_file: Option<PathBuf>,

    #[command(flatten)]
    pub streams: StreamLimits,
}

/// How large the streams may become. All services of one NATS must be told the same.
#[derive(Debug, Clone, clap::Args)]
pub struct StreamLimits {
    /// Bytes of pages that may wait for the writer; then fetchers wait
    #[arg(long, env = "ADIT_PAGES_MAX_BYTES", default_value_t = 2 << 30, value_name = "BYTES")]
    pub pages_max_bytes: u64,

    /// Bytes of changed records that are kept for subscribers; then the oldest go
    #[arg(long, env = "ADIT_RECORDS_MAX_BYTES", default_value_t = 10 << 30, value_name = "BYTES")]
    pub records_max_bytes: u64,

    /// How long changed records are kept for subscribers
    #[arg(long, env = "ADIT_RECORDS_MAX_AGE", default_value = "168h", value_parser = duration, value_name = "TIME")]
    pub records_max_age: Duration,

    /// Copies of each stream: 1 without a cluster, 3 in one
    #[arg(
        long,
        env = "ADIT_STREAM_REPLICAS",
        default_value_t = 1,
        value_name = "N"
    )]
    pub stream_replicas: usize,
}

secret_option! {
    /// Where the database is for the role that owns the schemas, to bring them up to date first
    pub struct MigrateUrl("migrate-url", "ADIT_MIGRATE_URL");
}

secret_option! {
    /// Nkey seed
    pub struct NatsNkey("nats-nkey", "NATS_NKEY");
}

secret_option! {
    /// Password of the user
    pub struct NatsPassword("nats-password", "NATS_PASSWORD");
}

impl fmt::Debug for NatsOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A URL may carry a password, so it is shown without what stands before the `@`.
        let servers = self.nats_url.split(',');
        let servers: Vec<_> = servers
            .map(|url| url.rsplit_once('@').map_or(url, |(_, server)| server))
            .collect();
        formatter
            .debug_struct("NatsOptions")
            .field("servers", &servers)
            .field("credentials_file", &self.nats_credentials_file)
            .field("nkey", &self.nats_nkey)
            .field("user", &self.nats_user)
            .field("password", &self.nats_password)
            .field("ca_file", &self.nats_ca_file)
            .field("streams", &self.streams)
            .finish()
    }
}

/// Reads a span of time: `60s`, `2m`, `1h 30m`, or a number of seconds. For `value_parser`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Ok(Duration::from_secs(seconds));
    }
    let signed: jiff::SignedDuration = text
        .parse()
        .map_err(|error| format!("{error}; write `60s` or `2m`"))?;
    signed
        .try_into()
        .map_err(|_| "time does not run backwards".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Service {
        #[command(flatten)]
        chassis: Options,
    }

    #[test]
    fn the_options_do_not_contradict_each_other() {
        <Service as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn a_password_in_the_url_is_not_shown() {
        let service = Service::parse_from([
            "x",
            "--nats-url",
            "nats://adit:hunter2@one:4222,nats://two:4222",
        ]);
        let shown = format!("{:?}", service.chassis);
        assert!(
            shown.contains("one:4222") && shown.contains("two:4222"),
            "{shown}"
        );
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn durations_are_written_as_people_do() {
        for (text, seconds) in [("60", 60), ("60s", 60), ("2m", 120), ("1h 30m", 5400)] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert!(duration("-5s").is_err());
        assert!(duration("soon").is_err());
    }
}
