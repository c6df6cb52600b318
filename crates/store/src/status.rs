//! How the sync stands: what the scheduler answers to those who look at it.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use sqlx::{Postgres, Transaction};
use uuid::Uuid;
use wire::{ENTITIES, proto::control::v1::FeedProblem};

use crate::{
    Error, Store,
    feeds::{Feed, ScopesMark},
    gaps::{self, Gaps},
    mapping::Mapping,
};

/// More problems than these are no longer read by anybody.
const MOST_PROBLEMS: i64 = 200;

/// A look at some connections, all of it at one moment.
#[derive(Debug)]
pub struct Look {
    transaction: Transaction<'static, Postgres>,
    connections: Vec<Uuid>,
    now: Timestamp,
}

/// What is summed up over all feeds of an entity.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    /// Rows that are not deleted.
    pub rows: u64,
    /// Records committed by all runs.
    pub records: u64,
    /// Requests made by all ended runs.
    pub requests: u64,
    /// Dead letters.
    pub dead: u64,
    /// Seconds of fetching.
    pub seconds: f64,
}

impl Store {
    /// Looks at these connections.
    pub async fn look(&self, connections: Vec<Uuid>) -> Result<Look, Error> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .execute(&mut *transaction)
            .await?;
        let (now,): (jiff_sqlx::Timestamp,) = sqlx::query_as("SELECT now()")
            .fetch_one(&mut *transaction)
            .await?;
        Ok(Look {
            transaction,
            connections,
            now: now.to_jiff(),
        })
    }
}

impl Look {
    /// When it is.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// A mark of all scopes, to be compared with that of the last time that feeds were made.
    pub async fn scopes_mark(&mut self) -> Result<ScopesMark, Error> {
        crate::feeds::scopes_mark(&mut self.transaction).await
    }

    /// The enabled feeds.
    pub async fn feed_list(&mut self) -> Result<Vec<Feed>, Error> {
        crate::feeds::feed_list(&mut self.transaction, Some(&self.connections)).await
    }

    /// How many gaps each of these detail feeds has.
    pub async fn gap_count(&mut self, feeds: &[&Feed]) -> Result<HashMap<Uuid, Gaps>, Error> {
        gaps::count(&mut self.transaction, feeds).await
    }

    /// The sums of every entity.
    pub async fn sums(&mut self) -> Result<BTreeMap<String, Sums>, Error> {
        let mut sums: BTreeMap<String, Sums> = BTreeMap::new();
        let rows: Vec<(String, i64, i64, i64, f64)> = sqlx::query_as(
            "WITH mine AS (
                 SELECT id, entity FROM sync.feeds WHERE connection_id = ANY ($1)
             ), pages AS (
                 SELECT m.entity, sum(p.created + p.updated + p.unchanged)::bigint AS records
                 FROM sync.pages p JOIN mine m ON m.id = p.feed_id GROUP BY m.entity
             ), runs AS (
                 SELECT m.entity, sum(r.requests)::bigint AS requests, sum(r.elapsed_ms)::float8 / 1000 AS seconds
                 FROM sync.runs r JOIN mine m ON m.id = r.feed_id GROUP BY m.entity
             ), dead AS (
                 SELECT m.entity, count(*) AS dead
                 FROM sync.dead_letters d JOIN mine m ON m.id = d.feed_id GROUP BY m.entity
             )
             SELECT r.entity, coalesce(p.records, 0), r.requests, coalesce(d.dead, 0), r.seconds
             FROM runs r LEFT JOIN pages p USING (entity) LEFT JOIN dead d USING (entity)",
        )
        .bind(&self.connections)
        .fetch_all(&mut *self.transaction)
        .await?;
        for (entity, records, requests, dead, seconds) in rows {
            let sum = sums.entry(entity).or_default();
            sum.records = records.unsigned_abs();
            sum.requests = requests.unsigned_abs();
            sum.dead = dead.unsigned_abs();
            sum.seconds = seconds;
        }
        self.count_rows(&mut sums).await?;
        Ok(sums)
    }

    async fn count_rows(&mut self, sums: &mut BTreeMap<String, Sums>) -> Result<(), Error> {
        let organizations: Vec<(Uuid,)> = sqlx::query_as(
            "SELECT DISTINCT organization_id FROM sync.connection_organizations WHERE connection_id = ANY ($1)",
        )
        .bind(&self.connections)
        .fetch_all(&mut *self.transaction)
        .await?;
        for (organization,) in organizations {
            for entity in ENTITIES {
                let (rows,): (i64,) = sqlx::query_as(Mapping::of(entity).sql.count)
                    .bind(organization)
                    .fetch_one(&mut *self.transaction)
                    .await?;
                sums.entry(entity.name.to_owned()).or_default().rows += rows.unsigned_abs();
            }
        }
        Ok(())
    }

    /// What is not complete, and why: feeds, and connections and organizations that are not read at all.
    pub async fn problems(&mut self) -> Result<Vec<FeedProblem>, Error> {
        let rows: Vec<ProblemRow> = sqlx::query_as(
            "SELECT c.name AS connection, '' AS organization, '' AS project, '' AS repository, '' AS entity,
                    'failed' AS status, CASE c.reason WHEN '' THEN c.state ELSE c.reason END AS reason,
                    CASE c.state WHEN 'paused' THEN 'It is paused: resume it to have it read.' ELSE c.explanation END
                        AS explanation
             FROM sync.connections c
             WHERE c.id = ANY ($1) AND c.state <> 'active'
             UNION ALL
             SELECT c.name AS connection, o.name AS organization, '' AS project, '' AS repository, '' AS entity,
                    'failed' AS status, o.state AS reason, o.explanation
             FROM sync.connection_organizations o JOIN sync.connections c ON c.id = o.connection_id
             WHERE o.connection_id = ANY ($1) AND o.state <> 'active'
             UNION ALL
             (SELECT c.name, coalesce(o.name, ''), coalesce(p.name, ''), coalesce(s.name, ''), f.entity, f.status, f.reason,
                     f.explanation
              FROM sync.feeds f
              JOIN sync.connections c ON c.id = f.connection_id
              LEFT JOIN sync.connection_organizations o
                  ON o.connection_id = f.connection_id AND o.organization_id = f.organization_id
              LEFT JOIN sync.scopes p
                  ON p.connection_id = f.connection_id AND p.organization_id = f.organization_id AND p.id = f.project_id
              LEFT JOIN sync.scopes s
                  ON s.connection_id = f.connection_id AND s.organization_id = f.organization_id AND s.id = f.repository_id
              WHERE f.connection_id = ANY ($1) AND f.enabled AND f.status IN ('partial', 'failed')
              ORDER BY f.status, f.domain, f.entity, p.name, s.name
              LIMIT $2)",
        )
        .bind(&self.connections)
        .bind(MOST_PROBLEMS)
        .fetch_all(&mut *self.transaction)
        .await?;
        Ok(rows.into_iter().map(ProblemRow::problem).collect())
    }
}

#[derive(sqlx::FromRow)]
struct ProblemRow {
    connection: String,
    organization: String,
    project: String,
    repository: String,
    entity: String,
    status: String,
    reason: String,
    explanation: String,
}

impl ProblemRow {
    fn problem(self) -> FeedProblem {
        FeedProblem {
            connection: self.connection,
            organization: self.organization,
            project: self.project,
            repository: self.repository,
            entity: self.entity,
            status: self.status,
            reason: self.reason,
            explanation: self.explanation,
        }
    }
}
