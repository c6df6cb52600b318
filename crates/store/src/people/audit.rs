//! Who changed what.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{Error, Store};

/// A change, about to be written down. Never carries a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Who, by id; none for nobody who is known.
    pub user_id: Option<Uuid>,
    /// Who, by name.
    pub who: String,
    /// `session`, `token` and its name, or nothing.
    pub via: String,
    /// What was done, such as `user.disable`.
    pub action: &'static str,
    /// To what.
    pub subject: String,
    /// More about it.
    pub detail: String,
    /// The address it was asked from.
    pub address: String,
    /// The request.
    pub correlation_id: Uuid,
}

/// A change that was written down.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    /// Its number: later ones are higher.
    pub id: i64,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    /// When.
    pub at: Timestamp,
    /// Who, by id.
    pub user_id: Option<Uuid>,
    /// Who, by the name of that time.
    pub who: String,
    /// `session`, `token` and its name, or nothing.
    pub via: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
    /// More about it.
    pub detail: String,
    /// The address it was asked from.
    pub address: String,
    /// The request.
    pub correlation_id: Uuid,
}

impl Store {
    /// Writes down what has been done elsewhere. What is done in the database is written down by the statement's own transaction.
    pub async fn audit_add(&self, entry: &Entry) -> Result<(), Error> {
        write(&self.pool, entry).await
    }

    /// The newest entries, newest first: those before a number, where one is given.
    pub async fn audit_list(&self, before: Option<i64>, limit: i64) -> Result<Vec<Row>, Error> {
        Ok(sqlx::query_as(
            "SELECT id, at, user_id, who, via, action, subject, detail, address, correlation_id
             FROM auth.audit
             WHERE id < $1
             ORDER BY id DESC
             LIMIT $2",
        )
        .bind(before.unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(&self.pool)
        .await?)
    }
}

/// Writes an entry, in the transaction of what it tells of.
pub(crate) async fn write(executor: impl PgExecutor<'_>, entry: &Entry) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO auth.audit (at, user_id, who, via, action, subject, detail, address, correlation_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(entry.at.to_sqlx())
    .bind(entry.user_id)
    .bind(&entry.who)
    .bind(&entry.via)
    .bind(entry.action)
    .bind(&entry.subject)
    .bind(&entry.detail)
    .bind(&entry.address)
    .bind(entry.correlation_id)
    .execute(executor)
    .await?;
    Ok(())
}
