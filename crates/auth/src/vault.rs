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
                "ADIT_KEYS is not set: secrets are sealed with the development key, which everybody knows"
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
        let key_id = secret
            .key_id
            .parse()
            .map_err(|_| seal::Error::Line { line: 0 });
        let sealed = Sealed {
            key_id: key_id?,
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
