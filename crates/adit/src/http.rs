//! Adit, as the command line reaches it: by its HTTP API.

mod refusal;

use std::time::Duration;

use anyhow::{Context as _, bail};
use chassis::Advice;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::{Host, Url};

use refusal::foreign;
pub(crate) use refusal::{Kind, Refused};

/// A person waits for it.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// More than any answer has: a check of ten thousand projects is half of it.
const LARGEST: usize = 64 * 1024 * 1024;

chassis::secret_option! {
    /// Token of the HTTP API, made on the page Tokens or by `adit tokens create`
    pub(crate) struct Token("token", "ADIT_TOKEN");
}

/// How to reach Adit, and how long to wait for it.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Adit")]
#[group(skip)]
pub(crate) struct Options {
    #[command(flatten)]
    address: Address,

    /// How long to wait for an answer; Azure DevOps may have to be asked for it
    #[arg(long, default_value = "5m", value_parser = chassis::duration, value_name = "TIME")]
    timeout: Duration,
}

/// How to reach Adit.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Adit")]
#[group(skip)]
pub(crate) struct Address {
    /// Address of Adit, the one that browsers use
    #[arg(long, env = "ADIT_URL", default_value = "http://localhost:8780", value_parser = origin)]
    url: Url,

    #[command(flatten)]
    token: Token,
}

/// Reads an address of Adit: its scheme, host and port.
fn origin(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.path() == "/";
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() || !is_plain {
        return Err("give scheme, host and port only, such as https://adit.example.com".to_owned());
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl Options {
    /// Prepares to ask.
    pub(crate) fn api(&self) -> anyhow::Result<Api> {
        self.address.api(self.timeout)
    }
}

impl Address {
    /// Prepares to ask. The token goes nowhere that others could read it on the way.
    pub(crate) fn api(&self, answer_within: Duration) -> anyhow::Result<Api> {
        let is_encrypted = self.url.scheme() == "https";
        if !is_encrypted && !is_loopback(&self.url) {
            bail!(Advice::configuration(
                format!("a token is not sent to {} unencrypted", self.url),
                "give the https address by --url or ADIT_URL",
            ));
        }
        let token = self.token.given().with_context(|| {
            Advice::configuration(
                "there is no token for Adit",
                format!(
                    "make one on {}tokens, write it into a file, and name that by --token-file or ADIT_TOKEN_FILE",
                    self.url
                ),
            )
        })?;
        let unreadable = || {
            Advice::configuration(
                "cannot read the token of Adit",
                "correct --token-file or ADIT_TOKEN_FILE",
            )
        };
        let token = token.read().with_context(unreadable)?;
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
            .map_err(|_| unreadable())?;
        authorization.set_sensitive(true);
        let builder = Client::builder()
            .user_agent(concat!("adit/", env!("CARGO_PKG_VERSION")))
            // Followed, a redirect would carry the token elsewhere.
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_WITHIN)
            .timeout(answer_within);
        // A proxy would read what is not encrypted.
        let builder = if is_encrypted {
            builder
        } else {
            builder.no_proxy()
        };
        let client = builder.build().context(Advice::new(
            "no https client can be made",
            "install the certificates of the public authorities (package ca-certificates)",
        ))?;
        Ok(Api {
            client,
            url: self.url.clone(),
            authorization,
        })
    }
}

/// Asks Adit.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    client: Client,
    url: Url,
    authorization: HeaderValue,
}

/// What Adit answered.
#[derive(Debug)]
pub(crate) struct Answer(Value);

impl Answer {
    /// As it came.
    pub(crate) fn json(&self) -> &Value {
        &self.0
    }

    /// As it is meant.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        T::deserialize(&self.0).context(Advice::new(
            "Adit answers otherwise than this version of the command line expects",
            "use the version that Adit has (`adit --version`, the foot of its pages), or -o json",
        ))
    }
}

impl Api {
    /// The address of a page, for people.
    pub(crate) fn page(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Asks for what there is below `/api/v1`.
    pub(crate) async fn get(&self, path: &[&str]) -> anyhow::Result<Answer> {
        self.get_with(path, &[]).await
    }

    /// The same, with more about what is asked for.
    pub(crate) async fn get_with(
        &self,
        path: &[&str],
        query: &[(&str, String)],
    ) -> anyhow::Result<Answer> {
        self.send(self.request(Method::GET, path)?.query(query))
            .await
    }

    /// Has something done.
    pub(crate) async fn post(&self, path: &[&str], body: Option<&Value>) -> anyhow::Result<Answer> {
        let request = self.request(Method::POST, path)?;
        self.send(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// Changes something.
    pub(crate) async fn patch(&self, path: &[&str], body: &Value) -> anyhow::Result<Answer> {
        self.send(self.request(Method::PATCH, path)?.json(body))
            .await
    }

    /// Removes something.
    pub(crate) async fn delete(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> anyhow::Result<Answer> {
        self.send(self.request(Method::DELETE, path)?.query(query))
            .await
    }

    fn request(&self, method: Method, path: &[&str]) -> anyhow::Result<RequestBuilder> {
        // In a URL these mean another place, however they are written.
        if let Some(name) = path.iter().find(|part| matches!(**part, "" | "." | "..")) {
            bail!(Advice::configuration(
                format!("`{name}` cannot stand in an address"),
                "give the guid: `adit connection list` shows it",
            ));
        }
        let mut url = self.url.clone();
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.clear().extend(["api", "v1"]).extend(path);
        }
        let request = self.client.request(method, url);
        Ok(request.header(AUTHORIZATION, self.authorization.clone()))
    }

    async fn send(&self, request: RequestBuilder) -> anyhow::Result<Answer> {
        let response = request.send().await.map_err(|error| self.silent(error))?;
        let status = response.status();
        let is_json = response
            .headers()
            .get(reqwest::header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.contains("json"));
        let body = self.body(response).await?;
        if status.is_success() && body.is_empty() {
            return Ok(Answer(Value::Null));
        }
        let value = serde_json::from_slice(&body).ok().filter(|_| is_json);
        match value {
            Some(value) if status.is_success() => Ok(Answer(value)),
            Some(value) => Err(Refused::read(status, &value, &self.url)),
            None => Err(foreign(status, &self.url)),
        }
    }

    async fn body(&self, mut response: Response) -> anyhow::Result<Vec<u8>> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.silent(error))? {
            if body.len() + chunk.len() > LARGEST {
                bail!("Adit answers with more than {} MiB", LARGEST >> 20);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// Nothing came, or not all of it.
    fn silent(&self, error: reqwest::Error) -> anyhow::Error {
        let url = &self.url;
        let advice = if error.is_connect() {
            Advice::new(
                format!("cannot reach Adit at {url}"),
                "start it (`adit dev` runs it here); if it is elsewhere, give its address by --url or ADIT_URL: it is what \
                 browsers use, and the service auth logs where it serves pages",
            )
        } else if error.is_timeout() {
            Advice::new(
                format!("Adit at {url} did not answer in time"),
                "look at what came of it before trying again; give it more time by --timeout",
            )
        } else {
            Advice::new(
                format!("Adit at {url} broke off"),
                "look at what came of it before trying again, and at the log of the service auth",
            )
        };
        // The address is told already.
        anyhow::Error::new(Refused::silent(error.without_url())).context(advice)
    }
}

#[cfg(test)]
pub(crate) mod tests;
