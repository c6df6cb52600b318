//! All the ways in.

use jiff::Timestamp;
use secrecy::SecretString;
use url::Url;

use crate::sign_in::{Answer, Beginning, DeviceCode, DevicePoll, SignedIn};
use crate::{Credential, Description, Http, Options, Refusal};

/// Opens credentials, and leads people through a sign-in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ways {
    http: Http,
    options: std::sync::Arc<Options>,
}

impl Ways {
    /// Refuses options that cannot be meant, as an address that would send secrets in the clear.
    pub fn new(options: Options, clock: fn() -> Timestamp) -> Result<Self, Refusal> {
        Ok(Self {
            http: Http::new(clock)?,
            options: std::sync::Arc::new(options),
        })
    }

    /// The connections, for an [`oidc::Provider`](crate::oidc::Provider).
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// Whether people can sign in with Microsoft: an application is configured.
    pub fn signs_people_in(&self) -> bool {
        self.options.arguments.entra_client_id.is_some()
    }

    /// Opens a credential. Asks nobody yet, and refuses what can be seen to be wrong.
    pub fn open(
        &self,
        _description: &Description,
        _secret: Option<SecretString>,
    ) -> Result<Box<dyn Credential>, Refusal> {
        Err(unavailable())
    }

    /// Reads what somebody gave as a certificate: the description of a service principal with it.
    pub fn certificate(
        _tenant_id: uuid::Uuid,
        _client_id: uuid::Uuid,
        _pem: &SecretString,
    ) -> Result<Description, Refusal> {
        Err(unavailable())
    }

    /// Begins a sign-in with a browser, at a tenant (a guid, a domain) or at `organizations`.
    pub fn sign_in(&self, _tenant: &str, _redirect: &Url) -> Result<Beginning, Refusal> {
        Err(unavailable())
    }

    /// Reads the `error` and `error_description` that came back instead of a code.
    pub fn declined(&self, _error: &str, _description: &str) -> Refusal {
        unavailable()
    }

    /// Redeems the code that came back.
    pub async fn redeem(&self, _answer: Answer) -> Result<SignedIn, Refusal> {
        std::future::ready(Err(unavailable())).await
    }

    /// Begins a sign-in with a code on another device.
    pub async fn device_begin(&self, _tenant: &str) -> Result<DeviceCode, Refusal> {
        std::future::ready(Err(unavailable())).await
    }

    /// Asks how far it is. A refusal that is not passing ends it.
    pub async fn device_poll(
        &self,
        _device_code: &SecretString,
        _tenant: &str,
    ) -> Result<DevicePoll, Refusal> {
        std::future::ready(Err(unavailable())).await
    }

    /// Gives a credential back as far as its issuer lets us; what remains for a person to do, if anything.
    pub async fn revoke(&self, _description: &Description) -> Option<Refusal> {
        std::future::ready(None).await
    }
}

fn unavailable() -> Refusal {
    Refusal::passing("unavailable", "this way in is not ready", "try again later")
}
