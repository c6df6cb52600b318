//! The OpenID Connect issuer who vouches for people.

use std::sync::Arc;

use credential::oidc::Provider;
use credential::{Http, Refusal, RefusalKind, SecretSource};
use jiff::Timestamp;
use store::people::Role;
use tokio::sync::OnceCell;
use url::Url;

use crate::{Options, Problem};

/// The issuer, asked for its description when it is needed first: it may be away when we start.
#[derive(Clone)]
pub(crate) struct OpenId(Arc<Inside>);

struct Inside {
    issuer: String,
    client_id: String,
    client_secret: Option<SecretSource>,
    administrators: Vec<String>,
    http: Http,
    provider: OnceCell<Provider>,
}

impl OpenId {
    /// As the options have it, if they do.
    pub(crate) fn new(options: &Options, clock: fn() -> Timestamp) -> anyhow::Result<Option<Self>> {
        let (Some(issuer), client_id) = (&options.oidc_issuer, &options.oidc_client_id) else {
            return Ok(None);
        };
        let client_id = client_id.as_ref().ok_or_else(|| {
            chassis::Advice::configuration(
                "ADIT_OIDC_ISSUER is set, and ADIT_OIDC_CLIENT_ID is not",
                "register Adit with the issuer, and set ADIT_OIDC_CLIENT_ID to the client id",
            )
        })?;
        let client_secret = options.oidc_client_secret.given().cloned().map(|secret| {
            let read = move || secret.read().map_err(|error| error.to_string());
            Arc::new(read) as SecretSource
        });
        let http =
            Http::new(clock).map_err(|refusal| anyhow::anyhow!("{}", refusal.explanation))?;
        Ok(Some(Self(Arc::new(Inside {
            issuer: issuer.clone(),
            client_id: client_id.clone(),
            client_secret,
            administrators: options
                .oidc_administrators
                .iter()
                .map(|name| name.trim().to_lowercase())
                .filter(|name| !name.is_empty())
                .collect(),
            http,
            provider: OnceCell::new(),
        }))))
    }

    /// What people know the issuer by.
    pub(crate) fn label(&self) -> String {
        let host = Url::parse(&self.0.issuer)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned));
        match host.as_deref() {
            Some("login.microsoftonline.com") => "Microsoft".to_owned(),
            Some("accounts.google.com") => "Google".to_owned(),
            Some(host) => host.to_owned(),
            None => "your identity provider".to_owned(),
        }
    }

    /// The issuer, when it answers.
    pub(crate) async fn provider(&self) -> Result<&Provider, Problem> {
        let inside = &self.0;
        let discover = || {
            Provider::discover(
                &inside.issuer,
                &inside.client_id,
                inside.client_secret.clone(),
                &inside.http,
            )
        };
        inside
            .provider
            .get_or_try_init(discover)
            .await
            .map_err(problem)
    }

    /// What somebody may do who comes by it for the first time.
    pub(crate) fn role(&self, subject: &str, email: Option<&str>) -> Role {
        let is_listed = |name: &str| self.0.administrators.contains(&name.to_lowercase());
        if is_listed(subject) || email.is_some_and(is_listed) {
            Role::Administrator
        } else {
            Role::Viewer
        }
    }
}

/// What a refused sign-in is for who signs in.
pub(crate) fn problem(refusal: Refusal) -> Problem {
    match refusal.kind {
        RefusalKind::Dead => Problem::invalid(refusal.explanation, refusal.remedy),
        RefusalKind::Misconfigured => Problem::internal(anyhow::anyhow!(
            "sign in by OpenID Connect: {}; {}",
            refusal.explanation,
            refusal.remedy
        )),
        RefusalKind::Passing { .. } => Problem::unavailable(anyhow::anyhow!(
            "sign in by OpenID Connect: {}",
            refusal.explanation
        )),
    }
}

impl std::fmt::Debug for OpenId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "OpenId({})", self.0.issuer)
    }
}
