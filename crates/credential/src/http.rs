//! The one way out of this crate.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, RequestBuilder};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use serde::de::DeserializeOwned;
use url::Url;

use crate::form::Form;
use crate::{Refusal, address};

/// From sending to the end of the body.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The identity service of a machine is on that machine.
const TIMEOUT_DIRECT: Duration = Duration::from_secs(10);
/// More than any answer with a token has.
const LARGEST_BODY: usize = 1024 * 1024;
/// Nobody is asked to wait longer.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// Connections to those who give tokens. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    client: Client,
    direct: Client,
    clock: fn() -> Timestamp,
}

impl Http {
    /// Fails when the system has no usable roots of trust.
    pub fn new(clock: fn() -> Timestamp) -> Result<Self, Refusal> {
        let builder = |timeout: Duration| {
            Client::builder()
                .user_agent(concat!("adit/", env!("CARGO_PKG_VERSION")))
                // Followed, a redirect would carry the secret elsewhere.
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .connect_timeout(timeout / 3)
                .timeout(timeout)
                .pool_idle_timeout(Duration::from_mins(1))
        };
        let failed = |error: reqwest::Error| {
            Refusal::misconfigured(
                "no_trust",
                format!("no https client can be made: {}", cause(&error)),
                "install the certificates of the public authorities (package ca-certificates)",
            )
        };
        Ok(Self {
            client: builder(TIMEOUT).build().map_err(failed)?,
            direct: builder(TIMEOUT_DIRECT).no_proxy().build().map_err(failed)?,
            clock,
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub(crate) async fn post(&self, url: &Url, form: &Form) -> Result<Reply, Refusal> {
        self.send(url, self.client.post(url.clone()).form(&form.pairs()))
            .await
    }

    /// With the name and the secret of a client, as RFC 6749 (2.3.1) wants them in a header.
    pub(crate) async fn post_as(
        &self,
        url: &Url,
        form: &Form,
        client: &str,
        secret: &str,
    ) -> Result<Reply, Refusal> {
        let encode = |text: &str| -> String {
            url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
        };
        let request = self.client.post(url.clone()).form(&form.pairs());
        let request = request.basic_auth(encode(client), Some(encode(secret)));
        self.send(url, request).await
    }

    pub(crate) async fn get(&self, url: &Url) -> Result<Reply, Refusal> {
        self.send(url, self.client.get(url.clone())).await
    }

    /// Without a proxy, with one header: how the identity service of a machine is asked.
    pub(crate) async fn get_direct(
        &self,
        url: &Url,
        header: (&'static str, &SecretString),
    ) -> Result<Reply, Refusal> {
        let (name, value) = header;
        let value = secrecy::ExposeSecret::expose_secret(value);
        let mut value = reqwest::header::HeaderValue::from_str(value).map_err(|_| {
            Refusal::misconfigured(
                "bad_setting",
                "IDENTITY_HEADER cannot stand in a header",
                "leave it as the platform set it",
            )
        })?;
        value.set_sensitive(true);
        let request = self.direct.get(url.clone()).header(name, value);
        self.send(url, request).await
    }

    async fn send(&self, url: &Url, request: RequestBuilder) -> Result<Reply, Refusal> {
        let host = url.host_str().unwrap_or_default();
        // Every address was checked where it came from; this one line must hold even if that was forgotten once.
        if !address::is_private(url) && !address::is_link_local(url) {
            return Err(Refusal::misconfigured(
                "bad_address",
                format!("{host} would be told a secret in the clear"),
                "give an address that begins with https://",
            ));
        }
        let failed = |error: reqwest::Error| unavailable(host, &error);
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let date = date(response.headers());
        let retry_after = retry_after(response.headers(), date.unwrap_or_else(|| self.now()));
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > LARGEST_BODY {
                return Err(Refusal::passing(
                    "unavailable",
                    format!("{host} answers with more than a token can be"),
                    "look for a proxy between Adit and it",
                ));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply {
            host: host.to_owned(),
            status,
            retry_after,
            date,
            body,
        })
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Http").finish_non_exhaustive()
    }
}

/// What came back. The body is wiped when it is dropped: it may hold a token.
pub(crate) struct Reply {
    pub(crate) host: String,
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    /// The clock of whoever answered.
    pub(crate) date: Option<Timestamp>,
    body: Zeroizing<Vec<u8>>,
}

impl Reply {
    pub(crate) fn is_success(&self) -> bool {
        self.status == 200
    }

    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// It says 200, and nothing that can be read.
    pub(crate) fn unreadable(&self) -> Refusal {
        Refusal::passing(
            "unavailable",
            format!("{} answers with something else than it should", self.host),
            "look for a proxy between Adit and it, and try again later",
        )
    }
}

fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get(DATE)?.to_str().ok()?;
    http_date(text)
}

fn http_date(text: &str) -> Option<Timestamp> {
    // An HTTP date is one of RFC 2822 that says GMT.
    let zoned = rfc2822::parse(text.trim()).ok()?;
    Some(zoned.timestamp())
}

/// Seconds or a date, measured by the clock of whoever says it.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => Duration::try_from(http_date(text)?.duration_since(now)).unwrap_or_default(),
    };
    Some(wait.min(LONGEST_WAIT))
}

fn unavailable(host: &str, error: &reqwest::Error) -> Refusal {
    let how = if error.is_timeout() {
        "does not answer in time".to_owned()
    } else if error.is_connect() {
        format!("cannot be reached ({})", cause(error))
    } else {
        format!("broke off ({})", cause(error))
    };
    Refusal::passing(
        "unavailable",
        format!("{host} {how}"),
        "nothing is lost: it is tried again; check the network and the proxy if it lasts",
    )
}

/// The innermost cause: it names no address, and so no secret that could stand in one.
fn cause(error: &reqwest::Error) -> String {
    let Some(mut cause) = error.source() else {
        return "without a reason".to_owned();
    };
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(header: &str) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, header.parse().unwrap());
        let now = "2026-04-01T10:48:34Z".parse().unwrap();
        retry_after(&headers, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(waits("30"), Some(30));
        assert_eq!(waits("Wed, 01 Apr 2026 10:49:34 GMT"), Some(60));
        assert_eq!(waits("Wed, 01 Apr 2026 10:00:00 GMT"), Some(0));
        assert_eq!(waits("99999999"), Some(3600));
        assert_eq!(waits("soon"), None);
    }
}
