//! Our own application in Entra, with which people sign in.

use jiff::Timestamp;
use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

use crate::certificate::Certificate;
use crate::form::Form;
use crate::{Proof, Refusal, SecretSource, assertion};

/// The application, and how it proves itself.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) client_id: Uuid,
    proof: Proof,
}

impl Application {
    pub(crate) fn new(client_id: Uuid, proof: Proof) -> Self {
        Self { client_id, proof }
    }

    /// The same, as a device uses it: Entra refuses a secret from a public client.
    pub(crate) fn public(&self) -> Self {
        Self::new(self.client_id, Proof::None)
    }

    /// The form with our name in it, proven.
    pub(crate) fn prove(
        &self,
        form: Form,
        endpoint: &Url,
        now: Timestamp,
    ) -> Result<Form, Refusal> {
        let form = form.plain("client_id", self.client_id.to_string());
        match &self.proof {
            Proof::None => Ok(form),
            Proof::Secret(source) => {
                let secret = read(source, "ADIT_ENTRA_CLIENT_SECRET")?;
                Ok(form.secret("client_secret", &secret))
            }
            Proof::Certificate(source) => {
                let pem = read(source, "ADIT_ENTRA_CERTIFICATE")?;
                let certificate = Certificate::parse(&pem)?;
                assertion::sign(form, &certificate, self.client_id, endpoint, now)
            }
        }
    }
}

fn read(source: &SecretSource, name: &str) -> Result<SecretString, Refusal> {
    source().map_err(|error| {
        Refusal::misconfigured(
            "bad_setting",
            format!("{name} cannot be read: {error}"),
            format!("set {name}_FILE to a file that can be read"),
        )
    })
}
