//! What goes with a connection, and when.

use std::path::Path;

use reqwest::Method;
use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn a_deleted_connection_has_no_secret_at_once_and_is_gone_soon_though_microsoft_is_away() {
    let house = House::new().await;
    let connection = house.add_signed_in("Work").await;
    let feed = house.feed(connection).await;
    house.vended(connection, feed).await;
    house
        .fault("/login/", json!({ "kind": "status", "status": 503 }))
        .await;
    let preview = house.get("connections/work/deletion").await;
    assert_eq!(preview["feeds"], 1);
    assert_eq!(preview["only_here"].as_array().unwrap().len(), 1);
    let (status, deleted) = house.ask(Method::DELETE, "connections/work", None).await;
    assert_eq!(status, 202, "{deleted}");
    assert!(
        !deleted["remains"].as_str().unwrap().is_empty(),
        "{deleted}"
    );
    assert_eq!(house.sql("SELECT count(*) FROM auth.secrets").await, "0");
    let (status, _) = house.ask(Method::GET, "connections/work", None).await;
    assert_eq!(status, 404);
    let (status, _) = house.ask(Method::DELETE, "connections/work", None).await;
    assert_eq!(status, 404);
    house
        .until("SELECT count(*) FROM auth.connections", "0")
        .await;
    assert_eq!(house.sql("SELECT count(*) FROM sync.feeds").await, "0");
}

#[tokio::test]
async fn rows_stay_unless_they_are_to_go_and_nobody_else_has_them() {
    let house = House::new().await;
    let organization = house.organization().await;
    let rows = "SELECT count(*) FROM ado.teams";
    house
        .sql(&format!(
            "INSERT INTO ado.teams (organization_id, id, content_hash, version, observed_at)
             SELECT '{organization}', gen_random_uuid(), 0, 0, now() FROM generate_series(1, 50) AS n"
        ))
        .await;
    let gone = async |name: &str, rows: &str| {
        let path = format!("connections/{name}?rows={rows}");
        let (status, body) = house.ask(Method::DELETE, &path, None).await;
        assert_eq!(status, 202, "{body}");
        let left = format!("SELECT count(*) FROM auth.connections WHERE name = '{name}'");
        house.until(&left, "0").await;
    };
    house.add("one").await;
    house.add("two").await;
    gone("one", "purge").await;
    assert_eq!(house.sql(rows).await, "50");
    house.add("three").await;
    gone("two", "keep").await;
    assert_eq!(house.sql(rows).await, "50");
    gone("three", "purge").await;
    assert_eq!(house.sql(rows).await, "0");
}

#[tokio::test]
async fn a_deletion_goes_on_where_another_auth_left_it() {
    let mut house = House::new().await;
    let connection = house.add("Work").await;
    house.feed(connection).await;
    let other = house.add("Play").await;
    house.stop().await;
    house
        .sql(&format!(
            "UPDATE auth.connections SET state = 'deleting', purge = true WHERE id = '{connection}'"
        ))
        .await;
    house.start(auth::Keys::default()).await;
    house
        .until(
            "SELECT string_agg(id::text, '') FROM auth.connections",
            &other.to_string(),
        )
        .await;
}

#[tokio::test]
async fn no_secret_is_in_the_files_of_the_database_or_of_nats() {
    let mut house = House::new().await;
    house.add("findable-name").await;
    let connection = house.add_signed_in("Signed in").await;
    let feed = house.feed(connection).await;
    let vended = house.vended(connection, feed).await;
    let pat = house.pat("reader").await;
    house.sql("CHECKPOINT").await;
    house.stop().await;
    house.postgres.stop().await.unwrap();
    let files = house.directory.path();
    assert!(occurs(&files.join("postgres"), b"findable-name"));
    for secret in [pat.as_bytes(), vended.credentials.as_bytes()] {
        assert!(!occurs(files, secret));
    }
}

fn occurs(folder: &Path, needle: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return occurs(&path, needle);
        }
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(needle.len()).any(|window| window == needle)
    })
}
