//! From what an operator says to how NATS is reached.

use crate::{Login, Options, Streams};

impl Options {
    /// What the options of a process say. Secrets in files are read now.
    pub fn of(options: &chassis::NatsOptions) -> Result<Self, chassis::secret::Error> {
        let read = |secret: Option<&chassis::Secret>| secret.map(chassis::Secret::read).transpose();
        let nkey = read(options.nats_nkey.given())?;
        let password = read(options.nats_password.given())?;
        let login = match (
            &options.nats_credentials_file,
            nkey,
            &options.nats_user,
            password,
        ) {
            (Some(path), ..) => Login::CredentialsFile(path.clone()),
            (None, Some(seed), ..) => Login::Nkey(seed),
            (None, None, Some(user), Some(password)) => Login::Password {
                user: user.clone(),
                password,
            },
            _ => Login::Anonymous,
        };
        Ok(Self {
            login,
            ca_file: options.nats_ca_file.clone(),
            streams: Streams {
                pages_bytes: options.streams.pages_max_bytes,
                records_bytes: options.streams.records_max_bytes,
                records_age: options.streams.records_max_age,
                replicas: options.streams.stream_replicas,
            },
            ..Self::new(&options.nats_url)
        })
    }
}
