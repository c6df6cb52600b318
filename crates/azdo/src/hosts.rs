//! Where each area of Azure DevOps is served.

use url::Url;

/// The base URL of each host. Each may carry a path prefix; the organization is added to it by us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosts {
    /// Core, git, tfvc, work items, builds: `https://dev.azure.com`.
    pub azure_devops: Url,
    /// Graph and identities: `https://vssps.dev.azure.com`.
    pub vssps: Url,
    /// Profile and accounts, not bound to an organization: `https://app.vssps.visualstudio.com`.
    pub profile: Url,
    /// Classic releases: `https://vsrm.dev.azure.com`.
    pub release: Url,
    /// Licences: `https://vsaex.dev.azure.com`.
    pub entitlements: Url,
    /// Analytics: `https://analytics.dev.azure.com`.
    pub analytics: Url,
    /// Microsoft Entra: `https://login.microsoftonline.com`.
    pub login: Url,
}

impl Default for Hosts {
    fn default() -> Self {
        let real = |text: &str| Url::parse(text).expect("a literal that the test below parses");
        Self {
            azure_devops: real("https://dev.azure.com"),
            vssps: real("https://vssps.dev.azure.com"),
            profile: real("https://app.vssps.visualstudio.com"),
            release: real("https://vsrm.dev.azure.com"),
            entitlements: real("https://vsaex.dev.azure.com"),
            analytics: real("https://analytics.dev.azure.com"),
            login: real("https://login.microsoftonline.com"),
        }
    }
}

impl Hosts {
    /// All seven hosts of one server that tells them apart by path, as test servers do.
    pub fn prefixed(server: &Url) -> Self {
        let under = |prefix: &str| {
            let mut url = server.clone();
            if let Ok(mut segments) = url.path_segments_mut() {
                segments.pop_if_empty().push(prefix);
            }
            url
        };
        Self {
            azure_devops: under("azure-devops"),
            vssps: under("vssps"),
            profile: under("profile"),
            release: under("release"),
            entitlements: under("entitlements"),
            analytics: under("analytics"),
            login: under("login"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_the_real_service() {
        assert_eq!(
            Hosts::default().azure_devops.as_str(),
            "https://dev.azure.com/"
        );
    }

    #[test]
    fn a_prefix_is_kept() {
        let hosts = Hosts::prefixed(&Url::parse("http://127.0.0.1:8080/x/").unwrap());
        assert_eq!(hosts.login.as_str(), "http://127.0.0.1:8080/x/login");
    }
}
