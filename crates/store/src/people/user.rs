//! Who may sign in.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Hash, Role, audit};
use crate::{Error, Store};

/// A user. Never carries the password's hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// How they sign in.
    pub way: Way,
    /// When they were added.
    pub created_at: Timestamp,
    /// When they last signed in.
    pub signed_in_at: Option<Timestamp>,
    /// Since when they may not sign in.
    pub disabled_at: Option<Timestamp>,
}

/// How a user signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// They were invited and have not chosen a password.
    Invited,
    /// By password.
    Password,
    /// By OpenID Connect.
    OpenId,
}

/// A user to be added.
#[derive(Clone, Copy, Debug)]
pub struct NewUser<'a> {
    /// Their id.
    pub id: Uuid,
    /// Their name.
    pub name: &'a str,
    /// What they may do.
    pub role: Role,
    /// Now.
    pub created_at: Timestamp,
}

/// What became of a change to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was made.
    Made,
    /// There is no such user.
    NoUser,
    /// It would leave nobody who can administer.
    LastAdministrator,
}

#[derive(sqlx::FromRow)]
pub(super) struct UserRow {
    id: Uuid,
    name: String,
    role: String,
    has_password: bool,
    issuer: Option<String>,
    created_at: jiff_sqlx::Timestamp,
    signed_in_at: Option<jiff_sqlx::Timestamp>,
    disabled_at: Option<jiff_sqlx::Timestamp>,
}

/// Changes that must leave an administrator, and the setup of the first one, go one at a time.
const ADMINISTRATORS: i64 = 0x6164_6974_0001;

impl Store {
    /// Whether there is an administrator who can sign in.
    pub async fn user_is_administered(&self) -> Result<bool, Error> {
        Ok(
            sqlx::query_scalar("SELECT EXISTS (SELECT FROM auth.administrators)")
                .fetch_one(&self.pool)
                .await?,
        )
    }

    /// All users, by name.
    pub async fn user_list(&self) -> Result<Vec<User>, Error> {
        let rows: Vec<UserRow> = sqlx::query_as(
            "SELECT id, name, role, password_hash IS NOT NULL AS has_password, issuer, created_at, signed_in_at, disabled_at
             FROM auth.users ORDER BY lower(name)",
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(UserRow::user).collect())
    }

    /// The user of this id.
    pub async fn user_get(&self, id: Uuid) -> Result<Option<User>, Error> {
        let row: Option<UserRow> = sqlx::query_as(
            "SELECT id, name, role, password_hash IS NOT NULL AS has_password, issuer, created_at, signed_in_at, disabled_at
             FROM auth.users WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(UserRow::user))
    }

    /// Id and password hash of the user of this name, unless they may not sign in by password.
    pub async fn user_password(&self, name: &str) -> Result<Option<(Uuid, String)>, Error> {
        Ok(sqlx::query_as(
            "SELECT id, password_hash FROM auth.users
             WHERE lower(name) = lower($1) AND password_hash IS NOT NULL AND disabled_at IS NULL",
        )
        .bind(name)
        .fetch_optional(&self.pool)
        .await?)
    }

    /// Sets a password by a link, which ends with it, as do the user's sessions. False: the link is not good.
    pub async fn user_set_password_by_link(
        &self,
        link: &Hash,
        password_hash: &str,
        now: Timestamp,
        entry: &audit::Entry,
    ) -> Result<bool, Error> {
        let mut transaction = self.pool.begin().await?;
        let user: Option<Uuid> = sqlx::query_scalar(
            "DELETE FROM auth.links WHERE token_hash = $1 AND expires_at > $2 AND user_id IN
                (SELECT id FROM auth.users WHERE disabled_at IS NULL AND issuer IS NULL)
             RETURNING user_id",
        )
        .bind(link.as_slice())
        .bind(now.to_sqlx())
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(user) = user else {
            return Ok(false);
        };
        set_password(&mut transaction, user, password_hash, None).await?;
        audit::write(&mut *transaction, entry).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Replaces a password, and ends the user's sessions but one.
    pub async fn user_set_password(
        &self,
        user: Uuid,
        password_hash: &str,
        keep: Option<&Hash>,
        entry: &audit::Entry,
    ) -> Result<(), Error> {
        let mut transaction = self.pool.begin().await?;
        set_password(&mut transaction, user, password_hash, keep).await?;
        audit::write(&mut *transaction, entry).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Changes what a user may do.
    pub async fn user_set_role(
        &self,
        id: Uuid,
        role: Role,
        entry: &audit::Entry,
    ) -> Result<Change, Error> {
        let mut transaction = self.pool.begin().await?;
        lock(&mut transaction).await?;
        let was_administered = any_administrator(&mut transaction).await?;
        let changed = sqlx::query("UPDATE auth.users SET role = $2 WHERE id = $1")
            .bind(id)
            .bind(role.as_str())
            .execute(&mut *transaction)
            .await?;
        if changed.rows_affected() == 0 {
            return Ok(Change::NoUser);
        }
        if was_administered && !any_administrator(&mut transaction).await? {
            return Ok(Change::LastAdministrator);
        }
        audit::write(&mut *transaction, entry).await?;
        transaction.commit().await?;
        Ok(Change::Made)
    }

    /// Keeps a user from signing in, from now on, and ends their sessions; or lets them in again.
    pub async fn user_disable(
        &self,
        id: Uuid,
        since: Option<Timestamp>,
        entry: &audit::Entry,
    ) -> Result<Change, Error> {
        let mut transaction = self.pool.begin().await?;
        lock(&mut transaction).await?;
        let was_administered = any_administrator(&mut transaction).await?;
        let changed = sqlx::query("UPDATE auth.users SET disabled_at = $2 WHERE id = $1")
            .bind(id)
            .bind(since.map(ToSqlx::to_sqlx))
            .execute(&mut *transaction)
            .await?;
        if changed.rows_affected() == 0 {
            return Ok(Change::NoUser);
        }
        if was_administered && !any_administrator(&mut transaction).await? {
            return Ok(Change::LastAdministrator);
        }
        if since.is_some() {
            sqlx::query("DELETE FROM auth.sessions WHERE user_id = $1")
                .bind(id)
                .execute(&mut *transaction)
                .await?;
        }
        audit::write(&mut *transaction, entry).await?;
        transaction.commit().await?;
        Ok(Change::Made)
    }

    /// Removes a user with their sessions and tokens.
    pub async fn user_remove(&self, id: Uuid, entry: &audit::Entry) -> Result<Change, Error> {
        let mut transaction = self.pool.begin().await?;
        lock(&mut transaction).await?;
        let was_administered = any_administrator(&mut transaction).await?;
        let removed = sqlx::query("DELETE FROM auth.users WHERE id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        if removed.rows_affected() == 0 {
            return Ok(Change::NoUser);
        }
        if was_administered && !any_administrator(&mut transaction).await? {
            return Ok(Change::LastAdministrator);
        }
        audit::write(&mut *transaction, entry).await?;
        transaction.commit().await?;
        Ok(Change::Made)
    }
}

pub(super) async fn lock(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(ADMINISTRATORS)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn any_administrator(connection: &mut PgConnection) -> Result<bool, Error> {
    Ok(
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM auth.administrators)")
            .fetch_one(connection)
            .await?,
    )
}

async fn set_password(
    connection: &mut PgConnection,
    user: Uuid,
    password_hash: &str,
    keep: Option<&Hash>,
) -> Result<(), Error> {
    sqlx::query("UPDATE auth.users SET password_hash = $2 WHERE id = $1 AND issuer IS NULL")
        .bind(user)
        .bind(password_hash)
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM auth.sessions WHERE user_id = $1 AND id_hash IS DISTINCT FROM $2")
        .bind(user)
        .bind(keep.map(Hash::as_slice))
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM auth.links WHERE user_id = $1")
        .bind(user)
        .execute(&mut *connection)
        .await?;
    Ok(())
}

impl UserRow {
    pub(super) fn user(self) -> User {
        let way = match (&self.issuer, self.has_password) {
            (Some(_), _) => Way::OpenId,
            (None, true) => Way::Password,
            (None, false) => Way::Invited,
        };
        User {
            id: self.id,
            name: self.name,
            role: Role::stored(&self.role),
            way,
            created_at: self.created_at.to_jiff(),
            signed_in_at: self.signed_in_at.map(jiff_sqlx::Timestamp::to_jiff),
            disabled_at: self.disabled_at.map(jiff_sqlx::Timestamp::to_jiff),
        }
    }
}
