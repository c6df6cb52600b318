//! What an operator can tell auth.

use std::sync::Arc;

use chassis::{Advice, Secret};
use credential::{Proof, SecretSource, Ways};
use jiff::Timestamp;

chassis::secret_option! {
    /// Keys that seal secrets at rest, as lines `id:base64 of 32 bytes`; the first one seals, all of them open
    pub struct Keys("keys", "ADIT_KEYS");
}

chassis::secret_option! {
    /// Client secret of this installation in Microsoft Entra
    pub struct EntraSecret("entra-client-secret", "ADIT_ENTRA_CLIENT_SECRET");
}

chassis::secret_option! {
    /// Certificate and private key of this installation in Microsoft Entra, as PEM
    pub struct EntraCertificate("entra-certificate", "ADIT_ENTRA_CERTIFICATE");
}

/// Flatten this into the options of a process that runs auth.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Options {
    #[command(flatten)]
    pub keys: Keys,

    #[command(flatten)]
    pub azure_devops: azdo::Options,

    #[command(flatten)]
    pub http: front::Options,

    #[command(flatten)]
    pub entra: Entra,
}

/// This installation as Microsoft Entra knows it.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Entra {
    #[command(flatten)]
    pub arguments: credential::Arguments,

    #[command(flatten)]
    pub client_secret: EntraSecret,

    #[command(flatten)]
    pub certificate: EntraCertificate,
}

impl Options {
    /// The ways in.
    pub(crate) fn ways(&self, clock: fn() -> Timestamp) -> anyhow::Result<Ways> {
        let (secret, certificate) = (
            self.entra.client_secret.given(),
            self.entra.certificate.given(),
        );
        let proof = match (secret, certificate) {
            (Some(_), Some(_)) => {
                return Err(Advice::configuration(
                    "both ADIT_ENTRA_CLIENT_SECRET and ADIT_ENTRA_CERTIFICATE are set",
                    "keep the certificate, and unset the other",
                )
                .into());
            }
            (Some(secret), None) => Proof::Secret(source(secret)),
            (None, Some(certificate)) => Proof::Certificate(source(certificate)),
            (None, None) => Proof::None,
        };
        let options = credential::Options {
            login_url: self.azure_devops.login_url.clone(),
            arguments: self.entra.arguments.clone(),
            proof,
            patience: credential::Patience::default(),
        };
        Ways::new(options, clock)
            .map_err(|refusal| Advice::configuration(refusal.explanation, refusal.remedy).into())
    }
}

/// A file is read each time, so that a rotated secret needs no restart.
fn source(secret: &Secret) -> SecretSource {
    let secret = secret.clone();
    Arc::new(move || secret.read().map_err(|error| error.to_string()))
}
