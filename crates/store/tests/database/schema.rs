//! The schema as people find it.

use crate::server::Database;

#[tokio::test]
async fn every_table_view_and_column_says_what_it_holds() {
    let database = Database::new().await;
    let silent: Vec<String> = sqlx::query_scalar(
        "SELECT c.oid::regclass::text || coalesce('.' || a.attname, '')
         FROM pg_class AS c
         JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname IN ('auth', 'sync', 'ado', 'insights')
         LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind = 'r'
         WHERE c.relkind IN ('r', 'v')
             AND (obj_description(c.oid, 'pg_class') IS NULL
                 OR a.attnum IS NOT NULL AND col_description(c.oid, a.attnum) IS NULL)",
    )
    .fetch_all(&database.pool)
    .await
    .unwrap();
    assert_eq!(silent, Vec::<String>::new());
}

#[tokio::test]
async fn the_views_answer() {
    let database = Database::new().await;
    for sql in [
        "SELECT count(*) FROM ado.areas",
        "SELECT count(*) FROM ado.iterations",
        "SELECT count(description) FROM insights.pull_requests",
    ] {
        let count: i64 = sqlx::query_scalar(sql)
            .fetch_one(&database.pool)
            .await
            .unwrap();
        assert_eq!(count, 0);
    }
}

#[tokio::test]
async fn a_cut_description_is_shown_whole_until_it_is_replaced() {
    let database = Database::new().await;
    let long = "x".repeat(300) + "🦊 and more";
    let cut = "x".repeat(300) + "\u{FFFD}";
    for (id, description) in [(1, cut.as_str()), (2, "short"), (3, &"y".repeat(400))] {
        for sql in [
            "INSERT INTO ado.pull_requests (organization_id, pull_request_id, description, is_draft,
                 supports_iterations, content_hash, version, observed_at)
             VALUES ('00000000-0000-0000-0000-000000000001', $1, $2, false, false, 0, 0, now())",
            "INSERT INTO ado.pull_request_descriptions (organization_id, pull_request_id, description,
                 content_hash, version, observed_at)
             VALUES ('00000000-0000-0000-0000-000000000001', $1, $3, 0, 0, now())",
        ] {
            sqlx::query(sql)
                .bind(i64::from(id))
                .bind(description)
                .bind(&long)
                .execute(&database.pool)
                .await
                .unwrap();
        }
    }
    let shown: Vec<String> = sqlx::query_scalar(
        "SELECT description FROM insights.pull_requests ORDER BY pull_request_id",
    )
    .fetch_all(&database.pool)
    .await
    .unwrap();
    assert_eq!(shown, [long, "short".to_owned(), "y".repeat(400)]);
}
