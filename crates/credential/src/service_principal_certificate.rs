//! An application with a certificate.

use futures::future::BoxFuture;
use url::Url;
use uuid::Uuid;

use crate::certificate::Certificate;
use crate::entra::tokens_timed;
use crate::service_principal_secret::client_credentials;
use crate::{Credential, Granted, Http, Refusal, assertion};

/// It proves itself with a signature.
#[derive(Debug)]
pub(crate) struct ServicePrincipalCertificate {
    pub(crate) http: Http,
    pub(crate) endpoint: Url,
    pub(crate) client_id: Uuid,
    pub(crate) certificate: Certificate,
}

impl Credential for ServicePrincipalCertificate {
    fn grant(&self) -> BoxFuture<'_, Result<Granted, Refusal>> {
        Box::pin(async move {
            let form = |now| {
                let form = client_credentials(self.client_id);
                assertion::sign(form, &self.certificate, self.client_id, &self.endpoint, now)
            };
            let tokens = tokens_timed(&self.http, &self.endpoint, form).await?;
            Ok(tokens.granted())
        })
    }
}
