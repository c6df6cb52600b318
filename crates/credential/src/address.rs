//! Which addresses may be told a secret.

use url::{Host, Url};

use crate::Refusal;

/// Refuses an address that would carry secrets in the clear, or that is more than a host and a path.
pub(crate) fn check(url: &Url, what: &str) -> Result<(), Refusal> {
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if plain && is_private(url) {
        return Ok(());
    }
    Err(Refusal::misconfigured(
        "bad_address",
        format!("{what} is no address that secrets may be sent to"),
        "give an address that begins with https:// (http:// only for the machine itself), without user, query and fragment",
    ))
}

/// The same for the identity service of a machine, which is always http, on an address that no router forwards.
pub(crate) fn check_link_local(url: &Url, what: &str) -> Result<(), Refusal> {
    if is_link_local(url) {
        return Ok(());
    }
    check(url, what)
}

/// Nobody on the way can read what is sent there.
pub(crate) fn is_private(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

pub(crate) fn is_link_local(url: &Url) -> bool {
    let link_local = match url.host() {
        Some(Host::Ipv4(address)) => address.is_link_local(),
        _ => false,
    };
    url.scheme() == "http" && link_local
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_over_https_or_stay_on_the_machine() {
        for (address, fine) in [
            ("https://login.microsoftonline.com", true),
            ("http://localhost:8080/login", true),
            ("http://127.0.0.1:8080/login", true),
            ("http://[::1]:8080", true),
            ("http://login.microsoftonline.com", false),
            ("http://localhost.evil.example", false),
            ("http://10.0.0.1", false),
            ("http://169.254.169.254", false),
            ("https://user@login.microsoftonline.com", false),
            ("https://login.microsoftonline.com/?x=y", false),
            ("ftp://127.0.0.1", false),
        ] {
            let url = Url::parse(address).unwrap();
            assert_eq!(check(&url, "it").is_ok(), fine, "{address}");
        }
    }

    #[test]
    fn the_identity_service_of_a_machine_is_on_the_machine_or_beside_it() {
        for (address, fine) in [
            ("http://169.254.169.254", true),
            ("http://169.254.131.2:8081/msi/token", true),
            ("http://127.0.0.1:41741/msi/token", true),
            ("http://10.0.0.1/msi/token", false),
        ] {
            let url = Url::parse(address).unwrap();
            assert_eq!(check_link_local(&url, "it").is_ok(), fine, "{address}");
        }
    }
}
