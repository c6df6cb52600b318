use std::time::Duration;

use bus::{Bus, Error, Login, Options, PublishError};
use futures::StreamExt as _;
use local::NatsOptions;
use secrecy::SecretString;
use tokio::time::Instant;
use wire::proto::control::v1::{Progress, TokenReply, TokenRequest};
use wire::subject::{self, Priority};
use wire::{Domain, Envelope};

use crate::house::{House, envelope, job};

const USERS: &str = r#"
authorization {
  users = [
    { user: admin, password: secret }
    { user: fetch-git, password: secret, permissions: {
        publish: ["adit.pages.v1.git.>", "$JS.API.STREAM.INFO.*", "$JS.API.CONSUMER.INFO.*.*"]
        subscribe: ["_INBOX_fetch-git.>"]
    } }
  ]
}
"#;

fn login(house: &House, user: &str, password: &str) -> Options {
    Options {
        login: Login::Password {
            user: user.to_owned(),
            password: SecretString::from(password),
        },
        ..house.options()
    }
}

async fn house() -> (House, Bus) {
    let house = House::with(NatsOptions {
        extra: USERS.to_owned(),
        ..NatsOptions::default()
    })
    .await;
    let admin = Bus::connect("admin", &login(&house, "admin", "secret"))
        .await
        .unwrap();
    admin.provision().await.unwrap();
    let options = login(&house, "fetch-git", "secret");
    let fetcher = Bus::connect("fetch-git", &options).await.unwrap();
    (house, fetcher)
}

/// It is told at once, by its subject, and does not look like a timeout.
fn check(error: &Error, subject: &str, since: Instant) {
    assert!(matches!(error, Error::Denied { .. }), "{error}");
    assert!(error.to_string().contains(subject), "{error}");
    assert!(since.elapsed() < Duration::from_secs(2), "{error}");
}

#[tokio::test]
async fn what_is_denied_is_named_at_once() {
    let (_house, bus) = house().await;
    let start = Instant::now();
    let PublishError::Other(error) = bus
        .publish_job(&job(1, 1), Domain::Git, Priority::Fresh)
        .await
        .unwrap_err()
    else {
        panic!("it is no other")
    };
    check(&error, "adit.jobs.v1.git.fresh", start);
    let error = bus.jobs(Domain::Git).next().await.unwrap_err();
    check(&error, "$JS.API.CONSUMER.MSG.NEXT.ADIT-JOBS", start);
    let error = bus
        .request::<_, TokenReply>(
            subject::TOKEN,
            &TokenRequest::default(),
            Duration::from_secs(9),
        )
        .await
        .unwrap_err();
    check(&error, subject::TOKEN, start);
    let mut events = bus
        .subscribe::<Progress>(subject::PROGRESS, None)
        .await
        .unwrap();
    let error = events.next().await.unwrap().unwrap_err();
    check(&error, subject::PROGRESS, start);
}

#[tokio::test]
async fn what_is_allowed_works_with_few_rights() {
    let (_house, bus) = house().await;
    // All is as it should be, so that reading it is enough.
    bus.provision().await.unwrap();
    let page = Envelope {
        entity: wire::entity("refs").unwrap(),
        ..envelope(1)
    };
    bus.publish_page(&page, None, vec![1]).await.unwrap();
}

#[tokio::test]
async fn nobody_reads_the_inbox_of_another() {
    let (_house, bus) = house().await;
    let start = Instant::now();
    let mut replies = bus
        .subscribe::<TokenReply>("_INBOX_auth.>", None)
        .await
        .unwrap();
    let error = replies.next().await.unwrap().unwrap_err();
    check(&error, "_INBOX_auth.>", start);
}

#[tokio::test]
async fn a_wrong_password_is_told_with_what_to_check() {
    let (house, _) = house().await;
    let options = login(&house, "fetch-git", "wrong");
    let error = Bus::connect("fetch-git", &options).await.unwrap_err();
    assert!(error.to_string().contains("NATS_PASSWORD"), "{error}");
}
