//! The options of everything that talks to Azure DevOps, as clap arguments.

use url::Url;

use crate::hosts::Hosts;

/// Where Azure DevOps is, an option a host, and who to write to about our requests.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Azure DevOps")]
#[group(skip)]
pub struct Options {
    /// Core, git, TFVC, work items, builds
    #[arg(
        long,
        env = "ADIT_AZURE_DEVOPS_URL",
        default_value = "https://dev.azure.com",
        value_name = "URL"
    )]
    pub azure_devops_url: Url,

    /// Graph and identities
    #[arg(
        long,
        env = "ADIT_VSSPS_URL",
        default_value = "https://vssps.dev.azure.com",
        value_name = "URL"
    )]
    pub vssps_url: Url,

    /// Profile and accounts
    #[arg(
        long,
        env = "ADIT_PROFILE_URL",
        default_value = "https://app.vssps.visualstudio.com",
        value_name = "URL"
    )]
    pub profile_url: Url,

    /// Classic releases
    #[arg(
        long,
        env = "ADIT_RELEASE_URL",
        default_value = "https://vsrm.dev.azure.com",
        value_name = "URL"
    )]
    pub release_url: Url,

    /// Licences
    #[arg(
        long,
        env = "ADIT_ENTITLEMENTS_URL",
        default_value = "https://vsaex.dev.azure.com",
        value_name = "URL"
    )]
    pub entitlements_url: Url,

    /// Analytics
    #[arg(
        long,
        env = "ADIT_ANALYTICS_URL",
        default_value = "https://analytics.dev.azure.com",
        value_name = "URL"
    )]
    pub analytics_url: Url,

    /// Microsoft Entra
    #[arg(
        long,
        env = "ADIT_LOGIN_URL",
        default_value = "https://login.microsoftonline.com",
        value_name = "URL"
    )]
    pub login_url: Url,

    /// Mail or web address that goes into the User-Agent: Microsoft shows it on the organization's usage page
    #[arg(long, env = "ADIT_CONTACT", value_name = "ADDRESS")]
    pub contact: Option<String>,
}

impl Options {
    /// The hosts.
    pub fn hosts(&self) -> Hosts {
        Hosts {
            azure_devops: self.azure_devops_url.clone(),
            vssps: self.vssps_url.clone(),
            profile: self.profile_url.clone(),
            release: self.release_url.clone(),
            entitlements: self.entitlements_url.clone(),
            analytics: self.analytics_url.clone(),
            login: self.login_url.clone(),
        }
    }
}
