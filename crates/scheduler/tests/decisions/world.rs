//! A database with one connection to one organization, and what fetchers and the writer would do to it.

use jiff::SignedDuration;
use local::{Postgres, PostgresOptions, Tools};
use scheduler::{Decided, Decider, Order, Settings};
use store::{Store, feeds::PreparedJob};
use uuid::Uuid;

pub(crate) const CONNECTION: Uuid = Uuid::from_u128(1);
pub(crate) const ORGANIZATION: Uuid = Uuid::from_u128(2);
const DATABASE: &str = "adit";

/// A database of a test's own.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) store: Store,
    postgres: Postgres,
}

pub(crate) fn settings() -> Settings {
    Settings {
        cycle: SignedDuration::from_mins(5),
        slow: SignedDuration::from_hours(1),
        adaptive: true,
        lease: SignedDuration::from_mins(1),
        jobs: 100,
    }
}

pub(crate) fn tools() -> Tools {
    Tools::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tools"))
}

impl World {
    pub(crate) async fn new() -> Self {
        let options = PostgresOptions {
            fast: true,
            ephemeral: true,
            ..PostgresOptions::default()
        };
        let directory = format!(
            "{}/../../target/tests/scheduler-{}",
            env!("CARGO_MANIFEST_DIR"),
            Uuid::new_v4().simple()
        );
        let postgres = Postgres::start(&tools(), directory.as_ref(), options)
            .await
            .unwrap();
        postgres.create_database(DATABASE).await.unwrap();
        let store = Store::connect(&postgres.url(DATABASE), "test", 8)
            .await
            .unwrap();
        store.migrate().await.unwrap();
        let world = Self { store, postgres };
        world
            .sql(&format!(
                "INSERT INTO auth.connections (id, name, credential) VALUES ('{CONNECTION}', 'Ore', '{{\"kind\": \"personal_access_token\"}}');
                 INSERT INTO auth.connection_organizations (connection_id, organization_id, name, state)
                 VALUES ('{CONNECTION}', '{ORGANIZATION}', 'quarry', 'active')"
            ))
            .await;
        world
    }

    pub(crate) async fn sql(&self, statement: &str) -> String {
        self.postgres.sql(DATABASE, statement).await.unwrap()
    }

    /// A project that the connection sees.
    pub(crate) async fn project(&self, number: u128) -> Uuid {
        let project = Uuid::from_u128(1000 + number);
        self.sql(&format!(
            "INSERT INTO sync.scopes VALUES
             ('{CONNECTION}', '{ORGANIZATION}', '{project}', 'project', '{project}', 'Pit {number}', true)"
        ))
        .await;
        project
    }

    /// A repository that the connection sees.
    pub(crate) async fn repository(&self, number: u128, project: Uuid) -> Uuid {
        let repository = Uuid::from_u128(2000 + number);
        self.sql(&format!(
            "INSERT INTO sync.scopes VALUES
             ('{CONNECTION}', '{ORGANIZATION}', '{repository}', 'repository', '{project}', 'Seam {number}', true)"
        ))
        .await;
        repository
    }

    pub(crate) fn decider(&self) -> Decider {
        Decider::new(self.store.clone(), settings())
    }

    /// All running runs end completely, as the writer would write it.
    pub(crate) async fn end_runs(&self) {
        self.sql(
            "UPDATE sync.runs r SET ended_at = now(), completeness = 'complete' FROM sync.feeds f
             WHERE f.id = r.feed_id AND f.epoch = r.epoch AND f.running;
             UPDATE sync.feeds SET running = false, ended_at = now(), status = 'complete', complete_at = ordered_at, failures = 0,
                 changed_at = now()
             WHERE running",
        )
        .await;
    }

    /// Rows of finished builds: `count` of them from number `first` on, later numbers finished later.
    pub(crate) async fn builds(&self, project: Uuid, first: u32, count: u32) {
        self.sql(&format!(
            "INSERT INTO ado.builds (organization_id, id, project_id, definition_id, definition_revision, finish_time,
                 last_changed_date, keep_forever, retained_by_release, deleted, content_hash, version, observed_at)
             SELECT '{ORGANIZATION}', n, '{project}', 1, 1, timestamptz '2026-01-01' + n * interval '1 minute',
                 timestamptz '2026-01-02 00:00:00.123456' + n * interval '1 minute', false, false, false, 1, 1, now()
             FROM generate_series({first}, {first} + {count} - 1) AS n"
        ))
        .await;
    }

    /// A pull request, each of whose columns may be given.
    pub(crate) async fn pull_request(
        &self,
        number: u32,
        project: Uuid,
        repository: Uuid,
        columns: &str,
        values: &str,
    ) {
        self.sql(&format!(
            "INSERT INTO ado.pull_requests (organization_id, pull_request_id, repository_id, project_id, is_draft,
                 supports_iterations, content_hash, version, observed_at, {columns})
             VALUES ('{ORGANIZATION}', {number}, '{repository}', '{project}', false, true, {number}, 1, now(), {values})"
        ))
        .await;
    }

    /// The answers to a job's gaps, as the writer would write them.
    pub(crate) async fn answer(&self, job: &PreparedJob, state: &str, not_before: &str) {
        let lines: Vec<String> = job
            .job
            .gaps
            .iter()
            .map(|gap| {
                format!(
                    "('{ORGANIZATION}', '{}', '{}', '{}', '{state}', {not_before})",
                    job.entity.name, gap.key, gap.version
                )
            })
            .collect();
        self.sql(&format!(
            "INSERT INTO sync.details (organization_id, entity, key, version, state, not_before) VALUES {}
             ON CONFLICT (organization_id, entity, key) DO UPDATE
             SET version = excluded.version, state = excluded.state, not_before = excluded.not_before, read_at = now()",
            lines.join(", ")
        ))
        .await;
    }
}

/// Decides, and gives the jobs.
pub(crate) async fn decide(decider: &mut Decider) -> Vec<(PreparedJob, Option<Order>)> {
    match decider.decide().await.unwrap() {
        Decided::Jobs(jobs) => jobs,
        Decided::Busy => panic!("nobody else decides"),
    }
}

/// The jobs of one entity.
pub(crate) fn of<'a>(
    jobs: &'a [(PreparedJob, Option<Order>)],
    entity: &str,
) -> Vec<&'a PreparedJob> {
    jobs.iter()
        .map(|(job, _)| job)
        .filter(|job| job.entity.name == entity)
        .collect()
}

/// The keys of the gaps of a job.
pub(crate) fn keys(job: &PreparedJob) -> Vec<u32> {
    job.job
        .gaps
        .iter()
        .map(|gap| gap.key.parse().unwrap())
        .collect()
}
