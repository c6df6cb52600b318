//! Passwords: which are good enough, and their hashes.

use std::sync::Arc;

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;

use crate::Problem;

/// NIST SP 800-63B wants eight, its revision 4 fifteen where nothing else is asked; there are no other rules.
const SHORTEST: usize = 12;
const LONGEST: usize = 500;
/// How many are hashed at once: each takes 19 MiB and tens of milliseconds.
const AT_ONCE: usize = 2;
const SALT: usize = 16;

/// Hashes passwords by argon2id with the parameters of OWASP (19 MiB, two passes).
#[derive(Clone, Debug)]
pub(crate) struct Passwords {
    gate: Arc<Semaphore>,
    /// The hash of nobody's password, so that a name that does not exist takes as long as one that does.
    nobody: Arc<str>,
}

impl Passwords {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let nobody = hash(&SecretString::from(crate::Ticket::new().text().to_owned()))?;
        Ok(Self {
            gate: Arc::new(Semaphore::new(AT_ONCE)),
            nobody: nobody.into(),
        })
    }

    /// The hash to store.
    pub(crate) async fn hash(&self, password: SecretString) -> Result<String, Problem> {
        self.work(move || hash(&password))
            .await?
            .map_err(Problem::internal)
    }

    /// Whether a password is the one of this hash. Without a hash the work is the same, and it never is.
    pub(crate) async fn is(
        &self,
        password: SecretString,
        hash: Option<String>,
    ) -> Result<bool, Problem> {
        let is_somebody = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.as_ref().to_owned());
        let is_right = self
            .work(move || {
                let password = password.expose_secret().as_bytes();
                Argon2::default()
                    .verify_password(password, hash.as_str())
                    .is_ok()
            })
            .await?;
        Ok(is_right && is_somebody)
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let _place = self.gate.acquire().await.map_err(Problem::internal)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(Problem::internal)
    }
}

/// Whether a password is good enough for the user of this name; if not, why.
pub(crate) fn check(
    name: &str,
    password: &SecretString,
    again: &SecretString,
) -> Result<(), &'static str> {
    let (password, again) = (password.expose_secret(), again.expose_secret());
    let length = password.chars().count();
    if length < SHORTEST {
        return Err("The password has fewer than 12 characters: add a word or two.");
    }
    if length > LONGEST {
        return Err("The password has more than 500 characters.");
    }
    // What is left without the name must be long enough by itself.
    let without_name = password.to_lowercase().replace(&name.to_lowercase(), "");
    if without_name.chars().count() < SHORTEST / 2 {
        return Err("The password is little more than the name: choose another one.");
    }
    if password != again {
        return Err("The two passwords differ: type them again.");
    }
    Ok(())
}

fn hash(password: &SecretString) -> anyhow::Result<String> {
    let salt: [u8; SALT] = rand::random();
    Argon2::default()
        .hash_password_with_salt(password.expose_secret().as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|error| anyhow::anyhow!("hash a password: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    fn is_good(name: &str, password: &str) -> bool {
        check(name, &secret(password), &secret(password)).is_ok()
    }

    #[test]
    fn a_password_is_long_and_not_the_name() {
        assert!(is_good("ada", "correct horse battery"));
        assert!(is_good("ada", "wwwwwwwwwwww"));
        assert!(is_good("ada", "пароль-пароль"));
        assert!(!is_good("ada", "short"));
        assert!(!is_good(
            "ada.lovelace@example.com",
            "Ada.Lovelace@example.com1"
        ));
        assert!(!is_good("ada", "adaADAadaADAada"));
        assert!(!is_good("ada", &"x".repeat(501)));
        assert!(check("ada", &secret("correct horse"), &secret("correct house")).is_err());
    }

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_only() {
        let passwords = Passwords::new().unwrap();
        let hash = passwords.hash(secret("correct horse")).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        for (password, hash, expected) in [
            ("correct horse", Some(hash.clone()), true),
            ("wrong horse", Some(hash.clone()), false),
            ("correct horse", None, false),
            ("correct horse", Some("nonsense".to_owned()), false),
        ] {
            let is = passwords.is(secret(password), hash).await.unwrap();
            assert_eq!(is, expected, "{password}");
        }
    }
}
