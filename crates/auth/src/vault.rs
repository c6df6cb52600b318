//! Seals the secrets of connections, and opens them.

use chassis::{Advice, Secret};
use seal::{Associated, KeyRing, Sealed};
use secrecy::{ExposeSecret as _, SecretString};
use store::connections::{OwnedSecret, SealedSecret};
use uuid::Uuid;

use crate::{Exposure, Keys};

/// The name of the only secret that there is yet.
pub(crate) const PERSONAL_ACCESS_TOKEN: &str = "personal_access_token";

/// Where the keys are. They are read anew each time, so that a rotation needs no restart.
#[derive(Debug, Clone)]
pub(crate) struct Vault(Option<Secret>);

/// Why a secret cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot read ADIT_KEYS: {0}")]
    Keys(#[from] chassis::secret::Error),
    #[error("{0}; see ADIT_KEYS")]
    Seal(#[from] seal::Error),
    #[error("the database names `{0}` as the key of a secret, which cannot be one")]
    KeyId(String),
}

impl Vault {
    /// With the keys of the operator. Without any, a key that everybody knows will do on a machine that serves only itself.
    pub(crate) fn open(keys: &Keys, exposure: Exposure) -> anyhow::Result<Self> {
        let vault = Self(keys.given().cloned());
        if exposure == Exposure::Network {
            keys.required()?;
        }
        let bad = |error: Error| {
            Advice::configuration(
                error.to_string(),
                "ADIT_KEYS_FILE names a file of lines `id:base64 of 32 bytes`; `openssl rand -base64 32` makes the part \
                 behind the colon",
            )
        };
        if vault.ring().map_err(bad)?.is_development() {
            if exposure == Exposure::Network {
                return Err(Advice::configuration(
                    "the key that seals secrets is the development key, which everybody knows",
                    "put a line with a key of your own first into ADIT_KEYS",
                )
                .into());
            }
            tracing::warn!(
                "secrets are sealed with the development key, which everybody knows: set ADIT_KEYS_FILE"
            );
        }
        Ok(vault)
    }

    /// Seals a secret of a connection.
    pub(crate) fn seal(
        &self,
        connection: Uuid,
        name: &str,
        secret: &SecretString,
    ) -> Result<SealedSecret, Error> {
        let sealed = self.ring()?.seal(
            secret.expose_secret().as_bytes(),
            &associated(connection, name),
        )?;
        Ok(SealedSecret {
            name: name.to_owned(),
            key_id: sealed.key_id.as_str().to_owned(),
            sealed: sealed.bytes,
        })
    }

    /// Opens it again.
    pub(crate) fn unseal(
        &self,
        connection: Uuid,
        secret: &SealedSecret,
    ) -> Result<SecretString, Error> {
        let sealed = Sealed {
            key_id: secret
                .key_id
                .parse()
                .map_err(|_| Error::KeyId(secret.key_id.clone()))?,
            bytes: secret.sealed.clone(),
        };
        Ok(self
            .ring()?
            .open_text(&sealed, &associated(connection, &secret.name))?)
    }

    /// Says of which connections the secrets cannot be opened. The others go on.
    pub(crate) fn inspect(&self, secrets: &[OwnedSecret]) {
        for owned in secrets {
            if let Err(error) = self.unseal(owned.connection, &owned.secret) {
                tracing::warn!(
                    connection.id = %owned.connection,
                    "the connection `{}` cannot sign in: {error}",
                    owned.connection_name
                );
            }
        }
    }

    fn ring(&self) -> Result<KeyRing, Error> {
        match &self.0 {
            Some(keys) => Ok(KeyRing::parse(&keys.read()?)?),
            None => Ok(KeyRing::development()),
        }
    }
}

fn associated(connection_id: Uuid, column: &str) -> Associated<'_> {
    Associated {
        connection_id,
        column,
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
    fn a_bad_ring_ends_the_start_without_being_shown() {
        let error = open(Some("a:canary"), Exposure::Loopback).unwrap_err();
        assert!(
            error.contains("line 1") && !error.contains("canary"),
            "{error}"
        );
    }
}
