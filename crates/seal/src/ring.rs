//! The keys: the first seals, all of them open.

use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead as _, Generate as _, Payload};
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};

use crate::key::Key;
use crate::{Associated, Error, KeyId, Sealed};

const NONCE: usize = 24;

/// Everybody can read this key here: it protects nothing.
const DEVELOPMENT_KEY: [u8; 32] = *b"adit: everybody knows this key!!";

/// The keys of an installation.
#[derive(Debug)]
pub struct KeyRing {
    current: Key,
    former: Vec<Key>,
}

impl KeyRing {
    /// Reads lines of `id:base64 of 32 bytes`; the first key seals, the others still open what they sealed. Lines may be
    /// separated by commas, as variables have one line; empty lines and those that begin with `#` are skipped.
    pub fn parse(text: &SecretString) -> Result<Self, Error> {
        let lines = text
            .expose_secret()
            .split(['\n', ','])
            .map(str::trim)
            .enumerate();
        let mut keys: Vec<Key> = Vec::new();
        for (index, text) in lines.filter(|(_, text)| !text.is_empty() && !text.starts_with('#')) {
            let line = index + 1;
            let key = Key::parse(text).ok_or(Error::Line { line })?;
            if keys
                .iter()
                .any(|earlier| earlier.id == key.id || earlier.has_bytes_of(&key))
            {
                return Err(Error::Repeated { line });
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or(Error::NoKey)?;
        Ok(Self {
            current,
            former: keys.collect(),
        })
    }

    /// A line with a new random key, to be put first into a ring.
    pub fn generate(id: &KeyId) -> Result<SecretString, Error> {
        Key::generate(id)
    }

    /// A ring with a key that is no secret, for a machine that serves only itself. Whoever serves others must refuse it: see
    /// [`is_development`](Self::is_development).
    pub fn development() -> Self {
        let id = KeyId::development();
        Self {
            current: Key::new(id, DEVELOPMENT_KEY),
            former: Vec::new(),
        }
    }

    /// Whether what this ring seals is open to everybody, under whatever name the development key goes.
    pub fn is_development(&self) -> bool {
        self.current.is(&DEVELOPMENT_KEY)
    }

    /// Whether it can open what this key has sealed.
    pub fn has(&self, id: &KeyId) -> bool {
        self.key(id).is_some()
    }

    /// The names of all keys, the one that seals first.
    pub fn ids(&self) -> impl Iterator<Item = &KeyId> {
        std::iter::once(&self.current)
            .chain(&self.former)
            .map(|key| &key.id)
    }

    /// The key that seals.
    pub fn current(&self) -> &KeyId {
        &self.current.id
    }

    /// Seals a secret for one place.
    pub fn seal(&self, plaintext: &[u8], associated: &Associated<'_>) -> Result<Sealed, Error> {
        let key = &self.current;
        // 192 random bits never repeat in practice, so replicas need not agree on nonces: the reason for XChaCha.
        let nonce = XNonce::try_generate().map_err(|_| Error::Random)?;
        let payload = Payload {
            msg: plaintext,
            aad: &associated.bytes(&key.id),
        };
        let ciphertext = key
            .cipher()
            .encrypt(&nonce, payload)
            .map_err(|_| Error::TooLong)?;
        let mut bytes = nonce.to_vec();
        bytes.extend(ciphertext);
        Ok(Sealed {
            key_id: key.id.clone(),
            bytes,
        })
    }

    /// Opens a secret in its place.
    pub fn open(
        &self,
        sealed: &Sealed,
        associated: &Associated<'_>,
    ) -> Result<SecretSlice<u8>, Error> {
        let key = self
            .key(&sealed.key_id)
            .ok_or_else(|| Error::MissingKey(sealed.key_id.clone()))?;
        let forged = || Error::Forged(sealed.key_id.clone());
        let (nonce, ciphertext) = sealed
            .bytes
            .split_first_chunk::<NONCE>()
            .ok_or_else(forged)?;
        let payload = Payload {
            msg: ciphertext,
            aad: &associated.bytes(&key.id),
        };
        let plaintext = key
            .cipher()
            .decrypt(nonce.into(), payload)
            .map_err(|_| forged())?;
        Ok(plaintext.into())
    }

    /// Opens a secret that is text.
    pub fn open_text(
        &self,
        sealed: &Sealed,
        associated: &Associated<'_>,
    ) -> Result<SecretString, Error> {
        let plaintext = self.open(sealed, associated)?;
        match std::str::from_utf8(plaintext.expose_secret()) {
            Ok(text) => Ok(text.to_owned().into()),
            Err(_) => Err(Error::NotText(sealed.key_id.clone())),
        }
    }

    /// The same secret under the current key; `None` when it is already.
    pub fn rotate(
        &self,
        sealed: &Sealed,
        associated: &Associated<'_>,
    ) -> Result<Option<Sealed>, Error> {
        if sealed.key_id == self.current.id {
            return Ok(None);
        }
        let plaintext = self.open(sealed, associated)?;
        self.seal(plaintext.expose_secret(), associated).map(Some)
    }

    fn key(&self, id: &KeyId) -> Option<&Key> {
        std::iter::once(&self.current)
            .chain(&self.former)
            .find(|key| key.id == *id)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const ONE: Associated<'_> = Associated {
        connection_id: Uuid::from_u128(1),
        column: "token",
        tenant_id: None,
    };
    const OTHER_CONNECTION: Associated<'_> = Associated {
        connection_id: Uuid::from_u128(2),
        column: "token",
        tenant_id: None,
    };
    const OTHER_COLUMN: Associated<'_> = Associated {
        connection_id: Uuid::from_u128(1),
        column: "client_secret",
        tenant_id: None,
    };
    const OTHER_TENANT: Associated<'_> = Associated {
        connection_id: Uuid::from_u128(1),
        column: "token",
        tenant_id: Some(Uuid::from_u128(3)),
    };

    fn line(id: &str) -> String {
        KeyRing::generate(&id.parse().unwrap())
            .unwrap()
            .expose_secret()
            .to_owned()
    }

    fn ring(lines: &[&str]) -> KeyRing {
        KeyRing::parse(&lines.join("\n").into()).unwrap()
    }

    #[test]
    fn what_was_sealed_opens() {
        let ring = ring(&[&line("2026-11")]);
        let sealed = ring.seal(b"token", &ONE).unwrap();
        assert_eq!(
            ring.open_text(&sealed, &ONE).unwrap().expose_secret(),
            "token"
        );
        assert_eq!(sealed.key_id.as_str(), "2026-11");
    }

    #[test]
    fn a_secret_opens_nowhere_else() {
        let ring = ring(&[&line("a")]);
        let sealed = ring.seal(b"token", &ONE).unwrap();
        for place in [OTHER_CONNECTION, OTHER_COLUMN, OTHER_TENANT] {
            assert_eq!(
                ring.open(&sealed, &place).unwrap_err(),
                Error::Forged("a".parse().unwrap())
            );
        }
    }

    #[test]
    fn swapped_ciphertexts_do_not_open() {
        let ring = ring(&[&line("a")]);
        let mut mine = ring.seal(b"mine", &ONE).unwrap();
        let mut yours = ring.seal(b"yours", &OTHER_CONNECTION).unwrap();
        std::mem::swap(&mut mine, &mut yours);
        assert!(ring.open(&mine, &ONE).is_err());
        assert!(ring.open(&yours, &OTHER_CONNECTION).is_err());
    }

    #[test]
    fn a_secret_of_another_key_under_this_name_does_not_open() {
        let (first, second) = (ring(&[&line("a")]), ring(&[&line("a")]));
        let sealed = first.seal(b"token", &ONE).unwrap();
        assert_eq!(
            second.open(&sealed, &ONE).unwrap_err(),
            Error::Forged("a".parse().unwrap())
        );
    }

    #[test]
    fn an_old_key_still_opens_and_rotation_moves_to_the_new_one() {
        let (old, new) = (line("old"), line("new"));
        let sealed = ring(&[&old]).seal(b"token", &ONE).unwrap();
        let both = ring(&[&new, "", "# until everything is rotated", &old]);
        assert_eq!(
            both.open_text(&sealed, &ONE).unwrap().expose_secret(),
            "token"
        );

        let rotated = both.rotate(&sealed, &ONE).unwrap().unwrap();
        assert_eq!(rotated.key_id.as_str(), "new");
        assert_eq!(both.rotate(&rotated, &ONE), Ok(None));
        let ids: Vec<_> = both.ids().map(KeyId::as_str).collect();
        assert_eq!(ids, ["new", "old"]);
        assert!(!ring(&[&new]).has(&sealed.key_id));
        let only_new = ring(&[&new]);
        assert_eq!(
            only_new.open_text(&rotated, &ONE).unwrap().expose_secret(),
            "token"
        );
        let missing = only_new.open(&sealed, &ONE).unwrap_err();
        assert_eq!(missing, Error::MissingKey("old".parse().unwrap()));
        assert!(missing.to_string().contains("`old`"));
    }

    #[test]
    fn equal_secrets_do_not_look_equal() {
        let ring = ring(&[&line("a")]);
        assert_ne!(
            ring.seal(b"token", &ONE).unwrap().bytes,
            ring.seal(b"token", &ONE).unwrap().bytes
        );
    }

    #[test]
    fn a_bad_ring_says_which_line() {
        let good = line("a");
        let check = |text: &str, expected: Error| {
            assert_eq!(
                KeyRing::parse(&text.to_owned().into()).unwrap_err(),
                expected,
                "{text}"
            );
        };
        check("", Error::NoKey);
        check(&format!("{good}\nb:short"), Error::Line { line: 2 });
        check("no colon", Error::Line { line: 1 });
        check("sp ace:AAAA", Error::Line { line: 1 });
        check(
            &format!("{good},{}", line("a")),
            Error::Repeated { line: 2 },
        );
        check(
            &format!("{good}\n{}", good.replacen('a', "b", 1)),
            Error::Repeated { line: 2 },
        );
    }

    #[test]
    fn nothing_shows_a_key() {
        let line = line("a");
        let shown = format!("{:?}", ring(&[&line]));
        assert!(shown.contains("Key(a)"), "{shown}");
        assert!(!shown.contains(line.split_once(':').unwrap().1), "{shown}");
    }

    #[test]
    fn the_development_key_is_known_under_any_name() {
        use base64::Engine as _;
        let encoded = base64::engine::general_purpose::STANDARD.encode(DEVELOPMENT_KEY);
        assert!(KeyRing::development().is_development());
        assert!(ring(&[&format!("production:{encoded}")]).is_development());
        assert!(!ring(&[&line("a")]).is_development());
    }

    proptest! {
        #[test]
        fn a_flipped_bit_anywhere_is_noticed(secret in prop::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>()) {
            let ring = KeyRing::development();
            let mut sealed = ring.seal(&secret, &ONE).unwrap();
            let opened = ring.open(&sealed, &ONE).unwrap();
            prop_assert_eq!(opened.expose_secret(), &secret[..]);
            let bit = at.index(sealed.bytes.len() * 8);
            sealed.bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(ring.open(&sealed, &ONE).is_err());
        }

        #[test]
        fn a_cut_secret_is_noticed(length in 0_usize..44) {
            let ring = KeyRing::development();
            let mut sealed = ring.seal(b"token", &ONE).unwrap();
            sealed.bytes.truncate(length);
            prop_assert!(ring.open(&sealed, &ONE).is_err());
        }
    }
}
