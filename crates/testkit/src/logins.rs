//! Who each service is, on NATS and in PostgreSQL: with the rights of production and no others.

use bus::Rights;
use local::{Logins, Nats, NatsOptions, Postgres};
use store::Store;
use uuid::Uuid;

/// A user of the tests' own, who may do anything.
pub(crate) const TEST: &str = "test";
/// The user of `deploy/nats/subscriber.conf`.
pub const SUBSCRIBER: &str = "subscriber";

/// A random password for each user of `deploy/nats/permissions.conf`, for a subscriber, and for the tests' own.
pub fn nats_logins() -> anyhow::Result<Logins> {
    let users = Rights::table()
        .users()
        .iter()
        .map(|user| user.name.as_str());
    Ok(Logins::random(users.chain([SUBSCRIBER, TEST]))?)
}

/// A private nats-server with these logins, and the permissions of production. The subscriber sees this organization.
pub fn nats_options(logins: &Logins, organization: Uuid) -> NatsOptions {
    NatsOptions {
        extra: bus::accounts(&permissions(organization), logins.all()),
        ..NatsOptions::default()
    }
}

/// The permissions of all users, with a subscriber who sees this organization.
pub fn permissions(organization: Uuid) -> String {
    let subscriber = bus::SUBSCRIBER.replace(&Uuid::nil().to_string(), &organization.to_string());
    format!("{}\n{subscriber}", bus::PERMISSIONS)
}

/// How a user connects.
pub fn nats_login(nats: &Nats, logins: &Logins, user: &str) -> anyhow::Result<bus::Options> {
    Ok(bus::Options {
        login: bus::Login::Password {
            user: user.to_owned(),
            password: logins.password(user)?.into(),
        },
        ..bus::Options::new(nats.url())
    })
}

/// Makes the roles of `deploy/postgres/roles.sql` in a database, lets each log in, and migrates it as the one who may.
pub async fn postgres_logins(postgres: &Postgres, database: &str) -> anyhow::Result<Logins> {
    postgres.sql(database, store::ROLES).await?;
    let logins = postgres
        .log_in(store::LOGINS.into_iter().chain([store::READER]))
        .await?;
    let url = postgres.url_as(&logins, store::MIGRATOR, database)?;
    let store = Store::connect(&url, store::MIGRATOR, 1).await?;
    store.migrate().await?;
    store.close().await;
    Ok(logins)
}

/// What a service is told of its servers: its own user, and its own role if it knows the database.
pub fn servers(
    service: &str,
    nats: (&Nats, &Logins),
    postgres: (&Postgres, &Logins),
    database: &str,
) -> anyhow::Result<Vec<(String, String)>> {
    let mut told = vec![
        ("NATS_URL".to_owned(), nats.0.url()),
        ("NATS_USER".to_owned(), service.to_owned()),
        (
            "NATS_PASSWORD".to_owned(),
            nats.1.password(service)?.to_owned(),
        ),
    ];
    if let Some(role) = store::role_of(service) {
        let url = postgres.0.url_as(postgres.1, role, database)?;
        told.push(("DATABASE_URL".to_owned(), url));
    }
    Ok(told)
}
