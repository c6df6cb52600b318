use std::collections::BTreeSet;

use auth::Keys;
use uuid::Uuid;

use crate::house::{BASIC, CONTOSO, FABRIKAM, House, request};

#[tokio::test]
async fn a_fetcher_gets_what_its_job_needs_for_minutes() {
    let mut house = House::new().await;
    house.start(Keys::default()).await;
    let connection = house.add(request("Work")).await.unwrap().id;
    let mut identities = BTreeSet::new();
    for _ in 0..4 {
        let reply = house.token(&connection, FABRIKAM, "").await.unwrap();
        assert_eq!(reply.error, "");
        assert_eq!(
            (reply.scheme.as_str(), reply.credentials.as_str()),
            ("Basic", BASIC)
        );
        let end = wire::to_timestamp(&reply.expires_at.unwrap()).unwrap();
        let life = (end - chassis::clock()).total(jiff::Unit::Minute).unwrap();
        assert!((9.0..=10.0).contains(&life), "{life}");
        identities.insert(reply.identity);
    }
    assert_eq!(identities.len(), 1);
    house.stop().await;
}

#[tokio::test]
async fn what_the_connection_does_not_cover_is_refused_and_so_is_what_was_removed() {
    let house = House::new().await;
    let connection = house.add(request("Work")).await.unwrap().id;
    let feed = Uuid::from_u128(77);
    let check = async |connection: &str, organization, feed: &str, expected: &str| {
        let reply = house.token(connection, organization, feed).await.unwrap();
        assert!(reply.error.contains(expected), "{reply:?}");
        assert_eq!(reply.credentials, "");
    };
    check(&connection, CONTOSO, "", "does not cover").await;
    check(&Uuid::nil().to_string(), FABRIKAM, "", "no connection").await;
    check("work", FABRIKAM, "", "no guid").await;
    check(
        &connection,
        FABRIKAM,
        &feed.to_string(),
        "none of the connection",
    )
    .await;
    house
        .sql(&format!(
            "INSERT INTO sync.feeds (id, connection_id, organization_id, domain, entity)
             VALUES ('{feed}', '{connection}', '{FABRIKAM}', 'git', 'repositories')"
        ))
        .await;
    let reply = house.token(&connection, FABRIKAM, &feed.to_string()).await;
    assert_eq!(reply.unwrap().credentials, BASIC);
    house.remove("Work").await.unwrap();
    check(&connection, FABRIKAM, "", "no connection").await;
}

#[tokio::test]
async fn while_the_database_is_away_nobody_is_told_that_the_credential_is_dead() {
    let mut house = House::new().await;
    let connection = house.add(request("Work")).await.unwrap().id;
    house.postgres.kill();
    let error = house.token(&connection, FABRIKAM, "").await.unwrap_err();
    assert!(matches!(error, bus::Error::Refused { .. }), "{error}");
    house.postgres.restart().await.unwrap();
    let reply = house.token(&connection, FABRIKAM, "").await.unwrap();
    assert_eq!(reply.credentials, BASIC);
}
