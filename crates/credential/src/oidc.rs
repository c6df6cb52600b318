//! People sign in to Adit's own pages at any OpenID Connect provider.

use std::fmt;
use std::sync::Arc;

use jsonwebtoken::Algorithm;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;

use crate::fault::Fault;
use crate::form::Form;
use crate::http::Reply;
use crate::id_token::{self, Expected, invalid};
use crate::keys::Keys;
use crate::random::{self, Verifier};
use crate::{Beginning, Http, Refusal, RefusalKind, SecretSource, address};

const SCOPE: &str = "openid profile email";
const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256];

/// A provider, discovered. Cheap to clone.
#[derive(Clone)]
pub struct Provider(Arc<Discovered>);

struct Discovered {
    http: Http,
    metadata: Metadata,
    keys: Keys,
    client_id: String,
    client_secret: Option<SecretSource>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: SecretString,
}

/// What came back with the browser, and what was kept of the [`Beginning`].
#[derive(Clone, Debug)]
pub struct Answer {
    /// From the query.
    pub code: SecretString,
    /// From the query, if it is there: who says that it answers (RFC 9207).
    pub issuer: Option<String>,
    /// As kept.
    pub verifier: SecretString,
    /// As kept.
    pub nonce: String,
    /// As given at the beginning.
    pub redirect: Url,
}

/// Who signed in. `issuer` and `subject` together never name anybody else; the rest may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Who says so.
    pub issuer: String,
    /// Of whom.
    pub subject: String,
    /// For people; never empty.
    pub name: String,
    /// Only if the provider does not call it unverified.
    pub email: Option<String>,
}

impl Provider {
    /// Reads the provider's metadata, which must be of this very issuer (OpenID Connect Discovery, 4.3).
    pub async fn discover(
        issuer: &str,
        client_id: &str,
        client_secret: Option<SecretSource>,
        http: &Http,
    ) -> Result<Self, Refusal> {
        let base = issuer.trim_end_matches('/');
        let url = Url::parse(&format!("{base}/.well-known/openid-configuration"));
        let url = url.map_err(|_| misfit("ADIT_OIDC_ISSUER is no address"))?;
        address::check(&url, "ADIT_OIDC_ISSUER")?;
        let reply = http.get(&url).await?;
        let metadata = match reply.status {
            200 => reply.json::<Metadata>(),
            429 | 500.. => return Err(reply.unreadable()),
            _ => None,
        };
        let metadata = metadata
            .ok_or_else(|| misfit("there is no OpenID Connect provider at ADIT_OIDC_ISSUER"))?;
        if metadata.issuer != issuer {
            return Err(misfit(
                "the provider at ADIT_OIDC_ISSUER calls itself by another name",
            ));
        }
        let endpoints = [
            &metadata.token_endpoint,
            &metadata.authorization_endpoint,
            &metadata.jwks_uri,
        ];
        if !endpoints.into_iter().all(address::is_private) {
            return Err(misfit(
                "the provider at ADIT_OIDC_ISSUER wants to be told secrets in the clear",
            ));
        }
        Ok(Self(Arc::new(Discovered {
            keys: Keys::new(http.clone(), metadata.jwks_uri.clone()),
            http: http.clone(),
            metadata,
            client_id: client_id.to_owned(),
            client_secret,
        })))
    }

    /// Begins a sign-in.
    pub fn begin(&self, redirect: &Url) -> Result<Beginning, Refusal> {
        address::check(redirect, "the redirect address (ADIT_PUBLIC_URL)")?;
        let (state, nonce, verifier) = (random::word()?, random::word()?, Verifier::new()?);
        let mut url = self.0.metadata.authorization_endpoint.clone();
        url.query_pairs_mut()
            .append_pair("client_id", &self.0.client_id)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", redirect.as_str())
            .append_pair("scope", SCOPE)
            .append_pair("state", &state)
            .append_pair("nonce", &nonce)
            .append_pair("code_challenge", &verifier.challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(Beginning {
            url,
            state,
            nonce,
            verifier: verifier.secret,
        })
    }

    /// Redeems the code that came back. Compare the state before.
    pub async fn redeem(&self, answer: Answer) -> Result<Claims, Refusal> {
        let metadata = &self.0.metadata;
        // RFC 9207, 2.4: the code of one provider is not given to another.
        let answers = match &answer.issuer {
            Some(issuer) => *issuer == metadata.issuer,
            None => !metadata.authorization_response_iss_parameter_supported,
        };
        if !answers {
            return Err(Refusal::dead(
                "invalid_identity",
                "somebody else answers than was asked",
                "begin the sign-in again",
            ));
        }
        let form = Form::default()
            .plain("grant_type", "authorization_code")
            .plain("redirect_uri", answer.redirect.as_str())
            .secret("code", &answer.code)
            .secret("code_verifier", &answer.verifier);
        let reply = self.post(form).await?;
        if !reply.is_success() {
            return Err(refused(&reply));
        }
        let tokens: Tokens = reply.json().ok_or_else(|| reply.unreadable())?;
        let expected = Expected {
            client: &self.0.client_id,
            nonce: Some(&answer.nonce),
            algorithms: &ALGORITHMS,
            now: self.0.http.now(),
        };
        let (claims, _) = id_token::verify(&tokens.id_token, &self.0.keys, expected).await?;
        if claims.iss != metadata.issuer {
            return Err(invalid("is of another issuer"));
        }
        let unverified = claims
            .email_verified
            .is_some_and(|verified| verified == false || verified == "false");
        let email = claims
            .email
            .filter(|email| !email.is_empty() && !unverified);
        let names = [claims.name, claims.preferred_username, email.clone()];
        let name = names.into_iter().flatten().find(|name| !name.is_empty());
        Ok(Claims {
            issuer: claims.iss,
            name: name.unwrap_or_else(|| claims.sub.clone()),
            subject: claims.sub,
            email,
        })
    }

    async fn post(&self, form: Form) -> Result<Reply, Refusal> {
        let Discovered {
            http,
            metadata,
            client_id,
            ..
        } = &*self.0;
        let endpoint = &metadata.token_endpoint;
        let Some(source) = &self.0.client_secret else {
            let form = form.plain("client_id", client_id);
            return http.post(endpoint, &form).await;
        };
        let secret = source().map_err(|error| {
            Refusal::misconfigured(
                "bad_setting",
                format!("ADIT_OIDC_CLIENT_SECRET cannot be read: {error}"),
                "set ADIT_OIDC_CLIENT_SECRET_FILE to a file that can be read",
            )
        })?;
        let methods = &metadata.token_endpoint_auth_methods_supported;
        let posts = methods.iter().any(|method| method == "client_secret_post");
        // Without a word about it, the header is what every provider must take (OpenID Connect Discovery, 3).
        if posts {
            let form = form
                .plain("client_id", client_id)
                .secret("client_secret", &secret);
            return http.post(endpoint, &form).await;
        }
        http.post_as(endpoint, &form, client_id, secret.expose_secret())
            .await
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Provider({})", self.0.metadata.issuer)
    }
}

fn misfit(how: &str) -> Refusal {
    Refusal::misconfigured(
        "bad_issuer",
        how,
        "set ADIT_OIDC_ISSUER to the issuer exactly as the provider writes it, with https:// and with or without the last slash",
    )
}

fn refused(reply: &Reply) -> Refusal {
    let passing = Refusal {
        kind: RefusalKind::Passing {
            retry_after: reply.retry_after,
        },
        ..reply.unreadable()
    };
    let fault = match reply.status {
        429 | 500.. => return passing,
        _ => Fault::read(reply),
    };
    match fault.as_ref().map(|fault| fault.error.as_str()) {
        None | Some("temporarily_unavailable" | "server_error") => passing,
        Some("invalid_grant") => Refusal::dead(
            "code_used",
            "this sign-in was used already, or took too long",
            "begin the sign-in again",
        ),
        Some("invalid_client" | "unauthorized_client") => Refusal::misconfigured(
            "bad_secret",
            "the provider does not know ADIT_OIDC_CLIENT_ID, or the secret is wrong",
            "compare ADIT_OIDC_CLIENT_ID and ADIT_OIDC_CLIENT_SECRET_FILE with the provider's settings",
        ),
        Some(_) => Refusal::misconfigured(
            "refused",
            "the provider does not accept how Adit asks it",
            "let the client at the provider use the authorization code flow, with Adit's redirect address",
        ),
    }
}
