//! Makes the connection, and watches it.

use std::time::Duration;

use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, ServerAddr, ServerError};
use percent_encoding::percent_decode_str;
use secrecy::ExposeSecret as _;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::denial::{Denial, Denials};
use crate::{Error, Login, Options};

/// The oldest server that keeps every setting we need (atomic batches).
const NEEDED: (u64, u64) = (2, 12);
const NEEDED_TEXT: &str = "2.12";
/// A dead peer is noticed after two unanswered pings.
const PING: Duration = Duration::from_secs(8);
/// The longest pause between two attempts to connect.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What is learnt from the connection's events.
#[derive(Debug)]
pub(crate) struct Signs {
    pub(crate) denials: Denials,
    /// Grows with each connection: what was asked on an earlier one may never be answered.
    pub(crate) connections: watch::Sender<u64>,
}

impl Signs {
    pub(crate) fn new() -> Self {
        Self {
            denials: Denials::new(),
            connections: watch::Sender::new(0),
        }
    }

    fn observe(&self, service: &str, event: &Event) {
        match event {
            Event::Connected => self.connections.send_modify(|number| *number += 1),
            Event::Disconnected => {
                tracing::warn!("the connection of {service} to NATS is lost; connecting again");
            }
            Event::SlowConsumer(subscription) => tracing::warn!(
                "{service} reads too slowly: NATS messages of subscription {subscription} are dropped"
            ),
            Event::ServerError(ServerError::Other(error)) => self.complain(service, error),
            Event::ServerError(error) => tracing::error!("NATS tells {service}: {error}"),
            Event::ClientError(error) => tracing::warn!("the NATS client of {service}: {error}"),
            Event::LameDuckMode | Event::Draining | Event::Closed => {}
        }
    }

    fn complain(&self, service: &str, error: &str) {
        let Some(denial) = Denial::read(service, error) else {
            tracing::warn!("NATS tells {service}: {error}");
            return;
        };
        tracing::error!(nats.subject = denial.subject, "{denial}");
        self.denials.tell(denial);
    }
}

/// The prefix of a service's inboxes. With the permissions that belong to it, nobody else can read its replies.
pub(crate) fn inbox_prefix(service: &str) -> String {
    format!("_INBOX_{service}")
}

/// Connects, and waits for a server that is still starting.
pub(crate) async fn connect(
    service: &str,
    options: &Options,
    signs: &std::sync::Arc<Signs>,
) -> Result<Client, Error> {
    let servers = shown(&options.url);
    let failed = |reason: String| Error::Connect {
        servers: servers.clone(),
        reason,
    };
    let addresses: Vec<&str> = options.url.split(',').map(str::trim).collect();
    let until = Instant::now() + options.patience;
    let mut told = false;
    loop {
        let connect = connect_options(service, options, signs).await?;
        let error = match connect.connect(addresses.as_slice()).await {
            Ok(client) => return checked(client, failed),
            Err(error) => error,
        };
        let is_starting = matches!(
            error.kind(),
            ConnectErrorKind::Io | ConnectErrorKind::TimedOut | ConnectErrorKind::Dns
        );
        if !is_starting || Instant::now() >= until {
            return Err(failed(explained(error.kind(), &error)));
        }
        if !told {
            told = true;
            tracing::warn!("{service} waits for NATS at {servers}: {error}");
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

async fn connect_options(
    service: &str,
    options: &Options,
    signs: &std::sync::Arc<Signs>,
) -> Result<ConnectOptions, Error> {
    let signs = std::sync::Arc::clone(signs);
    let name = service.to_owned();
    let mut connect = ConnectOptions::new()
        .name(service)
        .custom_inbox_prefix(inbox_prefix(service))
        .ping_interval(PING)
        .reconnect_delay_callback(|attempt| {
            let attempt = u32::try_from(attempt).unwrap_or(u32::MAX);
            LONGEST_PAUSE.min(Duration::from_millis(100).saturating_mul(attempt))
        })
        .event_callback(move |event| {
            signs.observe(&name, &event);
            std::future::ready(())
        });
    if let Some(file) = &options.ca_file {
        connect = connect
            .add_root_certificates(file.clone())
            .require_tls(true);
    }
    Ok(match &options.login {
        Login::Anonymous => match login_in(&options.url) {
            Some((user, password)) => connect.user_and_password(user, password),
            None => connect,
        },
        Login::Password { user, password } => {
            connect.user_and_password(user.clone(), password.expose_secret().to_owned())
        }
        Login::Nkey(seed) => connect.nkey(seed.expose_secret().to_owned()),
        Login::CredentialsFile(path) => {
            connect
                .credentials_file(path)
                .await
                .map_err(|error| Error::Connect {
                    servers: shown(&options.url),
                    reason: format!("the credentials file {}: {error}", path.display()),
                })?
        }
    })
}

fn checked(client: Client, failed: impl Fn(String) -> Error) -> Result<Client, Error> {
    let info = client.server_info();
    if !is_new_enough(&info.version) {
        return Err(Error::OldServer {
            found: info.version,
            needed: NEEDED_TEXT,
        });
    }
    if !info.jetstream {
        return Err(failed(
            "it runs without JetStream; start nats-server with `--jetstream`".to_owned(),
        ));
    }
    Ok(client)
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version
        .split(['.', '-'])
        .map(|number| number.parse::<u64>().unwrap_or_default());
    (
        numbers.next().unwrap_or_default(),
        numbers.next().unwrap_or_default(),
    ) >= NEEDED
}

fn explained(kind: ConnectErrorKind, error: &async_nats::ConnectError) -> String {
    match kind {
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
            format!(
                "{error}; check NATS_USER and NATS_PASSWORD, NATS_NKEY or NATS_CREDENTIALS_FILE"
            )
        }
        ConnectErrorKind::ServerParse => format!("{error}; write nats://host:4222"),
        _ => format!("{error}; is nats-server running there?"),
    }
}

/// The login in a URL, which the client leaves aside.
fn login_in(urls: &str) -> Option<(String, String)> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    urls.split(',').find_map(|url| {
        let address: ServerAddr = url.trim().parse().ok()?;
        let user = address.username()?;
        Some((
            decoded(user),
            decoded(address.password().unwrap_or_default()),
        ))
    })
}

/// The servers without a login that their URLs may carry.
fn shown(url: &str) -> String {
    let servers: Vec<&str> = url
        .split(',')
        .map(|url| {
            url.rsplit_once('@')
                .map_or(url, |(_, server)| server)
                .trim()
        })
        .collect();
    servers.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_servers_are_told_from_new_ones() {
        for (version, expected) in [
            ("2.9.10", false),
            ("2.11.9", false),
            ("2.12.0", true),
            ("2.15.1", true),
            ("3.0.0-beta.1", true),
            ("2.12.0-RC.1", true),
            ("", false),
        ] {
            assert_eq!(is_new_enough(version), expected, "{version}");
        }
    }

    #[test]
    fn a_login_in_a_url_is_used() {
        let login = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        for (url, expected) in [
            (
                "nats://adit:s%40cret@one:4222,nats://two:4222",
                login("adit", "s@cret"),
            ),
            (
                "nats://one:4222, nats://adit:x@two:4222",
                login("adit", "x"),
            ),
            ("one:4222", None),
        ] {
            assert_eq!(login_in(url), expected, "{url}");
        }
    }

    #[test]
    fn a_login_in_a_url_is_not_shown() {
        assert_eq!(shown("nats://a:b@one:4222, two:4222"), "one:4222,two:4222");
    }
}
