//! Secrets as options: by value, or better by a file that can be replaced while the process runs.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use secrecy::SecretString;

use crate::Advice;

/// Larger than any secret; smaller than a mistaken path could hold.
const LARGEST: u64 = 64 * 1024;

/// A secret that an operator gave. It can be read, and not be shown.
#[derive(Clone)]
pub struct Secret(Source);

#[derive(Clone)]
enum Source {
    Value(SecretString),
    File(PathBuf),
}

impl Secret {
    /// A secret that is known already.
    pub fn value(secret: impl Into<String>) -> Self {
        Self(Source::Value(SecretString::from(secret.into())))
    }

    /// A secret in a file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Source::File(path.into()))
    }

    /// The file that holds it, if it is in one: watch it to notice a rotation.
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Source::Value(_) => None,
            Source::File(path) => Some(path),
        }
    }

    /// The secret as it is now: a file is read each time, so that a rotated secret needs no restart. White space at its ends
    /// is not part of it, since editors end files with a newline.
    pub fn read(&self) -> Result<SecretString, Error> {
        match &self.0 {
            Source::Value(secret) => Ok(secret.clone()),
            Source::File(path) => read_file(path),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path() {
            Some(path) => write!(formatter, "Secret(in {})", path.display()),
            None => formatter.write_str("Secret(given by value)"),
        }
    }
}

/// Why a secret cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("cannot read the secret in {}", path.display())]
    Unreadable {
        /// Where it should be.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// There is nothing in it.
    #[error("the secret in {} is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// It is something else.
    #[error("{} is larger than a secret can be ({LARGEST} bytes)", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
}

fn read_file(path: &Path) -> Result<SecretString, Error> {
    let unreadable = |source| Error::Unreadable {
        path: path.to_owned(),
        source,
    };
    if std::fs::metadata(path).map_err(unreadable)?.len() > LARGEST {
        return Err(Error::TooLarge {
            path: path.to_owned(),
        });
    }
    let text = SecretString::from(std::fs::read_to_string(path).map_err(unreadable)?);
    let secret = secrecy::ExposeSecret::expose_secret(&text).trim();
    if secret.is_empty() {
        return Err(Error::Empty {
            path: path.to_owned(),
        });
    }
    Ok(SecretString::from(secret.to_owned()))
}

/// Both names of a secret option, made by [`secret_option!`](crate::secret_option).
#[derive(Debug, Clone, Copy)]
pub struct Names {
    /// The flag and id of the value.
    pub option: &'static str,
    /// The flag and id of the file.
    pub option_file: &'static str,
    /// The variable of the value.
    pub variable: &'static str,
    /// The variable of the file.
    pub variable_file: &'static str,
    /// What it is, as the help says it.
    pub help: &'static str,
}

impl Names {
    /// Both arguments, added to a command.
    pub fn augment(self, command: Command) -> Command {
        let value = Arg::new(self.option)
            .long(self.option)
            .env(self.variable)
            .hide_env_values(true)
            .value_name("SECRET")
            .help(format!(
                "{} (the file is better: others see command lines)",
                self.help.trim()
            ));
        let file = Arg::new(self.option_file)
            .long(self.option_file)
            .env(self.variable_file)
            .value_name("PATH")
            .value_parser(value_parser!(PathBuf))
            .help(format!("File that holds it: {}", self.help.trim()));
        command.arg(value).arg(file)
    }

    /// The secret, if either was given. An empty variable counts as absent: compose files make them.
    pub fn secret(self, matches: &ArgMatches) -> Result<Option<Secret>, clap::Error> {
        let value = matches
            .get_one::<String>(self.option)
            .filter(|value| !value.trim().is_empty());
        let file = matches
            .get_one::<PathBuf>(self.option_file)
            .filter(|path| *path != &OsString::new());
        match (value, file) {
            (Some(_), Some(_)) => {
                let text = format!(
                    "both {} and {} are set: which is it?\n",
                    self.variable, self.variable_file
                );
                Err(clap::Error::raw(
                    clap::error::ErrorKind::ArgumentConflict,
                    text,
                ))
            }
            (Some(value), None) => Ok(Some(Secret::value(value.trim()))),
            (None, Some(path)) => Ok(Some(Secret::file(path))),
            (None, None) => Ok(None),
        }
    }

    /// The complaint about a secret that must be there and is not.
    pub fn missing(self) -> Advice {
        Advice::configuration(
            format!("{} is not set", self.variable),
            format!(
                "set {} to a file's path, or {} to the secret itself",
                self.variable_file, self.variable
            ),
        )
    }
}

/// Declares an option for a secret in both forms, `--x X` and `--x-file X_FILE`, to be flattened into a command's options.
///
/// ```
/// chassis::secret_option! {
///     /// Password of the database
///     pub struct DatabasePassword("database-password", "DATABASE_PASSWORD");
/// }
///
/// #[derive(Debug, clap::Parser)]
/// struct Options {
///     #[command(flatten)]
///     password: DatabasePassword,
/// }
///
/// # use clap::Parser as _;
/// let options = Options::parse_from(["x", "--database-password-file", "/run/secrets/database"]);
/// assert_eq!(options.password.required().unwrap().path(), Some("/run/secrets/database".as_ref()));
/// ```
#[macro_export]
macro_rules! secret_option {
    ($(#[doc = $help:literal])+ $visibility:vis struct $name:ident($option:literal, $variable:literal);) => {
        $(#[doc = $help])+
        #[derive(Debug, Clone, Default)]
        $visibility struct $name(Option<$crate::Secret>);

        impl $name {
            const NAMES: $crate::secret::Names = $crate::secret::Names {
                option: $option,
                option_file: concat!($option, "-file"),
                variable: $variable,
                variable_file: concat!($variable, "_FILE"),
                help: concat!($($help),+),
            };

            /// The secret, if it was given.
            $visibility fn given(&self) -> Option<&$crate::Secret> {
                self.0.as_ref()
            }

            /// The secret, or what to set.
            $visibility fn required(&self) -> Result<&$crate::Secret, $crate::Advice> {
                self.0.as_ref().ok_or_else(|| Self::NAMES.missing())
            }
        }

        impl From<$crate::Secret> for $name {
            fn from(secret: $crate::Secret) -> Self {
                Self(Some(secret))
            }
        }

        impl ::clap::FromArgMatches for $name {
            fn from_arg_matches(matches: &::clap::ArgMatches) -> Result<Self, ::clap::Error> {
                Self::NAMES.secret(matches).map(Self)
            }
            fn update_from_arg_matches(&mut self, matches: &::clap::ArgMatches) -> Result<(), ::clap::Error> {
                *self = Self::from_arg_matches(matches)?;
                Ok(())
            }
        }

        impl ::clap::Args for $name {
            fn augment_args(command: ::clap::Command) -> ::clap::Command {
                Self::NAMES.augment(command)
            }
            fn augment_args_for_update(command: ::clap::Command) -> ::clap::Command {
                Self::NAMES.augment(command)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use secrecy::ExposeSecret as _;

    use super::*;

    secret_option! {
        /// Password of a test
        struct Password("test-password", "CHASSIS_TEST_PASSWORD");
    }

    #[derive(Debug, clap::Parser)]
    struct Options {
        #[command(flatten)]
        password: Password,
    }

    #[test]
    fn a_secret_is_never_shown() {
        let options = Options::parse_from(["test", "--test-password", "hunter2"]);
        assert!(!format!("{options:?}").contains("hunter2"));
        assert_eq!(
            options
                .password
                .required()
                .unwrap()
                .read()
                .unwrap()
                .expose_secret(),
            "hunter2"
        );
    }

    #[test]
    fn a_rotated_file_is_read_again() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap();
        let options = Options::parse_from(["test", "--test-password-file", path]);
        let secret = options.password.given().unwrap();
        for word in ["first", "second"] {
            std::fs::write(path, format!("{word}\n")).unwrap();
            assert_eq!(secret.read().unwrap().expose_secret(), word);
        }
        std::fs::write(path, " \n").unwrap();
        assert!(matches!(secret.read(), Err(Error::Empty { .. })));
    }

    #[test]
    fn both_forms_at_once_are_refused() {
        let arguments = [
            "test",
            "--test-password",
            "hunter2",
            "--test-password-file",
            "/secret",
        ];
        let error = Options::try_parse_from(arguments).unwrap_err().to_string();
        assert!(error.contains("CHASSIS_TEST_PASSWORD_FILE"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn an_absent_secret_says_what_to_set() {
        let options = Options::parse_from(["test", "--test-password", ""]);
        let advice = options.password.required().unwrap_err();
        assert!(advice.remedy().contains("CHASSIS_TEST_PASSWORD_FILE"));
    }
}
