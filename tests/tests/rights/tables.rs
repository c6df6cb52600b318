//! Each role of PostgreSQL and each table: what it may do with it is what is written here.

use std::{collections::BTreeMap, process::Command};

use anyhow::Context as _;
use store::Store;
use testkit::logins;

use super::servers::{DATABASE, postgres};

const ROLES: [&str; 4] = ["adit_auth", "adit_scheduler", "adit_writer", "adit_reader"];

/// By table, for each of the roles: select, insert, update, delete.
const EXPECTED: &[(&str, [&str; 4])] = &[
    ("auth.audit", ["SI", "", "", ""]),
    ("auth.*", ["SIUD", "", "", ""]),
    ("sync.connection_organizations", ["", "S", "S", ""]),
    ("sync.connections", ["", "S", "S", ""]),
    ("sync.dead_letters", ["", "S", "SI", ""]),
    ("sync.details", ["SUD", "SU", "SIU", ""]),
    ("sync.feeds", ["SUD", "SIU", "SU", ""]),
    ("sync.pages", ["SD", "SD", "SI", ""]),
    ("sync.runs", ["SUD", "SIUD", "SU", ""]),
    ("sync.scopes", ["SD", "S", "SIUD", ""]),
    ("sync.sweep_keys", ["SD", "SD", "SID", ""]),
    // Lists within a record are replaced with it.
    ("ado.work_item_type_states", ["", "S", "SIUD", "S"]),
    ("ado.commit_files", ["", "S", "SIUD", "S"]),
    ("ado.pull_request_reviewers", ["", "S", "SIUD", "S"]),
    ("ado.pull_request_threads", ["", "S", "SIUD", "S"]),
    ("ado.pull_request_comments", ["", "S", "SIUD", "S"]),
    ("ado.timeline_records", ["", "S", "SIUD", "S"]),
    ("ado.changeset_changes", ["", "S", "SIUD", "S"]),
    ("ado.changeset_work_items", ["", "S", "SIUD", "S"]),
    ("ado.changeset_checkin_notes", ["", "S", "SIUD", "S"]),
    ("ado.areas", ["", "S", "S", "S"]),
    ("ado.iterations", ["", "S", "S", "S"]),
    // Records are marked as deleted, and stay.
    ("ado.*", ["", "S", "SIU", "S"]),
    ("insights.*", ["", "", "", "S"]),
    ("public._sqlx_migrations", ["S", "S", "S", ""]),
];

/// A role may do what its right on the table and its right on the schema allow together.
const FOUND: &str = "
    SELECT n.nspname || '.' || c.relname, r.role,
        CASE WHEN has_schema_privilege(r.role, n.oid, 'USAGE') THEN concat(
            CASE WHEN has_table_privilege(r.role, c.oid, 'SELECT') THEN 'S' END,
            CASE WHEN has_table_privilege(r.role, c.oid, 'INSERT') THEN 'I' END,
            CASE WHEN has_table_privilege(r.role, c.oid, 'UPDATE') THEN 'U' END,
            CASE WHEN has_table_privilege(r.role, c.oid, 'DELETE') THEN 'D' END,
            CASE WHEN has_table_privilege(r.role, c.oid, 'TRUNCATE, REFERENCES, TRIGGER') THEN ' and more' END,
            CASE WHEN has_any_column_privilege(r.role, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
                AND NOT has_table_privilege(r.role, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES') THEN ' columns' END)
        END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN unnest(ARRAY['adit_auth', 'adit_scheduler', 'adit_writer', 'adit_reader']) AS r (role)
    WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    ORDER BY 1, 2";

fn expected(table: &str) -> Option<[&'static str; 4]> {
    let (schema, _) = table.split_once('.')?;
    let any = format!("{schema}.*");
    let (_, rights) = EXPECTED
        .iter()
        .find(|(name, _)| *name == table || *name == any)?;
    Some(*rights)
}

#[tokio::test]
async fn each_role_may_do_with_each_table_what_is_expected_and_no_more() -> anyhow::Result<()> {
    let (postgres, _place) = postgres().await?;
    logins::postgres_logins(&postgres, DATABASE).await?;
    let mut found: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for line in postgres.sql(DATABASE, FOUND).await?.lines() {
        let [table, role, rights] = line.splitn(3, '|').collect::<Vec<_>>()[..] else {
            anyhow::bail!("{line}");
        };
        let roles = found.entry(table.to_owned()).or_default();
        roles.insert(role.to_owned(), rights.to_owned());
    }
    assert!(found.len() > 40, "{}", found.len());
    for (table, roles) in &found {
        let expected = expected(table).with_context(|| format!("say who may what with {table}"))?;
        for (role, expected) in ROLES.into_iter().zip(expected) {
            assert_eq!(roles[role], expected, "{role} and {table}");
        }
    }
    for (table, _) in EXPECTED {
        assert!(
            table.ends_with('*') || found.contains_key(*table),
            "there is no {table} any more"
        );
    }
    Ok(())
}

#[tokio::test]
async fn no_role_that_runs_owns_or_makes_anything() -> anyhow::Result<()> {
    let (postgres, _place) = postgres().await?;
    logins::postgres_logins(&postgres, DATABASE).await?;
    for (statement, expected) in [
        (
            "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'adit%'
             AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)",
            "0",
        ),
        (
            "SELECT DISTINCT pg_get_userbyid(c.relowner) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname IN ('auth', 'sync', 'ado', 'insights') OR c.relname = '_sqlx_migrations'",
            "adit_migrator",
        ),
        (
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'adit'",
            "adit_migrator",
        ),
        (
            "SELECT count(*) FROM pg_namespace n CROSS JOIN pg_roles r
             WHERE r.rolname IN ('adit_auth', 'adit_scheduler', 'adit_writer', 'adit_reader')
               AND (has_schema_privilege(r.oid, n.oid, 'CREATE')
                    OR has_database_privilege(r.oid, current_database(), 'CREATE, TEMPORARY'))",
            "0",
        ),
        (
            "SELECT count(*) FROM pg_auth_members m WHERE pg_get_userbyid(m.member) LIKE 'adit%'",
            "0",
        ),
    ] {
        assert_eq!(postgres.sql(DATABASE, statement).await?, expected, "{statement}");
    }
    Ok(())
}

/// As the role itself, by its own login: what the catalogue says is what the server does.
#[tokio::test]
async fn secrets_are_read_by_auth_alone() -> anyhow::Result<()> {
    let (postgres, _place) = postgres().await?;
    let logins = logins::postgres_logins(&postgres, DATABASE).await?;
    let psql = postgres.server().programs.join("psql");
    let ask = |role: &str, statement: &str| -> anyhow::Result<Result<String, String>> {
        let url = postgres.url_as(&logins, role, DATABASE)?;
        let output = Command::new(&psql)
            .args(["--no-psqlrc", "--tuples-only", "--no-align", &url])
            .args(["--command", statement])
            .output()?;
        Ok(if output.status.success() {
            Ok(String::from_utf8(output.stdout)?.trim().to_owned())
        } else {
            Err(String::from_utf8(output.stderr)?)
        })
    };
    for table in [
        "auth.secrets",
        "auth.connections",
        "auth.sessions",
        "auth.tokens",
    ] {
        let count = format!("SELECT count(*) FROM {table}");
        assert_eq!(ask("adit_auth", &count)?, Ok("0".to_owned()), "{table}");
        for role in ["adit_scheduler", "adit_writer", "adit_reader"] {
            let refusal = ask(role, &count)?.expect_err("it was read");
            assert!(
                refusal.contains("permission denied for schema auth"),
                "{refusal}"
            );
        }
    }
    let views = "SELECT count(*) FROM sync.connections";
    assert_eq!(ask("adit_writer", views)?, Ok("0".to_owned()));
    assert!(ask("adit_reader", views)?.is_err());
    let made = ask("adit_writer", "CREATE TABLE ado.mine (id integer)")?;
    assert!(made.is_err_and(|refusal| refusal.contains("permission denied")));
    // What is said to have been done stays said.
    for change in [
        "DELETE FROM auth.audit",
        "UPDATE auth.audit SET who = 'nobody'",
    ] {
        assert!(ask("adit_auth", change)?.is_err(), "{change}");
    }
    // A table of a later migration is read by analysts at once, and by nobody who should not.
    ask(
        "adit_migrator",
        "CREATE TABLE ado.later (id integer); CREATE TABLE auth.later (id integer)",
    )?
    .map_err(anyhow::Error::msg)?;
    let later = "SELECT count(*) FROM ado.later";
    assert_eq!(ask("adit_reader", later)?, Ok("0".to_owned()));
    assert_eq!(ask("adit_writer", later)?, Ok("0".to_owned()));
    assert!(ask("adit_auth", later)?.is_err());
    assert!(ask("adit_writer", "SELECT count(*) FROM auth.later")?.is_err());
    // Others have no business in the database at all.
    let stranger = "CREATE ROLE stranger LOGIN PASSWORD 'x'";
    postgres.sql(DATABASE, stranger).await?;
    let connects = "SELECT has_database_privilege('stranger', current_database(), 'CONNECT')";
    assert_eq!(postgres.sql(DATABASE, connects).await?, "f");
    Ok(())
}

#[tokio::test]
async fn a_service_that_may_not_migrate_says_what_to_run() -> anyhow::Result<()> {
    let (postgres, _place) = postgres().await?;
    postgres.sql(DATABASE, store::ROLES).await?;
    let logins = postgres.log_in(store::LOGINS).await?;
    let url = |role: &str| postgres.url_as(&logins, role, DATABASE);
    let store = Store::connect(&url("adit_writer")?, "test", 1).await?;
    let error = store.check_schema().await.unwrap_err().to_string();
    for expected in ["adit_writer", "adit migrate", "ADIT_MIGRATE_URL"] {
        assert!(error.contains(expected), "{error}");
    }
    assert!(store.migrate().await.is_err());
    // As `adit migrate` does it, and again: nothing changes.
    for _ in 0..2 {
        let output = Command::new(testkit::programs()?.join("adit"))
            .arg("migrate")
            .env("ADIT_MIGRATE_URL", url("adit_migrator")?)
            .output()?;
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    store.check_schema().await?;
    // A service with both does it by itself, and runs as the lesser.
    let (writer, migrator) = (url("adit_writer")?, url("adit_migrator")?);
    let both = Store::connect_migrated(&writer, Some(&migrator), "test", 1).await?;
    both.close().await;
    postgres
        .sql(
            DATABASE,
            "INSERT INTO _sqlx_migrations SELECT 9999, 'later', now(), true, ''::bytea, 0",
        )
        .await?;
    let error = store.check_schema().await.unwrap_err().to_string();
    assert!(error.contains("newer"), "{error}");
    Ok(())
}

/// Where one role did everything, the roles take over what it has made.
#[tokio::test]
async fn the_roles_take_over_what_another_has_made() -> anyhow::Result<()> {
    let (postgres, _place) = postgres().await?;
    let store = Store::connect(&postgres.url(DATABASE), "test", 1).await?;
    store.migrate().await?;
    let logins = logins::postgres_logins(&postgres, DATABASE).await?;
    let owners = "SELECT string_agg(DISTINCT pg_get_userbyid(c.relowner), ' ') FROM pg_class c
                  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('auth', 'sync', 'ado', 'insights')";
    assert_eq!(postgres.sql(DATABASE, owners).await?, "adit_migrator");
    let writer = postgres.url_as(&logins, "adit_writer", DATABASE)?;
    let store = Store::connect(&writer, "test", 1).await?;
    store.check_schema().await?;
    Ok(())
}
