//! How access tokens are renewed, and how grants die.

use serde_json::json;

use crate::house::House;

const REFRESH: &str = "refresh_token";
const TOKEN_PAGE: &str = "/oauth2/v2.0/token";

/// Makes the shared token due.
async fn due(house: &House) {
    house
        .sql("UPDATE auth.grants SET refresh_at = now() - interval '1 second'")
        .await;
}

#[tokio::test]
async fn a_token_is_kept_until_three_quarters_of_its_life_are_over() {
    let house = House::new().await;
    let connection = house.add_signed_in("Work").await;
    let feed = house.feed(connection).await;
    let first = house.vended(connection, feed).await;
    assert_eq!(first.scheme, "Bearer");
    assert!(house.is_taken(&first).await);
    let asked = house.asked(REFRESH).await;
    for _ in 0..3 {
        let again = house.vended(connection, feed).await;
        assert_eq!(again.credentials, first.credentials);
    }
    assert_eq!(house.asked(REFRESH).await, asked);
    let share = house
        .sql(
            "SELECT extract(epoch FROM refresh_at - granted_at) / extract(epoch FROM expires_at - granted_at) FROM auth.grants",
        )
        .await;
    let share: f64 = share.parse().unwrap();
    assert!((0.70..=0.80).contains(&share), "{share}");
    due(&house).await;
    let second = house.vended(connection, feed).await;
    assert_ne!(second.credentials, first.credentials);
    assert_eq!(house.asked(REFRESH).await, asked + 1);
}

#[tokio::test]
async fn an_old_refresh_token_gives_way_only_to_a_new_one_that_is_stored() {
    let house = House::new().await;
    let connection = house.add_signed_in("Work").await;
    let feed = house.feed(connection).await;
    let sealed = "SELECT md5(sealed) FROM auth.secrets WHERE name = 'refresh_token'";
    let before = house.sql(sealed).await;
    house.vended(connection, feed).await;
    let after = house.sql(sealed).await;
    assert_ne!(before, after);
    // What Microsoft gives cannot be stored: it is not used either, and the old one still works.
    house
        .sql("ALTER TABLE auth.secrets ADD CONSTRAINT no_new CHECK (sealed_at < now() - interval '1 second') NOT VALID")
        .await;
    due(&house).await;
    house.token(connection, feed, None).await.unwrap_err();
    house
        .sql("ALTER TABLE auth.secrets DROP CONSTRAINT no_new")
        .await;
    assert_eq!(house.sql(sealed).await, after);
    let reply = house.vended(connection, feed).await;
    assert!(house.is_taken(&reply).await);
    assert_eq!(house.state(connection).await, "active");
}

#[tokio::test]
async fn an_auth_that_dies_while_microsoft_answers_costs_nothing() {
    let mut house = House::new().await;
    let connection = house.add_signed_in("Work").await;
    let feed = house.feed(connection).await;
    house.start(auth::Keys::default()).await;
    // Both hang: whichever is asked dies with its answer on the way.
    house
        .fault(
            TOKEN_PAGE,
            json!({ "kind": "delay", "milliseconds": 5_000 }),
        )
        .await;
    let asking = house.token(connection, feed, None);
    let lock = "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                WHERE c.relname = 'grants' AND l.mode = 'RowShareLock'";
    let is_asked = format!("SELECT (({lock}) > 0)::text");
    tokio::select! {
        _ = asking => panic!("it cannot have been answered"),
        () = house.until(&is_asked, "true") => {}
    }
    house.kill(0).await;
    house.kill(0).await;
    house.no_faults().await;
    house.start(auth::Keys::default()).await;
    let reply = house.vended(connection, feed).await;
    assert!(house.is_taken(&reply).await);
    assert_eq!(house.state(connection).await, "active");
}

#[tokio::test]
async fn what_passes_at_microsoft_never_kills_a_grant() {
    let house = House::new().await;
    let connection = house.add_signed_in("Work").await;
    let feed = house.feed(connection).await;
    let first = house.vended(connection, feed).await;
    for status in [500, 503, 429] {
        house
            .fault(
                TOKEN_PAGE,
                json!({ "kind": "status", "status": status, "body": "no" }),
            )
            .await;
        due(&house).await;
        // The old one is good for a while yet.
        let still = house.vended(connection, feed).await;
        assert_eq!(still.credentials, first.credentials, "{status}");
        house.sql("UPDATE auth.grants SET expires_at = now()").await;
        let error = house.token(connection, feed, None).await.unwrap_err();
        assert!(matches!(error, bus::Error::Refused { .. }), "{error}");
        assert_eq!(house.state(connection).await, "active");
        house
            .sql("UPDATE auth.grants SET expires_at = now() + interval '30 minutes'")
            .await;
        house.no_faults().await;
    }
    house.vended(connection, feed).await;
}

#[tokio::test]
async fn a_dead_grant_is_told_once_with_the_remedy_and_tried_no_more_for_an_hour() {
    let house = House::new().await;
    let connection = house.add_signed_in("Work").await;
    let feed = house.feed(connection).await;
    house.vended(connection, feed).await;
    house
        .change(json!({ "kind": "revoke_grants", "user": "reader" }))
        .await;
    due(&house).await;
    let asked = house.asked(REFRESH).await;
    for _ in 0..5 {
        let reply = house.token(connection, feed, None).await.unwrap();
        assert!(reply.credentials.is_empty());
        assert!(reply.error.contains("AADSTS50173"), "{}", reply.error);
    }
    assert_eq!(house.asked(REFRESH).await, asked + 1);
    assert!(
        house.state(connection).await.starts_with("needs_sign_in "),
        "{}",
        house.state(connection).await
    );
    let told = "SELECT count(*) FROM auth.audit WHERE action = 'connection.needs_sign_in'";
    assert_eq!(house.sql(told).await, "1");
    let shown = house.get("connections/work").await;
    assert!(
        !shown["problem"]["remedy"].as_str().unwrap().is_empty(),
        "{shown}"
    );
    let until = "SELECT round(extract(epoch FROM next_try_at - now()) / 60) FROM auth.connections";
    let minutes: i32 = house.sql(until).await.parse().unwrap();
    assert!((58..=60).contains(&minutes), "{minutes}");
    // Its jobs stop.
    let tick = house.store.tick().await.unwrap();
    let feeds = tick.unwrap().feed_list().await.unwrap();
    assert_eq!(feeds, []);
}

#[tokio::test]
async fn a_grant_that_lives_again_is_found_out_within_the_hour() {
    let house = House::new().await;
    let connection = house.add_signed_in("Work").await;
    let feed = house.feed(connection).await;
    house
        .change(json!({ "kind": "block_by_policy", "user": "reader" }))
        .await;
    let reply = house.token(connection, feed, None).await.unwrap();
    assert!(reply.error.contains("AADSTS53003"), "{}", reply.error);
    assert_eq!(
        house.state(connection).await,
        "needs_sign_in conditional_access"
    );
    house
        .change(json!({ "kind": "unblock_by_policy", "user": "reader" }))
        .await;
    let reply = house.token(connection, feed, None).await.unwrap();
    assert!(!reply.error.is_empty(), "the hour is not over");
    house
        .sql("UPDATE auth.connections SET next_try_at = now()")
        .await;
    house
        .until("SELECT state FROM auth.connections", "active")
        .await;
    house.vended(connection, feed).await;
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_proven_before_its_grant_is_called_dead() {
    let house = House::new().await;
    let connection = house.add_signed_in("Work").await;
    let feed = house.feed(connection).await;
    let first = house.vended(connection, feed).await;
    let asked = house.asked(REFRESH).await;
    let ask = async |refused: &str| house.token(connection, feed, Some(refused)).await.unwrap();
    let second = ask(&first.token_id).await;
    assert_ne!(second.credentials, first.credentials);
    // Another run was refused with the first one, too: it is not renewed again for that.
    assert_eq!(ask(&first.token_id).await.credentials, second.credentials);
    assert_eq!(house.asked(REFRESH).await, asked + 1);
    // The fresh one is refused: Azure DevOps takes it elsewhere, so the refusal is about what was asked for.
    let third = ask(&second.token_id).await;
    assert_eq!(third.credentials, second.credentials);
    assert_eq!(house.asked(REFRESH).await, asked + 1);
    assert_eq!(house.state(connection).await, "active");
}

#[tokio::test]
async fn a_token_that_azure_devops_takes_nowhere_is_dead() {
    let house = House::new().await;
    let connection = house.add_signed_in("Work").await;
    let feed = house.feed(connection).await;
    let first = house.vended(connection, feed).await;
    let fault = json!({ "kind": "status", "status": 401 });
    house.fault("/azure-devops/", fault.clone()).await;
    house.fault("/profile/", fault).await;
    let second = house
        .token(connection, feed, Some(&first.token_id))
        .await
        .unwrap();
    assert_eq!(second.error, "");
    let third = house
        .token(connection, feed, Some(&second.token_id))
        .await
        .unwrap();
    assert!(!third.error.is_empty());
    let state = house.state(connection).await;
    assert!(state.starts_with("needs_sign_in "), "{state}");
}

#[tokio::test]
async fn a_personal_access_token_that_is_refused_is_proven_at_once() {
    let house = House::new().await;
    let connection = house.add("Work").await;
    let feed = house.feed(connection).await;
    let first = house.vended(connection, feed).await;
    let again = house
        .token(connection, feed, Some(&first.token_id))
        .await
        .unwrap();
    assert_eq!(again.credentials, first.credentials);
    house
        .fault("/azure-devops/", json!({ "kind": "status", "status": 401 }))
        .await;
    house.sql("UPDATE auth.grants SET proven_at = NULL").await;
    let dead = house
        .token(connection, feed, Some(&first.token_id))
        .await
        .unwrap();
    assert!(!dead.error.is_empty());
    let state = house.state(connection).await;
    assert!(state.starts_with("needs_sign_in "), "{state}");
    // Azure DevOps that is away tells nothing.
    house.no_faults().await;
    house
        .sql("UPDATE auth.connections SET next_try_at = now()")
        .await;
    house
        .until("SELECT state FROM auth.connections", "active")
        .await;
    house
        .fault("/azure-devops/", json!({ "kind": "status", "status": 503 }))
        .await;
    house.sql("UPDATE auth.grants SET proven_at = NULL").await;
    house
        .token(connection, feed, Some(&first.token_id))
        .await
        .unwrap_err();
    assert_eq!(house.state(connection).await, "active");
}
