//! A workload for which its platform vouches: Kubernetes, GitHub, and others.
//!
//! <https://learn.microsoft.com/entra/workload-id/workload-identity-federation>

use std::path::PathBuf;

use futures::future::BoxFuture;
use secrecy::SecretString;
use tokio::io::AsyncReadExt as _;
use url::Url;
use uuid::Uuid;

use crate::entra::tokens;
use crate::service_principal_secret::client_credentials;
use crate::{Credential, Granted, Http, Refusal, assertion};

/// More than any such token has.
const LARGEST: u64 = 64 * 1024;

/// It proves itself with a token of its platform.
#[derive(Debug)]
pub(crate) struct WorkloadIdentity {
    pub(crate) http: Http,
    pub(crate) endpoint: Url,
    pub(crate) client_id: Uuid,
    pub(crate) token_file: PathBuf,
}

impl Credential for WorkloadIdentity {
    fn grant(&self) -> BoxFuture<'_, Result<Granted, Refusal>> {
        Box::pin(async move {
            // Each time: the platform replaces it about hourly.
            let assertion = self.read().await?;
            let form = assertion::attach(client_credentials(self.client_id), &assertion);
            let tokens = tokens(&self.http, &self.endpoint, &form).await?;
            Ok(tokens.granted())
        })
    }
}

impl WorkloadIdentity {
    async fn read(&self) -> Result<SecretString, Refusal> {
        let bad = |how: String| {
            Refusal::misconfigured(
                "bad_token_file",
                format!(
                    "the file {} that AZURE_FEDERATED_TOKEN_FILE names {how}",
                    self.token_file.display()
                ),
                "let the platform write its token there: in Kubernetes, label the pod azure.workload.identity/use: \"true\"",
            )
        };
        let unreadable = |error: std::io::Error| bad(format!("cannot be read: {error}"));
        let file = tokio::fs::File::open(&self.token_file)
            .await
            .map_err(unreadable)?;
        let mut text = String::new();
        let read = file.take(LARGEST + 1).read_to_string(&mut text).await;
        let length = read.map_err(unreadable)? as u64;
        let token = SecretString::from(text.trim());
        let shape =
            |part: &str| part.split('.').count() == 3 && !part.contains(char::is_whitespace);
        match text.trim() {
            "" => Err(bad("is empty".to_owned())),
            text if length > LARGEST || !shape(text) => Err(bad("holds no token".to_owned())),
            _ => Ok(token),
        }
    }
}
