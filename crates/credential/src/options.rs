//! What an operator can tell about ways in.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

/// What can be said on a command line or in the environment. Flatten this into a process's options.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Sign-in with Microsoft Entra")]
#[group(skip)]
pub struct Arguments {
    /// Application (client) id of this installation in Microsoft Entra: with it people sign in to connect their organizations
    #[arg(long, env = "ADIT_ENTRA_CLIENT_ID", value_name = "GUID")]
    pub entra_client_id: Option<Uuid>,

    /// Tenants whose people and applications may be connected, separated by commas; none is all
    #[arg(
        long,
        env = "ADIT_ENTRA_TENANTS",
        default_value = "",
        hide_default_value = true,
        value_name = "GUID,…"
    )]
    pub entra_tenants: Tenants,

    /// The instance metadata service, which gives a machine in Azure its identity
    #[arg(
        long,
        env = "ADIT_IMDS_URL",
        default_value = "http://169.254.169.254",
        value_name = "URL"
    )]
    pub imds_url: Url,

    /// Where App Service, Functions and Container Apps give an identity; they set it
    #[arg(long, env = "IDENTITY_ENDPOINT", value_name = "URL")]
    pub identity_endpoint: Option<Url>,

    /// What the identity endpoint wants to be told; the platform sets it
    #[arg(
        long,
        env = "IDENTITY_HEADER",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    pub identity_header: Option<SecretString>,

    /// Application of a workload identity, where a connection names none
    #[arg(long, env = "AZURE_CLIENT_ID", value_name = "GUID")]
    pub azure_client_id: Option<Uuid>,

    /// Tenant of a workload identity, where a connection names none
    #[arg(long, env = "AZURE_TENANT_ID", value_name = "GUID")]
    pub azure_tenant_id: Option<Uuid>,

    /// File in which the platform keeps the token that vouches for this workload
    #[arg(long, env = "AZURE_FEDERATED_TOKEN_FILE", value_name = "PATH")]
    pub azure_federated_token_file: Option<PathBuf>,

    /// Microsoft Entra, where a workload identity gets its tokens
    #[arg(long, env = "AZURE_AUTHORITY_HOST", value_name = "URL")]
    pub azure_authority_host: Option<Url>,
}

/// Tenants that are let in; none is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tenants(pub Vec<Uuid>);

impl FromStr for Tenants {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        let ids = text.split(',').map(str::trim).filter(|id| !id.is_empty());
        ids.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

/// Reads a secret anew each time, so that a rotated file needs no restart; the error is for an operator.
pub type SecretSource = Arc<dyn Fn() -> Result<SecretString, String> + Send + Sync>;

/// How our application proves to Entra that it is itself.
#[derive(Clone, Default)]
pub enum Proof {
    /// Not at all: a public client.
    #[default]
    None,
    /// With a client secret.
    Secret(SecretSource),
    /// With a certificate: PEM with the private key.
    Certificate(SecretSource),
}

impl fmt::Debug for Proof {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::None => "None",
            Self::Secret(_) => "Secret",
            Self::Certificate(_) => "Certificate",
        })
    }
}

/// How long the identity service of a machine is asked again. It can be away for 70 seconds.
/// <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The first pause; each next is twice as long.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// After so long in all, nothing is asked any more.
    pub overall: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(500),
            longest: Duration::from_secs(16),
            overall: Duration::from_secs(80),
        }
    }
}

/// Everything that [`Ways`](crate::Ways) has to know.
#[derive(Clone, Debug)]
pub struct Options {
    /// Microsoft Entra: `https://login.microsoftonline.com`.
    pub login_url: Url,
    /// What the operator said.
    pub arguments: Arguments,
    /// How our application proves itself when it redeems and refreshes what people signed in for.
    pub proof: Proof,
    /// For the identity of a machine.
    pub patience: Patience,
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use secrecy::ExposeSecret as _;

    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Process {
        #[command(flatten)]
        arguments: Arguments,
    }

    #[test]
    fn the_options_do_not_contradict_each_other() {
        <Process as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn tenants_are_separated_by_commas_and_none_is_all() {
        let tenants = |text: &str| text.parse::<Tenants>().map(|tenants| tenants.0.len()).ok();
        let id = Uuid::from_u128(7);
        assert_eq!(tenants(""), Some(0));
        assert_eq!(tenants(&format!("{id}, {id},")), Some(2));
        assert_eq!(tenants("contoso"), None);
    }

    #[test]
    fn what_the_platform_gives_is_not_shown() {
        let process = Process::parse_from(["x", "--identity-header", "canary"]);
        let header = process.arguments.identity_header.as_ref().unwrap();
        assert_eq!(header.expose_secret(), "canary");
        assert!(!format!("{process:?}").contains("canary"));
    }
}
