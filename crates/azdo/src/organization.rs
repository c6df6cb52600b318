//! The name and the identity of an organization.

use std::fmt;
use std::str::FromStr;

use url::Url;
use uuid::Uuid;

/// An organization as every record refers to it: the id survives a rename, the name makes URLs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Organization {
    /// `instanceId` of its connection data.
    pub id: Uuid,
    /// Its current name.
    pub name: OrganizationName,
}

/// A name that can be put into a URL without changing the host or the path around it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrganizationName(String);

/// What was given is neither an organization's name nor its address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the name or address of an Azure DevOps organization")]
pub struct InvalidOrganizationName(String);

impl OrganizationName {
    /// The name as it stands in URLs.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Azure DevOps knows a name in any case.
    pub fn is_called(&self, name: &str) -> bool {
        self.0.eq_ignore_ascii_case(name)
    }

    fn checked(name: &str) -> Option<Self> {
        let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = name.as_bytes();
        let fits = (1..=50).contains(&bytes.len())
            && edge(bytes.first())
            && edge(bytes.last())
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        fits.then(|| Self(name.to_owned()))
    }
}

impl FromStr for OrganizationName {
    type Err = InvalidOrganizationName;

    /// Takes `x`, `https://dev.azure.com/x` and the old `https://x.visualstudio.com`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || InvalidOrganizationName(text.chars().take(100).collect());
        let text_trimmed = text.trim();
        // A URL's parser would make something else of these: it drops line ends and translates
        // letters of other scripts, in hosts too.
        if !text_trimmed.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refuse());
        }
        if !text_trimmed.contains("://") {
            return Self::checked(text_trimmed).ok_or_else(refuse);
        }
        let url = Url::parse(text_trimmed).map_err(|_| refuse())?;
        let plain = url.scheme() == "https"
            && url.username().is_empty()
            && url.password().is_none()
            && url.port().is_none();
        let host = url.host_str().filter(|_| plain).ok_or_else(refuse)?;
        let name = if host == "dev.azure.com" {
            url.path_segments().and_then(|mut path| path.next())
        } else {
            host.strip_suffix(".visualstudio.com")
        };
        name.and_then(Self::checked).ok_or_else(refuse)
    }
}

impl fmt::Display for OrganizationName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl AsRef<str> for OrganizationName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_both_forms_of_address_are_taken() {
        for (given, name) in [
            ("fabrikam", "fabrikam"),
            (" v-anvashist0376 ", "v-anvashist0376"),
            ("https://dev.azure.com/fabrikam", "fabrikam"),
            ("https://dev.azure.com/fabrikam/Project%20One", "fabrikam"),
            ("https://fabrikam.visualstudio.com/", "fabrikam"),
            ("https://fabrikam.visualstudio.com/Project", "fabrikam"),
            ("HTTPS://DEV.AZURE.COM/Fabrikam", "Fabrikam"),
            ("https://dev.azure.com/fabrikam/?a=b#c", "fabrikam"),
            ("https://dev.azure.com/fabrikam/../fabrikam", "fabrikam"),
        ] {
            assert_eq!(given.parse::<OrganizationName>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn the_case_of_a_name_does_not_matter() {
        let name: OrganizationName = "Fabrikam".parse().unwrap();
        assert!(name.is_called("fabriKAM"));
        assert!(!name.is_called("fabrikam-2"));
    }

    #[test]
    fn what_could_lead_a_request_elsewhere_is_refused() {
        let long = "a".repeat(51);
        for given in [
            "",
            "-a",
            "a-",
            "evil.com/",
            "a@b",
            "..",
            "%2f",
            "fäbrikam",
            "a/b",
            "a b",
            &long,
            "https://evil.com/a",
            "http://dev.azure.com/a",
            "https://user@dev.azure.com/a",
            "https://dev.azure.com:444/a",
            "https://dev.azure.com/..%2f",
            "https://a.b.visualstudio.com/",
            "https://.visualstudio.com/",
            "https://visualstudio.com/a",
            "https://fäbrikam.visualstudio.com/",
            "https://dev。azure。com/a",
            "https://dev.azure.com.evil.com/a",
            "https://evil.com/https://dev.azure.com/a",
            "https://evil.com#dev.azure.com/a",
            "https://evil.com?@dev.azure.com/a",
            "https://dev.azure.com@evil.com/a",
            "https://dev.azure.com\\@evil.com/a",
            "https://dev.azure.com/",
            "https://dev.azure.com//evil.com",
            "https://dev.azure.com/a@evil.com",
            "https://dev.azure.com/%66abrikam",
            "https://dev.azure.com/a\nb",
            "https://169.254.169.254/latest",
            "https://[::1]/a",
            "file:///etc/passwd",
            "javascript://dev.azure.com/a",
            "//evil.com",
            "/\\evil.com",
            "a.visualstudio.com",
            "a\r\nHost: evil.com",
            "a%0d%0aHost:",
            "a\0",
            "a?b",
            "a#b",
            "a\\b",
            "localhost:8080",
        ] {
            assert!(given.parse::<OrganizationName>().is_err(), "{given:?}");
        }
    }
}
