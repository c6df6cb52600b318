//! Migrating.

use store::{Error, Store};

use crate::server::Database;

#[tokio::test]
async fn many_may_migrate_at_once_and_again() {
    let database = Database::empty().await;
    let other = Store::connect(&database.url, "other", 1).await.unwrap();
    let (one, two) = tokio::join!(database.store.migrate(), other.migrate());
    one.unwrap();
    two.unwrap();
    database.store.migrate().await.unwrap();
}

#[tokio::test]
async fn a_database_newer_than_the_program_is_refused() {
    let database = Database::new().await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of the future', true, '', 0)",
    )
    .execute(&database.pool)
    .await
    .unwrap();
    let error = database.store.migrate().await.unwrap_err();
    assert!(matches!(error, Error::Newer(9999)), "{error:?}");
    assert!(error.to_string().contains("newer than this program"));
}
