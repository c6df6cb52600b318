//! One decision of the scheduler: a transaction that only one scheduler at a time can be in.

use jiff::Timestamp;
use sqlx::{Postgres, Transaction};

use crate::{Error, Store};

/// Key of the advisory lock: `adit` and a number.
const LOCK: i64 = 0x6164_6974_0000_0001;

/// One decision of the scheduler, while no other scheduler decides. Dropped without [`commit`](Self::commit), it leaves nothing.
#[derive(Debug)]
pub struct Tick {
    pub(crate) transaction: Transaction<'static, Postgres>,
    now: Timestamp,
}

impl Store {
    /// Begins a decision; nothing when another scheduler is at it.
    pub async fn tick(&self) -> Result<Option<Tick>, Error> {
        let mut transaction = self.pool.begin().await?;
        let (alone, now): (bool, jiff_sqlx::Timestamp) =
            sqlx::query_as("SELECT pg_try_advisory_xact_lock($1), now()")
                .bind(LOCK)
                .fetch_one(&mut *transaction)
                .await?;
        Ok(alone.then(|| Tick {
            transaction,
            now: now.to_jiff(),
        }))
    }
}

impl Tick {
    /// The time of the decision: the database's, which also stamped all that is decided upon.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Makes all of it so.
    pub async fn commit(self) -> Result<(), Error> {
        Ok(self.transaction.commit().await?)
    }
}
