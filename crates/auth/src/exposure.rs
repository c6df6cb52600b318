//! Whether anybody but this machine can reach what we work with.

use std::net::SocketAddr;

use url::{Host, Url};

/// Who can reach NATS, the database and the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// This machine only: a development key will do.
    Loopback,
    /// Others: secrets need a real key.
    Network,
}

impl Exposure {
    /// Of these servers. What cannot be read counts as reachable.
    pub fn of(nats: &str, database: &str) -> Self {
        if nats.split(',').all(is_local) && is_local(database) {
            Self::Loopback
        } else {
            Self::Network
        }
    }

    /// With pages at this address too.
    #[must_use]
    pub fn with_pages(self, listening: SocketAddr) -> Self {
        if listening.ip().is_loopback() {
            self
        } else {
            Self::Network
        }
    }
}

fn is_local(url: &str) -> bool {
    let url = url.trim();
    let url = if url.contains("://") {
        Url::parse(url)
    } else {
        Url::parse(&format!("nats://{url}"))
    };
    let Ok(url) = url else {
        return false;
    };
    // PostgreSQL takes the host from the query too, where a path is a socket of this machine.
    let others = url
        .query_pairs()
        .filter(|(name, _)| matches!(name.as_ref(), "host" | "hostaddr"));
    others
        .map(|(_, host)| host.into_owned())
        .all(|host| host.starts_with('/') || is_loopback(&host))
        && match url.host() {
            None => true,
            // The schemes of NATS and PostgreSQL are none that `url` reads addresses for.
            Some(Host::Domain(name)) => name.is_empty() || is_loopback(name),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
        }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_machine_of_its_own_is_loopback() {
        let (nats, database) = (
            "nats://127.0.0.1:4222",
            "postgres://a:b@localhost:5432/adit",
        );
        for (nats, database, expected) in [
            (nats, database, Exposure::Loopback),
            ("localhost:4222", database, Exposure::Loopback),
            (nats, "postgres://[::1]/adit", Exposure::Loopback),
            (
                nats,
                "postgres:///adit?host=/run/postgresql",
                Exposure::Loopback,
            ),
            (
                nats,
                "postgres:///adit?host=db.example.com",
                Exposure::Network,
            ),
            (
                nats,
                "postgres://localhost/adit?hostaddr=10.0.0.7",
                Exposure::Network,
            ),
            (nats, "postgres://db/adit", Exposure::Network),
            (
                "nats://127.0.0.1:4222,nats://nats:4222",
                database,
                Exposure::Network,
            ),
            ("nats://localhost.example.com", database, Exposure::Network),
            ("nats://0.0.0.0:4222", database, Exposure::Network),
            (nats, "::not a url::", Exposure::Network),
        ] {
            assert_eq!(Exposure::of(nats, database), expected, "{nats} {database}");
        }
    }

    #[test]
    fn pages_that_others_can_open_are_reachable_too() {
        let pages = |address: &str| Exposure::Loopback.with_pages(address.parse().unwrap());
        assert_eq!(pages("127.0.0.1:8780"), Exposure::Loopback);
        assert_eq!(pages("[::1]:8780"), Exposure::Loopback);
        assert_eq!(pages("0.0.0.0:8780"), Exposure::Network);
        let network = Exposure::Network.with_pages("127.0.0.1:1".parse().unwrap());
        assert_eq!(network, Exposure::Network);
    }
}
