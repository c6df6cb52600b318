//! An application with a client secret.

use futures::future::BoxFuture;
use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

use crate::entra::{SCOPE_OF_APPLICATIONS, tokens};
use crate::form::Form;
use crate::{Credential, Granted, Http, Refusal};

/// It proves itself with what it knows.
#[derive(Debug)]
pub(crate) struct ServicePrincipalSecret {
    pub(crate) http: Http,
    pub(crate) endpoint: Url,
    pub(crate) client_id: Uuid,
    pub(crate) client_secret: SecretString,
}

impl Credential for ServicePrincipalSecret {
    fn grant(&self) -> BoxFuture<'_, Result<Granted, Refusal>> {
        Box::pin(async move {
            let form =
                client_credentials(self.client_id).secret("client_secret", &self.client_secret);
            let tokens = tokens(&self.http, &self.endpoint, &form).await?;
            Ok(tokens.granted())
        })
    }
}

/// The form of every application that asks for itself.
pub(crate) fn client_credentials(client_id: Uuid) -> Form {
    Form::default()
        .plain("grant_type", "client_credentials")
        .plain("scope", SCOPE_OF_APPLICATIONS)
        .plain("client_id", client_id.to_string())
}
