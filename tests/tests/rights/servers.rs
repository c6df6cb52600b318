//! A private nats-server and PostgreSQL with the logins of production, and no services.

use std::path::{Path, PathBuf};

use local::{Logins, Nats, Postgres, PostgresOptions, Tools};
use testkit::logins;
use uuid::Uuid;

use super::raw::Raw;

/// What the subscriber may see.
pub(crate) const ORGANIZATION: Uuid = Uuid::from_u128(0xc0);
/// A database.
pub(crate) const DATABASE: &str = "adit";

/// A directory that is gone when the test is over.
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let name = format!("rights-{}", Uuid::new_v4().simple());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn of(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn tools() -> Tools {
    Tools::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools"))
}

/// A nats-server with all users.
pub(crate) struct Server {
    pub(crate) nats: Nats,
    pub(crate) logins: Logins,
    _place: Place,
}

impl Server {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let place = Place::new()?;
        let logins = logins::nats_logins()?;
        let options = logins::nats_options(&logins, ORGANIZATION);
        Ok(Self {
            nats: Nats::start(&tools(), &place.of("nats"), options).await?,
            logins,
            _place: place,
        })
    }

    /// A client with the login of a user.
    pub(crate) async fn raw(&self, user: &str) -> anyhow::Result<Raw> {
        raw(&self.nats, &self.logins, user).await
    }
}

pub(crate) async fn raw(nats: &Nats, logins: &Logins, user: &str) -> anyhow::Result<Raw> {
    let login = Some((user, logins.password(user)?));
    let connected = Raw::connect(nats.port(), login).await?;
    connected.map_err(anyhow::Error::msg)
}

/// A PostgreSQL with an empty database.
pub(crate) async fn postgres() -> anyhow::Result<(Postgres, Place)> {
    let place = Place::new()?;
    let options = PostgresOptions {
        fast: true,
        ephemeral: true,
        ..PostgresOptions::default()
    };
    let postgres = Postgres::start(&tools(), &place.of("postgres"), options).await?;
    postgres.create_database(DATABASE).await?;
    Ok((postgres, place))
}
