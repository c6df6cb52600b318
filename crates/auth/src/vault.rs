//! Seals secrets, and opens them.

use chassis::{Advice, Secret};
use seal::{Associated, KeyId, KeyRing, Sealed};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use store::connections::{ACCESS_TOKEN, OwnedSecret, SealedRow, SealedSecret};
use uuid::Uuid;

use crate::{Exposure, Keys};

/// Where the keys are. They are read anew each time, so that a new key needs no restart.
#[derive(Debug, Clone)]
pub(crate) struct Vault {
    keys: Option<Secret>,
    exposure: Exposure,
}

/// Where a secret belongs: it opens there and nowhere else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// The connection, draft or sign-in.
    pub(crate) owner: Uuid,
    /// Which secret it is.
    pub(crate) name: &'a str,
    /// Where it is good.
    pub(crate) tenant: Option<Uuid>,
}

/// Why a secret cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot read ADIT_KEYS: {0}")]
    Keys(#[from] chassis::secret::Error),
    #[error("{0}; see ADIT_KEYS")]
    Seal(#[from] seal::Error),
    #[error("the database names `{0}` as the key of a secret, which cannot be one")]
    KeyId(String),
    #[error("the key that seals secrets is the development key, which everybody knows")]
    Development,
}

impl<'a> Place<'a> {
    /// The place of a secret of a connection or draft that signs in so.
    pub(crate) fn of(owner: Uuid, name: &'a str, credential: &Value) -> Self {
        let tenant = credential.get("tenant_id").and_then(Value::as_str);
        Self {
            owner,
            name,
            tenant: tenant.and_then(|tenant| tenant.parse().ok()),
        }
    }

    /// The place of a secret of something that has no tenant.
    pub(crate) fn alone(owner: Uuid, name: &'a str) -> Self {
        Self {
            owner,
            name,
            tenant: None,
        }
    }
}

impl Vault {
    /// With the keys of the operator. Without any, a key that everybody knows will do on a machine that serves only itself.
    /// A ring that cannot be read now may be mended while we run: what it keeps us from says so.
    pub(crate) fn open(keys: &Keys, exposure: Exposure) -> anyhow::Result<Self> {
        let vault = Self {
            keys: keys.given().cloned(),
            exposure,
        };
        if exposure == Exposure::Network {
            keys.required()?;
        }
        match vault.ring() {
            Ok(ring) if ring.is_development() => tracing::warn!(
                "secrets are sealed with the development key, which everybody knows: set ADIT_KEYS_FILE"
            ),
            Ok(_) => {}
            Err(error @ Error::Development) => {
                return Err(Advice::configuration(
                    error.to_string(),
                    "put a line with a key of your own first into ADIT_KEYS",
                )
                .into());
            }
            Err(error) => tracing::warn!(
                "no secret can be opened: {error}; ADIT_KEYS_FILE names a file of lines `id:base64 of 32 bytes`, and \
                 `openssl rand -base64 32` makes the part behind the colon"
            ),
        }
        Ok(vault)
    }

    /// Seals a secret for its place.
    pub(crate) fn seal(
        &self,
        place: &Place<'_>,
        secret: &SecretString,
    ) -> Result<SealedSecret, Error> {
        let sealed = self
            .ring()?
            .seal(secret.expose_secret().as_bytes(), &place.associated())?;
        Ok(SealedSecret {
            name: place.name.to_owned(),
            key_id: sealed.key_id.as_str().to_owned(),
            sealed: sealed.bytes,
        })
    }

    /// Opens it again.
    pub(crate) fn unseal(
        &self,
        place: &Place<'_>,
        key_id: &str,
        sealed: &[u8],
    ) -> Result<SecretString, Error> {
        let sealed = sealed_by(key_id, sealed)?;
        Ok(self.ring()?.open_text(&sealed, &place.associated())?)
    }

    /// Opens the secret of a connection or draft that signs in so.
    pub(crate) fn unseal_of(
        &self,
        owner: Uuid,
        credential: &Value,
        secret: &SealedSecret,
    ) -> Result<SecretString, Error> {
        let place = Place::of(owner, &secret.name, credential);
        self.unseal(&place, &secret.key_id, &secret.sealed)
    }

    /// The same secret under the present key; `None` when it is already.
    pub(crate) fn rotate(&self, row: &SealedRow) -> Result<Option<Sealed>, Error> {
        let place = Place::of(row.owner, &row.name, &row.credential);
        let sealed = sealed_by(&row.key_id, &row.sealed)?;
        Ok(self.ring()?.rotate(&sealed, &place.associated())?)
    }

    /// Says of which connections the secrets cannot be opened. The others go on.
    pub(crate) fn inspect(&self, secrets: &[OwnedSecret]) {
        // An access token can be had again.
        let kept = secrets
            .iter()
            .filter(|owned| owned.secret.name != ACCESS_TOKEN);
        for owned in kept {
            if let Err(error) = self.unseal_of(owned.connection, &owned.credential, &owned.secret) {
                tracing::warn!(
                    connection.id = %owned.connection,
                    "the connection `{}` cannot sign in: {error}",
                    owned.connection_name
                );
            }
        }
    }

    /// The keys as they are now.
    pub(crate) fn ring(&self) -> Result<KeyRing, Error> {
        let ring = match &self.keys {
            Some(keys) => KeyRing::parse(&keys.read()?)?,
            None => KeyRing::development(),
        };
        // A key file that is replaced must not become the way round what was refused at the start.
        if ring.is_development() && self.exposure == Exposure::Network {
            return Err(Error::Development);
        }
        Ok(ring)
    }
}

fn sealed_by(key_id: &str, sealed: &[u8]) -> Result<Sealed, Error> {
    let id: KeyId = key_id
        .parse()
        .map_err(|_| Error::KeyId(key_id.to_owned()))?;
    Ok(Sealed {
        key_id: id,
        bytes: sealed.to_vec(),
    })
}

impl<'a> Place<'a> {
    fn associated(&self) -> Associated<'a> {
        Associated {
            connection_id: self.owner,
            column: self.name,
            tenant_id: self.tenant,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The development key under another name.
    const RENAMED: &str = "mine:YWRpdDogZXZlcnlib2R5IGtub3dzIHRoaXMga2V5ISE=";

    fn open(keys: Option<&str>, exposure: Exposure) -> Result<Vault, String> {
        let keys = keys.map_or_else(Keys::default, |text| Keys::from(Secret::value(text)));
        Vault::open(&keys, exposure).map_err(|error| error.to_string())
    }

    #[test]
    fn only_a_machine_of_its_own_does_without_a_key_of_its_own() {
        let own = "a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        for keys in [None, Some(own), Some(RENAMED)] {
            assert!(open(keys, Exposure::Loopback).is_ok(), "{keys:?}");
        }
        assert!(open(Some(own), Exposure::Network).is_ok());
        let error = open(None, Exposure::Network).unwrap_err();
        assert!(error.contains("ADIT_KEYS is not set"), "{error}");
        let error = open(Some(RENAMED), Exposure::Network).unwrap_err();
        assert!(error.contains("development key"), "{error}");
    }

    #[test]
    fn a_bad_ring_lets_it_start_and_opens_nothing() {
        let vault = open(Some("a:canary"), Exposure::Loopback).unwrap();
        let place = Place::alone(Uuid::nil(), "refresh_token");
        let error = vault
            .seal(&place, &SecretString::from("secret"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("line 1") && !error.contains("canary"),
            "{error}"
        );
    }

    #[test]
    fn a_key_file_that_becomes_the_development_key_opens_nothing_where_others_reach_us() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(
            file.path(),
            "a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        )
        .unwrap();
        let keys = Keys::from(Secret::file(file.path()));
        let vault = Vault::open(&keys, Exposure::Network).unwrap();
        std::fs::write(file.path(), RENAMED).unwrap();
        let place = Place::alone(Uuid::nil(), "refresh_token");
        let sealed = vault.seal(&place, &SecretString::from("secret"));
        assert!(matches!(sealed, Err(Error::Development)));
    }

    #[test]
    fn a_secret_of_another_tenant_or_place_does_not_open() {
        let vault = open(None, Exposure::Loopback).unwrap();
        let owner = Uuid::from_u128(1);
        let tenant = |number: u128| serde_json::json!({ "tenant_id": Uuid::from_u128(number) });
        let place = Place::of(owner, "refresh_token", &tenant(7));
        let sealed = vault.seal(&place, &SecretString::from("secret")).unwrap();
        assert!(vault.unseal_of(owner, &tenant(7), &sealed).is_ok());
        assert!(vault.unseal_of(owner, &tenant(8), &sealed).is_err());
        assert!(vault.unseal_of(Uuid::nil(), &tenant(7), &sealed).is_err());
        let renamed = SealedSecret {
            name: "access_token".to_owned(),
            ..sealed
        };
        assert!(vault.unseal_of(owner, &tenant(7), &renamed).is_err());
    }
}
