//! A question, before it is a URL.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::hosts::Hosts;
use crate::organization::OrganizationName;

/// What stands for itself in a query. `+` does not: it would be read as a space.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b',');

/// The version of all that is not in preview.
pub(crate) const VERSION: &str = "7.1";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    AzureDevOps,
    /// Not bound to an organization.
    Profile,
    Entitlements,
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The template that logs, metrics and errors show in place of the URL.
    pub(crate) endpoint: &'static str,
    host: Host,
    path: Vec<String>,
    query: Vec<(&'static str, String)>,
    pub(crate) version: &'static str,
    /// JSON, of a question that is too long for a URL.
    pub(crate) body: Option<String>,
}

impl Request {
    /// `endpoint` is a template such as `{project}/_apis/git/repositories`; each `{…}` is filled
    /// with the next of `names`.
    pub(crate) fn get(endpoint: &'static str, names: &[&str]) -> Self {
        let mut names = names.iter();
        let path = endpoint.split('/').map(|segment| {
            if segment.starts_with('{') {
                names.next().copied().unwrap_or_default().to_owned()
            } else {
                segment.to_owned()
            }
        });
        Self {
            endpoint,
            host: Host::AzureDevOps,
            path: path.collect(),
            query: Vec::new(),
            version: VERSION,
            body: None,
        }
    }

    /// The same by POST. Only for questions: what fails is sent again.
    pub(crate) fn post(endpoint: &'static str, names: &[&str], body: String) -> Self {
        Self {
            body: Some(body),
            ..Self::get(endpoint, names)
        }
    }

    pub(crate) fn on(mut self, host: Host) -> Self {
        self.host = host;
        self
    }

    pub(crate) fn version(mut self, version: &'static str) -> Self {
        self.version = version;
        self
    }

    /// Adds a parameter, or replaces the one of this name.
    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.set(name, value);
        self
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "numbers, texts and ids are given alike"
    )]
    pub(crate) fn set(&mut self, name: &'static str, value: impl ToString) {
        let value = value.to_string();
        match self.query.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.query.push((name, value)),
        }
    }

    pub(crate) fn remove(&mut self, name: &'static str) {
        self.query.retain(|(known, _)| *known != name);
    }

    /// Every segment and value is encoded by us: names hold spaces, `#`, `%`, `&`, `+`.
    pub(crate) fn url(&self, hosts: &Hosts, organization: Option<&OrganizationName>) -> Url {
        let mut url = match self.host {
            Host::AzureDevOps => hosts.azure_devops.clone(),
            Host::Profile => hosts.profile.clone(),
            Host::Entitlements => hosts.entitlements.clone(),
        };
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty();
            if self.host != Host::Profile {
                segments.extend(organization.map(OrganizationName::as_str));
            }
            segments.extend(&self.path);
        }
        let mut query = String::new();
        for (name, value) in &self.query {
            query.push_str(name);
            query.push('=');
            query.extend(utf8_percent_encode(value, QUERY));
            query.push('&');
        }
        // Both here and in `Accept`: some resources look at only one of the two.
        query.push_str("api-version=");
        query.push_str(self.version);
        url.set_query(Some(&query));
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_segment_and_value_is_encoded() {
        let request = Request::get("{project}/_apis/x/{name}", &["a b#c%d&e+f$g", "é/.."])
            .with("$top", 5)
            .with("continuationToken", "2017-11-20T13:18:01.1275996Z a+b&c")
            .with("$top", 6);
        let url = request.url(&Hosts::default(), Some(&"fabrikam".parse().unwrap()));
        assert_eq!(
            url.as_str(),
            "https://dev.azure.com/fabrikam/a%20b%23c%25d&e+f$g/_apis/x/%C3%A9%2F..?$top=6\
             &continuationToken=2017-11-20T13%3A18%3A01.1275996Z%20a%2Bb%26c&api-version=7.1"
        );
    }

    #[test]
    fn a_host_may_have_a_path_of_its_own() {
        let hosts = Hosts::prefixed(&Url::parse("http://localhost:1/").unwrap());
        let url = Request::get("_apis/profile/profiles/me", &[])
            .on(Host::Profile)
            .url(&hosts, None);
        assert_eq!(
            url.as_str(),
            "http://localhost:1/profile/_apis/profile/profiles/me?api-version=7.1"
        );
    }
}
