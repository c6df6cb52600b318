//! Logins with random passwords, for servers of one's own.

use std::fmt;
use std::fs::File;
use std::io::Read as _;

use crate::Error;

/// Users and their passwords.
#[derive(Clone, Default)]
pub struct Logins(Vec<(String, String)>);

impl Logins {
    /// A random password for each of these users.
    pub fn random<'a>(users: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let logins = users
            .into_iter()
            .map(|user| Ok((user.to_owned(), random_password()?)));
        Ok(Self(logins.collect::<Result<_, _>>()?))
    }

    /// The password of a user.
    pub fn password(&self, user: &str) -> Result<&str, Error> {
        let login = self.0.iter().find(|(name, _)| name == user);
        login
            .map(|(_, password)| password.as_str())
            .ok_or_else(|| Error::NoLogin(user.to_owned()))
    }

    /// All of them.
    pub fn all(&self) -> &[(String, String)] {
        &self.0
    }
}

/// Without the passwords.
impl fmt::Debug for Logins {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let users = self.0.iter().map(|(user, _)| user);
        formatter.debug_set().entries(users).finish()
    }
}

/// 128 bits, as hexadecimal digits behind a letter, since nats-server reads what begins with a digit as a number.
pub(crate) fn random_password() -> Result<String, Error> {
    let mut random = [0_u8; 16];
    let read = File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut random));
    read.map_err(Error::system("read random numbers"))?;
    Ok(format!("p{:032x}", u128::from_ne_bytes(random)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_user_has_a_password_that_is_not_shown() {
        let logins = Logins::random(["auth", "writer"]).unwrap();
        let password = logins.password("auth").unwrap();
        assert_ne!(password, logins.password("writer").unwrap());
        let shown = format!("{logins:?}");
        assert!(
            shown.contains("auth") && !shown.contains(password),
            "{shown}"
        );
        let error = logins.password("stranger").unwrap_err().to_string();
        assert!(error.contains("stranger"), "{error}");
    }
}
