//! Secrets at rest: keys that come, go and are missing.

use auth::Keys;
use chassis::Secret;
use futures::future::join_all;
use serde_json::json;

use crate::house::{House, key, keys, text};

#[tokio::test]
async fn a_new_key_comes_first_and_the_old_one_still_opens() {
    let mut house = House::empty().await;
    let (old, new) = (key("old"), key("new"));
    house.start(keys(&old)).await;
    let first = house.add("First").await;
    house.stop().await;
    house.start(keys(&format!("{new}\n{old}"))).await;
    let second = house.add("Second").await;
    for connection in [first, second] {
        let feed = house.feed(connection).await;
        house.vended(connection, feed).await;
    }
    let used = "SELECT string_agg(key_id, ' ' ORDER BY key_id) FROM auth.secrets";
    assert_eq!(house.sql(used).await, "new old");
    let standing = house.get("keys").await;
    assert_eq!(
        (&standing["current"], &standing["remaining"]),
        (&json!("new"), &json!(1))
    );
}

#[tokio::test]
async fn without_its_key_a_connection_says_which_one_is_missing_and_the_others_go_on() {
    let mut house = House::empty().await;
    let (lost, kept) = (key("lost"), key("kept"));
    house.start(keys(&lost)).await;
    let first = house.add("First").await;
    let feed = house.feed(first).await;
    house.stop().await;
    house.start(keys(&kept)).await;
    let reply = house.token(first, feed, None).await.unwrap();
    assert!(
        reply.error.contains("`lost`") && reply.error.contains("ADIT_KEYS"),
        "{reply:?}"
    );
    let shown = house.get("connections/first").await;
    assert!(
        text(&shown["problem"]["explanation"]).contains("`lost`"),
        "{shown}"
    );
    let standing = house.get("keys").await;
    assert_eq!(standing["unopened"][0]["connection"], "First", "{standing}");
    let missing = standing["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["id"] == "lost");
    assert_eq!(missing.unwrap()["state"], "missing");
    let second = house.add("Second").await;
    let feed = house.feed(second).await;
    house.vended(second, feed).await;
    let rotated = house.post("keys/rotate", json!({})).await;
    assert_eq!(
        (&rotated["rotated"], &rotated["unopened"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(house.sql("SELECT count(*) FROM auth.secrets").await, "2");
}

#[tokio::test]
async fn another_key_of_the_same_name_opens_nothing_and_deletes_nothing() {
    let mut house = House::empty().await;
    house.start(keys(&key("a"))).await;
    let connection = house.add_signed_in("Work").await;
    let feed = house.feed(connection).await;
    house.vended(connection, feed).await;
    house.stop().await;
    house.start(keys(&key("a"))).await;
    let reply = house.token(connection, feed, None).await.unwrap();
    assert!(reply.error.contains("does not belong here"), "{reply:?}");
    assert_eq!(house.state(connection).await, "active");
    assert_eq!(house.sql("SELECT count(*) FROM auth.secrets").await, "2");
}

#[tokio::test]
async fn a_key_file_that_is_not_there_lets_auth_start_and_is_noticed_when_it_comes() {
    let mut house = House::empty().await;
    let line = key("a");
    house.start(keys(&line)).await;
    let connection = house.add("Work").await;
    let feed = house.feed(connection).await;
    house.stop().await;
    let file = house.directory.path().join("ring");
    house.start(Keys::from(Secret::file(&file))).await;
    house.token(connection, feed, None).await.unwrap_err();
    let standing = house.get("keys").await;
    assert!(
        text(&standing["explanation"]).contains("ADIT_KEYS"),
        "{standing}"
    );
    std::fs::write(&file, line).unwrap();
    house.vended(connection, feed).await;
}

#[tokio::test]
async fn swapped_and_changed_ciphertexts_open_nowhere() {
    let house = House::new().await;
    let (first, second) = (house.add("First").await, house.add("Second").await);
    let feeds = [house.feed(first).await, house.feed(second).await];
    let signed_in = house.add_signed_in("Third").await;
    let third = house.feed(signed_in).await;
    house.vended(signed_in, third).await;
    house
        .sql(&format!(
            "UPDATE auth.secrets s SET sealed = o.sealed FROM auth.secrets o
             WHERE s.name = o.name AND s.connection_id <> o.connection_id
               AND s.connection_id IN ('{first}', '{second}') AND o.connection_id IN ('{first}', '{second}')"
        ))
        .await;
    for (connection, feed) in [first, second].into_iter().zip(feeds) {
        let reply = house.token(connection, feed, None).await.unwrap();
        assert!(reply.error.contains("does not belong here"), "{reply:?}");
        assert_eq!(reply.credentials, "");
    }
    // A refresh token in the place of an access token would be given to fetchers.
    house
        .sql(
            "UPDATE auth.secrets s SET sealed = o.sealed FROM auth.secrets o
             WHERE s.connection_id = o.connection_id AND s.name = 'access_token' AND o.name = 'refresh_token'",
        )
        .await;
    let reply = house.token(signed_in, third, None).await.unwrap();
    assert_eq!(reply.credentials, "", "{}", reply.error);
    house
        .sql("UPDATE auth.secrets SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE name = 'refresh_token'")
        .await;
    house
        .sql("DELETE FROM auth.secrets WHERE name = 'access_token'")
        .await;
    let reply = house.token(signed_in, third, None).await.unwrap();
    assert!(reply.error.contains("does not belong here"), "{reply:?}");
    // Another tenant in its description would send the refresh token there.
    house
        .sql("UPDATE auth.secrets SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE name = 'refresh_token'")
        .await;
    house.vended(signed_in, third).await;
    house
        .sql(&format!(
            "UPDATE auth.connections SET credential = credential || '{{\"tenant_id\": \"00000000-0000-0000-0000-000000000001\"}}'
             WHERE id = '{signed_in}'"
        ))
        .await;
    house
        .sql("DELETE FROM auth.secrets WHERE name = 'access_token'")
        .await;
    let reply = house.token(signed_in, third, None).await.unwrap();
    assert!(reply.error.contains("does not belong here"), "{reply:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keys_rotate_while_tokens_are_renewed_and_an_auth_is_killed() {
    let mut house = House::empty().await;
    let (old, new) = (key("old"), key("new"));
    house.start(keys(&old)).await;
    let mut connections = Vec::new();
    for number in 0..4 {
        let connection = house.add_signed_in(&format!("c{number}")).await;
        connections.push((connection, house.feed(connection).await));
    }
    for number in 0..40 {
        house.add(&format!("p{number}")).await;
    }
    house.stop().await;
    let both = format!("{new}\n{old}");
    house.start(keys(&both)).await;
    house.start(keys(&both)).await;
    let renewing = async {
        for _ in 0..5 {
            house
                .sql("UPDATE auth.grants SET refresh_at = now() - interval '1 second'")
                .await;
            join_all(
                connections
                    .iter()
                    .map(|(connection, feed)| house.token(*connection, *feed, None)),
            )
            .await;
        }
    };
    let by = crate::house::by();
    let (_, ()) = tokio::join!(house.connections().key_rotate(&by), renewing);
    // Some of it is left by one that dies, and done by the next.
    house
        .sql("UPDATE auth.grants SET refresh_at = now() - interval '1 second'")
        .await;
    let rotating = house.auths[0].running.connections.clone();
    tokio::select! {
        biased;
        _ = rotating.key_rotate(&by) => {}
        () = tokio::task::yield_now() => {}
    }
    house.kill(0).await;
    let mut standing = house.post("keys/rotate", json!({})).await;
    while standing["standing"]["remaining"] != 0 {
        standing = house.post("keys/rotate", json!({})).await;
    }
    let used = "SELECT string_agg(DISTINCT key_id, ' ') FROM auth.secrets";
    assert_eq!(house.sql(used).await, "new");
    house.stop().await;
    house.start(keys(&new)).await;
    for (connection, feed) in connections {
        house.vended(connection, feed).await;
    }
    assert_eq!(house.get("keys").await["unopened"], json!([]));
}
