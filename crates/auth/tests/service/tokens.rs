//! What fetchers are given, and what they are not.

use std::collections::BTreeSet;

use auth::Keys;
use serde_json::json;
use uuid::Uuid;
use wire::proto::control::v1::{TokenReply, TokenRequest};
use wire::subject;

use crate::house::{House, PATIENCE};

#[tokio::test]
async fn a_fetcher_gets_what_its_job_needs_for_minutes() {
    let mut house = House::new().await;
    house.start(Keys::default()).await;
    let connection = house.add("Work").await;
    let feed = house.feed(connection).await;
    let mut identities = BTreeSet::new();
    for _ in 0..4 {
        let reply = house.vended(connection, feed).await;
        assert_eq!(reply.scheme, "Basic");
        assert!(house.is_taken(&reply).await);
        let end = wire::to_timestamp(&reply.expires_at.unwrap()).unwrap();
        let life = (end - chassis::clock()).total(jiff::Unit::Minute).unwrap();
        assert!((9.0..=10.0).contains(&life), "{life}");
        identities.insert(reply.identity);
    }
    assert_eq!(identities.len(), 1);
    house.stop().await;
}

#[tokio::test]
async fn a_token_is_for_who_holds_a_job_of_an_active_connection() {
    let house = House::new().await;
    let connection = house.add("Work").await;
    let other = house.add("Play").await;
    let feed = house.feed(connection).await;
    let organization = house.organization().await.to_string();
    let ask = async |connection: &str, organization: &str, feed: &str| {
        let request = TokenRequest {
            connection_id: connection.to_owned(),
            organization_id: organization.to_owned(),
            feed_id: feed.to_owned(),
            ..TokenRequest::default()
        };
        let reply: TokenReply = house
            .fetcher
            .request(subject::TOKEN, &request, PATIENCE)
            .await
            .unwrap();
        assert_eq!(reply.credentials.is_empty(), !reply.error.is_empty());
        reply.error
    };
    let (mine, nil) = (connection.to_string(), Uuid::nil().to_string());
    for (connection, organization, feed, expected) in [
        (mine.as_str(), organization.as_str(), feed.to_string(), ""),
        (&mine, &nil, feed.to_string(), "does not cover"),
        (&nil, &organization, feed.to_string(), "no connection"),
        ("work", &organization, feed.to_string(), "no guid"),
        (&mine, &organization, String::new(), "no guid"),
        (
            &mine,
            &organization,
            nil.clone(),
            "none of boards of the connection",
        ),
        (
            &other.to_string(),
            &organization,
            feed.to_string(),
            "none of boards of the connection",
        ),
    ] {
        let error = ask(connection, organization, &feed).await;
        assert!(error.contains(expected), "{error}");
        assert_eq!(error.is_empty(), expected.is_empty(), "{error}");
    }
    // The job that it names is held by the fetcher of another domain.
    let git = house.feed_of(connection, "git", "refs").await;
    let error = ask(&mine, &organization, &git.to_string()).await;
    assert!(error.contains("none of boards"), "{error}");
    house
        .sql(&format!(
            "UPDATE sync.feeds SET running = false WHERE id = '{feed}'"
        ))
        .await;
    let error = ask(&mine, &organization, &feed.to_string()).await;
    assert!(error.contains("nobody holds a job"), "{error}");
    house
        .sql(&format!(
            "UPDATE sync.feeds SET running = true WHERE id = '{feed}'"
        ))
        .await;
    house.post("connections/work/pause", json!({})).await;
    let error = ask(&mine, &organization, &feed.to_string()).await;
    assert!(
        error.contains("paused") && error.contains("resume"),
        "{error}"
    );
    house.post("connections/work/resume", json!({})).await;
    assert_eq!(ask(&mine, &organization, &feed.to_string()).await, "");
    let (status, _) = house
        .ask(reqwest::Method::DELETE, "connections/work", None)
        .await;
    assert_eq!(status, 202);
    let error = ask(&mine, &organization, &feed.to_string()).await;
    assert!(error.contains("no connection"), "{error}");
}

#[tokio::test]
async fn while_the_database_is_away_nobody_is_told_that_the_credential_is_dead() {
    let mut house = House::new().await;
    let connection = house.add("Work").await;
    let feed = house.feed(connection).await;
    house.postgres.kill();
    let error = house.token(connection, feed, None).await.unwrap_err();
    assert!(matches!(error, bus::Error::Refused { .. }), "{error}");
    house.postgres.restart().await.unwrap();
    house.vended(connection, feed).await;
    assert_eq!(house.state(connection).await, "active");
}
