//! Keys: made anew in every process, so that none is ever worth stealing.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, jwk::Jwk};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize, date_time_ymd};
use serde::Serialize;
use serde_json::{Value, json};

/// What Entra signs its tokens with.
pub(super) static ENTRA: LazyLock<Key> = LazyLock::new(Key::make);
/// What is still published, and signs nothing any more.
pub(super) static RETIRED: LazyLock<Key> = LazyLock::new(Key::make);
/// What nobody publishes: a token signed with it is forged.
pub(super) static FORGER: LazyLock<Key> = LazyLock::new(Key::make);
/// What the cluster signs the tokens of its service accounts with.
pub(super) static CLUSTER: LazyLock<Key> = LazyLock::new(Key::make);
/// The certificate of a service principal.
pub(super) static CERTIFICATE: LazyLock<Certificate> = LazyLock::new(Certificate::make);

/// An RSA key that signs.
pub(super) struct Key {
    pair: KeyPair,
    private: EncodingKey,
    public: DecodingKey,
    id: String,
}

/// A key with a certificate of itself.
pub(super) struct Certificate {
    pub key: Key,
    der: Vec<u8>,
    /// The key and the certificate, as people keep them in one file.
    pub pem: String,
}

impl Key {
    fn make() -> Self {
        let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)
            .expect("the library makes RSA keys of this size");
        // PKCS#8 within its PEM is what both libraries agree on.
        let private = EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes())
            .expect("the key was written by the line above");
        Self {
            public: DecodingKey::from_rsa_der(pair.public_key_raw()),
            id: encoded(digest(&SHA256, pair.public_key_raw()).as_ref()),
            private,
            pair,
        }
    }

    /// A JSON Web Token of these claims.
    pub(super) fn sign(&self, claims: &impl Serialize) -> String {
        let header = Header {
            kid: Some(self.id.clone()),
            ..Header::new(Algorithm::RS256)
        };
        jsonwebtoken::encode(&header, claims, &self.private)
            .expect("an RSA key signs any JSON object")
    }

    /// What checks this key's signatures.
    pub(super) fn public(&self) -> &DecodingKey {
        &self.public
    }

    /// As a key set publishes it.
    pub(super) fn published(&self) -> Value {
        let numbers = Jwk::from_encoding_key(&self.private, Algorithm::RS256)
            .ok()
            .and_then(|key| serde_json::to_value(key).ok())
            .unwrap_or_default();
        json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.id,
            "n": numbers["n"],
            "e": numbers["e"],
        })
    }
}

impl Certificate {
    fn make() -> Self {
        let key = Key::make();
        let mut parameters = CertificateParams::default();
        parameters
            .distinguished_name
            .push(DnType::CommonName, "robot.example.com");
        parameters.not_before = date_time_ymd(2026, 1, 1);
        parameters.not_after = date_time_ymd(2028, 1, 1);
        let certificate = parameters
            .self_signed(&key.pair)
            .expect("an RSA key signs a certificate of itself");
        Self {
            pem: format!("{}{}", key.pair.serialize_pem(), certificate.pem()),
            der: certificate.der().to_vec(),
            key,
        }
    }

    /// SHA-256 of the certificate, as `x5t#S256` has it.
    pub(super) fn thumbprint(&self) -> String {
        encoded(digest(&SHA256, &self.der).as_ref())
    }

    /// SHA-1 of the certificate, as `x5t` and the portal have it.
    pub(super) fn old_thumbprint(&self) -> String {
        encoded(digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.der).as_ref())
    }
}

/// base64url without padding, as all of OAuth has it.
pub(super) fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// base64url of the SHA-256 of a text: what PKCE calls S256.
pub(super) fn hashed(text: &str) -> String {
    encoded(digest(&SHA256, text.as_bytes()).as_ref())
}

/// A text that cannot be guessed.
pub(super) fn unguessable() -> String {
    let bytes: [u8; 48] = rand::random();
    encoded(&bytes)
}
