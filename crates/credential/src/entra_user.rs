//! People, as long as their sign-in lasts: a refresh token becomes an access token and the next refresh token.

use futures::future::BoxFuture;
use secrecy::SecretString;

use crate::application::Application;
use crate::entra::{Authority, SCOPE_OF_PEOPLE, tokens_timed};
use crate::form::Form;
use crate::tenant::Tenant;
use crate::{Credential, Granted, Http, Refusal};

/// A person who signed in, with a browser or on a device.
#[derive(Debug)]
pub(crate) struct EntraUser {
    pub(crate) http: Http,
    pub(crate) authority: Authority,
    pub(crate) application: Application,
    pub(crate) tenant: Tenant,
    pub(crate) refresh_token: SecretString,
}

impl Credential for EntraUser {
    fn grant(&self) -> BoxFuture<'_, Result<Granted, Refusal>> {
        Box::pin(async move {
            let endpoint = self.authority.token(&self.tenant);
            let form = |now| {
                let form = Form::default()
                    .plain("grant_type", "refresh_token")
                    .plain("scope", SCOPE_OF_PEOPLE)
                    .secret("refresh_token", &self.refresh_token);
                self.application.prove(form, &endpoint, now)
            };
            let tokens = tokens_timed(&self.http, &endpoint, form).await?;
            Ok(tokens.granted())
        })
    }
}
