//! The public keys of an issuer.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use crate::http::Reply;
use crate::{Http, Refusal};

/// A key that its issuer has withdrawn is believed no longer than this.
const LIFE: SignedDuration = SignedDuration::from_hours(24);

/// One of them (RFC 7517). What cannot be read is left out, so that a new kind of key spoils nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Key {
    kid: Option<String>,
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    n: String,
    e: String,
    crv: String,
    x: String,
    y: String,
    /// Entra says whose tokens a key signs, with `{tenantid}` in it.
    pub(crate) issuer: Option<String>,
}

impl Key {
    /// The key for an algorithm, unless it is none of that.
    pub(crate) fn decoding(&self, algorithm: Algorithm) -> Option<DecodingKey> {
        let named = format!("{algorithm:?}");
        if self.alg.as_ref().is_some_and(|alg| *alg != named)
            || self.usage.as_ref().is_some_and(|usage| usage != "sig")
        {
            return None;
        }
        match (algorithm, self.kty.as_str()) {
            (Algorithm::RS256 | Algorithm::PS256, "RSA") => {
                DecodingKey::from_rsa_components(&self.n, &self.e).ok()
            }
            (Algorithm::ES256, "EC") if self.crv == "P-256" => {
                DecodingKey::from_ec_components(&self.x, &self.y).ok()
            }
            _ => None,
        }
    }
}

#[derive(Deserialize)]
struct Published {
    keys: Vec<serde_json::Value>,
}

/// The keys that an issuer publishes, read when one is missing.
pub(crate) struct Keys {
    http: Http,
    url: Url,
    cache: Mutex<Cache>,
}

#[derive(Default)]
struct Cache {
    keys: Vec<Key>,
    read_at: Option<Timestamp>,
}

impl Keys {
    pub(crate) fn new(http: Http, url: Url) -> Self {
        Self {
            http,
            url,
            cache: Mutex::default(),
        }
    }

    /// The key of this name, or the only one if there is no name. An unknown name has the keys read once again, since they
    /// change. Nobody can make us read them often: identity tokens come from the issuer itself.
    pub(crate) async fn find(&self, kid: Option<&str>) -> Result<Option<Key>, Refusal> {
        let mut cache = self.cache.lock().await;
        let now = self.http.now();
        let young = |at| now.duration_since(at).abs() <= LIFE;
        if !cache.read_at.is_some_and(young) || pick(&cache.keys, kid).is_none() {
            cache.keys = self.read().await?;
            cache.read_at = Some(now);
        }
        Ok(pick(&cache.keys, kid).cloned())
    }

    async fn read(&self) -> Result<Vec<Key>, Refusal> {
        let reply: Reply = self.http.get(&self.url).await?;
        let published: Option<Published> = reply.is_success().then(|| reply.json()).flatten();
        let published = published.ok_or_else(|| reply.unreadable())?;
        let keys = published.keys.into_iter();
        Ok(keys
            .filter_map(|key| serde_json::from_value(key).ok())
            .collect())
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Keys(of {})", self.url)
    }
}

fn pick<'a>(keys: &'a [Key], kid: Option<&str>) -> Option<&'a Key> {
    match kid {
        Some(kid) => keys.iter().find(|key| key.kid.as_deref() == Some(kid)),
        None => keys.first().filter(|_| keys.len() == 1),
    }
}
