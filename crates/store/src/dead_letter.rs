//! Dead letters: what could not be stored, byte for byte.

use sqlx::PgConnection;
use uuid::Uuid;
use wire::Envelope;

use crate::{Error, Store, clean};

/// What could not be stored, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeadLetter {
    /// Feed, when known.
    pub feed: Option<Uuid>,
    /// Number of the run, when known.
    pub epoch: Option<i64>,
    /// Number of the page, when known.
    pub page: Option<i64>,
    /// Entity name; empty when the message did not say.
    pub entity: String,
    /// Key of the record, when known.
    pub key: String,
    /// Why.
    pub reason: String,
    /// The bytes.
    pub raw: Vec<u8>,
}

impl DeadLetter {
    pub(crate) fn of(envelope: &Envelope, key: String, reason: String, raw: Vec<u8>) -> Self {
        Self {
            feed: Some(envelope.feed),
            epoch: Some(envelope.epoch),
            page: Some(envelope.page),
            entity: envelope.entity.name.to_owned(),
            key,
            reason,
            raw,
        }
    }
}

impl Store {
    /// Keeps what cannot even be taken for a page.
    pub async fn dead_letter_add(&self, letter: &DeadLetter) -> Result<(), Error> {
        let mut connection = self.pool.acquire().await?;
        add(&mut connection, std::slice::from_ref(letter)).await
    }

    /// The newest dead letters of an entity, or of all when it is empty.
    pub async fn dead_letter_list(
        &self,
        entity: &str,
        most: i64,
    ) -> Result<Vec<DeadLetter>, Error> {
        type Line = (
            Option<Uuid>,
            Option<i64>,
            Option<i64>,
            String,
            String,
            String,
            Vec<u8>,
        );
        let lines: Vec<Line> = sqlx::query_as(
            "SELECT feed_id, epoch, page, entity, key, reason, raw FROM sync.dead_letters
             WHERE $1 IN ('', entity) ORDER BY id DESC LIMIT $2",
        )
        .bind(entity)
        .bind(most)
        .fetch_all(&self.pool)
        .await?;
        let letter = |(feed, epoch, page, entity, key, reason, raw)| DeadLetter {
            feed,
            epoch,
            page,
            entity,
            key,
            reason,
            raw,
        };
        Ok(lines.into_iter().map(letter).collect())
    }
}

/// Inserts letters one by one: they are few, and may be large.
pub(crate) async fn add(
    connection: &mut PgConnection,
    letters: &[DeadLetter],
) -> Result<(), Error> {
    for letter in letters {
        sqlx::query(
            "INSERT INTO sync.dead_letters (feed_id, epoch, page, entity, key, reason, raw)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(letter.feed)
        .bind(letter.epoch)
        .bind(letter.page)
        .bind(clean::text(&letter.entity))
        .bind(clean::text(&letter.key))
        .bind(clean::text(&letter.reason))
        .bind(&letter.raw)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
