//! What an operator can tell the door.

use std::net::SocketAddr;

use chassis::Advice;
use ipnet::IpNet;
use url::{Host, Url};

chassis::secret_option! {
    /// A token of the HTTP API with the role administrator, for automation; at least 32 characters
    pub struct AdminToken("admin-token", "ADIT_ADMIN_TOKEN");
}

chassis::secret_option! {
    /// Client secret of Adit at the OpenID Connect issuer
    pub struct OidcSecret("oidc-client-secret", "ADIT_OIDC_CLIENT_SECRET");
}

/// Flatten this into the options of a process that has a door.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Pages and HTTP API")]
#[group(skip)]
pub struct Options {
    /// Where pages and the HTTP API are served; port 0 takes a free one and logs it
    #[arg(
        long,
        env = "ADIT_HTTP_LISTEN",
        default_value = "127.0.0.1:8780",
        value_name = "ADDRESS"
    )]
    pub http_listen: SocketAddr,

    /// The address that browsers use, such as <https://adit.example.com>; without it <http://localhost> and the port
    #[arg(long, env = "ADIT_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<Url>,

    /// Networks of reverse proxies whose X-Forwarded-For is believed, separated by commas
    #[arg(
        long,
        env = "ADIT_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        value_delimiter = ',',
        value_parser = network
    )]
    pub trusted_proxies: Vec<IpNet>,

    #[command(flatten)]
    pub admin_token: AdminToken,

    /// OpenID Connect issuer who may vouch for people, exactly as it writes itself
    #[arg(long, env = "ADIT_OIDC_ISSUER", value_name = "URL")]
    pub oidc_issuer: Option<String>,

    /// Adit's client id at the issuer
    #[arg(long, env = "ADIT_OIDC_CLIENT_ID", value_name = "ID")]
    pub oidc_client_id: Option<String>,

    #[command(flatten)]
    pub oidc_client_secret: OidcSecret,

    /// Subjects or e-mail addresses of people from the issuer who are administrators, separated by commas; the others
    /// begin as viewers
    #[arg(
        long,
        env = "ADIT_OIDC_ADMINISTRATORS",
        value_name = "NAMES",
        value_delimiter = ','
    )]
    pub oidc_administrators: Vec<String>,
}

impl Options {
    /// The address that browsers use, when we listen there. Refuses one whose cookies and passwords others could read.
    pub(crate) fn public_origin(&self, listening: SocketAddr) -> Result<Url, Advice> {
        let Some(url) = &self.public_url else {
            if !listening.ip().is_loopback() {
                return Err(Advice::configuration(
                    format!("ADIT_PUBLIC_URL is not set, and {listening} is open to others"),
                    "set ADIT_PUBLIC_URL to the https address that browsers use",
                ));
            }
            return Url::parse(&format!("http://localhost:{}", listening.port())).map_err(|_| {
                Advice::configuration("no address for browsers", "set ADIT_PUBLIC_URL")
            });
        };
        let is_origin = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && url.has_host();
        if !is_origin {
            return Err(Advice::configuration(
                "ADIT_PUBLIC_URL is more, or less, than an address",
                "write scheme, host and port only, such as https://adit.example.com",
            ));
        }
        if url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)) {
            return Ok(url.clone());
        }
        Err(Advice::configuration(
            "ADIT_PUBLIC_URL is not https: others on the way could read passwords and sessions",
            "use https, by a reverse proxy that ends TLS; plain http is for localhost only",
        ))
    }
}

/// Whether a URL names this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A network, or a single address.
fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
        .map_err(|_| "write a network as 10.0.0.0/8, or an address".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Service {
        #[command(flatten)]
        front: Options,
    }

    fn origin(arguments: &[&str], listening: &str) -> Result<String, String> {
        let service = Service::try_parse_from([&["x"], arguments].concat())
            .map_err(|error| error.to_string())?;
        service
            .front
            .public_origin(listening.parse().unwrap())
            .map(|url| url.to_string())
            .map_err(|advice| advice.to_string())
    }

    #[test]
    fn browsers_come_by_https_or_from_this_machine() {
        let (local, open) = ("127.0.0.1:8780", "0.0.0.0:8780");
        for (given, listening, expected) in [
            (None, local, Some("http://localhost:8780/")),
            (None, open, None),
            (
                Some("https://adit.example.com"),
                open,
                Some("https://adit.example.com/"),
            ),
            (
                Some("http://localhost:9000"),
                open,
                Some("http://localhost:9000/"),
            ),
            (Some("http://[::1]:9000"), local, Some("http://[::1]:9000/")),
            (
                Some("http://127.0.0.1:9000/"),
                local,
                Some("http://127.0.0.1:9000/"),
            ),
            (Some("http://adit.example.com"), local, None),
            (Some("http://localhost.example.com"), local, None),
            (Some("http://10.0.0.7"), open, None),
            (Some("https://adit.example.com/adit"), open, None),
            (Some("https://a:b@adit.example.com"), open, None),
            (Some("ftp://localhost"), local, None),
        ] {
            let arguments: Vec<&str> = given
                .map(|url| vec!["--public-url", url])
                .unwrap_or_default();
            let got = origin(&arguments, listening).ok();
            assert_eq!(got.as_deref(), expected, "{given:?} {listening}");
        }
    }

    #[test]
    fn proxies_are_networks_or_addresses() {
        let service = Service::parse_from(["x", "--trusted-proxies", "10.0.0.0/8, 192.0.2.7"]);
        assert_eq!(service.front.trusted_proxies.len(), 2);
        assert!(Service::try_parse_from(["x", "--trusted-proxies", "proxy"]).is_err());
    }
}
