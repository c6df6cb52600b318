//! How users come to be: set up, invited, or vouched for.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgConnection, PgExecutor};

use super::user::{UserRow, any_administrator, lock};
use super::{Hash, NewUser, Role, User, Way, audit};
use crate::{Error, Store};

impl Store {
    /// Sets up the first administrator by a link, and ends all such links. False: the link is not good, or somebody was
    /// faster.
    pub async fn user_set_up(
        &self,
        link: &Hash,
        new: &NewUser<'_>,
        password_hash: &str,
        entry: &audit::Entry,
    ) -> Result<bool, Error> {
        let mut transaction = self.pool.begin().await?;
        lock(&mut transaction).await?;
        let taken = sqlx::query(
            "DELETE FROM auth.links WHERE token_hash = $1 AND user_id IS NULL AND expires_at > $2",
        )
        .bind(link.as_slice())
        .bind(new.created_at.to_sqlx())
        .execute(&mut *transaction)
        .await?;
        if taken.rows_affected() == 0 || any_administrator(&mut transaction).await? {
            return Ok(false);
        }
        if !add(&mut *transaction, new, Some(password_hash), None).await? {
            return Ok(false);
        }
        end_setup(&mut transaction).await?;
        audit::write(&mut *transaction, entry).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Adds a user who chooses a password by a link. False: the name is taken.
    pub async fn user_invite(
        &self,
        new: &NewUser<'_>,
        link: &Hash,
        expires: Timestamp,
        entry: &audit::Entry,
    ) -> Result<bool, Error> {
        let mut transaction = self.pool.begin().await?;
        if !add(&mut *transaction, new, None, None).await? {
            return Ok(false);
        }
        sqlx::query("INSERT INTO auth.links (token_hash, user_id, expires_at) VALUES ($1, $2, $3)")
            .bind(link.as_slice())
            .bind(new.id)
            .bind(expires.to_sqlx())
            .execute(&mut *transaction)
            .await?;
        audit::write(&mut *transaction, entry).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The user whom an issuer vouches for, added when they come for the first time. None: the name is taken.
    pub async fn user_vouched(
        &self,
        issuer: &str,
        subject: &str,
        new: &NewUser<'_>,
        entry: &audit::Entry,
    ) -> Result<Option<User>, Error> {
        let mut transaction = self.pool.begin().await?;
        lock(&mut transaction).await?;
        let known: Option<UserRow> = sqlx::query_as(
            "SELECT id, name, role, password_hash IS NOT NULL AS has_password, issuer, created_at, signed_in_at, disabled_at
             FROM auth.users WHERE issuer = $1 AND subject = $2",
        )
        .bind(issuer)
        .bind(subject)
        .fetch_optional(&mut *transaction)
        .await?;
        let mut user = if let Some(known) = known {
            known.user()
        } else {
            if !add(&mut *transaction, new, None, Some((issuer, subject))).await? {
                return Ok(None);
            }
            audit::write(&mut *transaction, entry).await?;
            User {
                id: new.id,
                name: new.name.to_owned(),
                role: new.role,
                way: Way::OpenId,
                created_at: new.created_at,
                signed_in_at: None,
                disabled_at: None,
            }
        };
        if new.role > user.role {
            sqlx::query("UPDATE auth.users SET role = $2 WHERE id = $1")
                .bind(user.id)
                .bind(new.role.as_str())
                .execute(&mut *transaction)
                .await?;
            audit::write(&mut *transaction, entry).await?;
            user.role = new.role;
        }
        if user.role == Role::Administrator {
            end_setup(&mut transaction).await?;
        }
        transaction.commit().await?;
        Ok(Some(user))
    }
}

async fn end_setup(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query("DELETE FROM auth.links WHERE user_id IS NULL")
        .execute(connection)
        .await?;
    Ok(())
}

async fn add(
    executor: impl PgExecutor<'_>,
    new: &NewUser<'_>,
    password_hash: Option<&str>,
    vouched: Option<(&str, &str)>,
) -> Result<bool, Error> {
    let added = sqlx::query(
        "INSERT INTO auth.users (id, name, role, password_hash, issuer, subject, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (lower(name)) DO NOTHING",
    )
    .bind(new.id)
    .bind(new.name)
    .bind(new.role.as_str())
    .bind(password_hash)
    .bind(vouched.map(|(issuer, _)| issuer))
    .bind(vouched.map(|(_, subject)| subject))
    .bind(new.created_at.to_sqlx())
    .execute(executor)
    .await?;
    Ok(added.rows_affected() == 1)
}
