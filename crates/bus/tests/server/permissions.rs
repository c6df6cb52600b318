//! The permissions of `deploy/nats/permissions.conf`, enforced by a real server.

use std::time::Duration;

use bus::{Bus, Error, Login, Options, PublishError, Since};
use chassis::Lifecycle;
use futures::StreamExt as _;
use local::NatsOptions;
use prost::Message as _;
use secrecy::SecretString;
use tokio::time::Instant;
use uuid::Uuid;
use wire::proto::control::v1::{
    Progress, StartSyncReply, StartSyncRequest, TokenReply, TokenRequest,
};
use wire::subject::{self, Priority};
use wire::{Domain, Envelope};

use crate::house::{House, envelope, job, soon};

const PASSWORD: &str = "secret";

fn login(house: &House, user: &str, password: &str) -> Options {
    Options {
        login: Login::Password {
            user: user.to_owned(),
            password: SecretString::from(password),
        },
        ..house.options()
    }
}

/// A server with the users of the table, and an auth that keeps the streams.
async fn house() -> House {
    let rights = bus::Rights::table();
    let logins: Vec<_> = rights
        .users()
        .iter()
        .map(|user| (user.name.clone(), PASSWORD.to_owned()))
        .collect();
    let house = House::with(NatsOptions {
        extra: bus::accounts(bus::PERMISSIONS, &logins),
        ..NatsOptions::default()
    })
    .await;
    house.keep(&login(&house, "auth", PASSWORD)).await;
    house
}

async fn bus(house: &House, service: &str) -> Bus {
    let bus = Bus::connect(service, &login(house, service, PASSWORD))
        .await
        .unwrap();
    bus.provision().await.unwrap();
    bus
}

/// It is told at once, by its subject, and does not look like a timeout.
fn check(error: &Error, subject: &str, since: Instant) {
    assert!(matches!(error, Error::Denied(_)), "{error}");
    let text = error.to_string();
    for expected in [subject, "fetch-git", "FETCH_GIT", "permissions.conf"] {
        assert!(text.contains(expected), "{text}");
    }
    assert!(since.elapsed() < Duration::from_secs(2), "{error}");
}

#[tokio::test]
async fn what_is_denied_is_named_at_once_and_makes_the_service_unready() {
    let house = house().await;
    let bus = bus(&house, "fetch-git").await;
    let lifecycle = Lifecycle::new("fetch-git");
    bus.tell_readiness(&lifecycle);
    soon(async {
        while !lifecycle.readiness.missing(None).is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let start = Instant::now();
    let PublishError::Other(error) = bus
        .publish_job(&job(1, 1), Domain::Git, Priority::Fresh)
        .await
        .unwrap_err()
    else {
        panic!("it is no other")
    };
    check(&error, "adit.jobs.v1.git.fresh", start);
    let error = bus.jobs(Domain::Boards).next().await.unwrap_err();
    check(
        &error,
        "$JS.API.CONSUMER.MSG.NEXT.ADIT-JOBS.fetch-boards",
        start,
    );
    let error = bus
        .request::<_, StartSyncReply>(
            subject::SYNC_START,
            &StartSyncRequest::default(),
            Duration::from_secs(9),
        )
        .await
        .unwrap_err();
    check(&error, subject::SYNC_START, start);
    let mut events = bus
        .subscribe::<Progress>(subject::PROGRESS, None)
        .await
        .unwrap();
    let error = events.next().await.unwrap().unwrap_err();
    check(&error, subject::PROGRESS, start);
    soon(async {
        while !lifecycle
            .readiness
            .missing(None)
            .iter()
            .any(|missing| missing.reason.contains("permissions.conf"))
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_allowed_works_with_no_more_rights() {
    let house = house().await;
    let fetcher = bus(&house, "fetch-git").await;
    let scheduler = bus(&house, "scheduler").await;
    let writer = bus(&house, "writer").await;
    let mut progress = scheduler
        .subscribe::<Progress>(subject::PROGRESS, None)
        .await
        .unwrap();
    scheduler
        .publish_job(&job(1, 1), Domain::Git, Priority::Fresh)
        .await
        .unwrap();
    let mut jobs = fetcher.jobs(Domain::Git);
    soon(jobs.next()).await.unwrap().ack().await.unwrap();
    fetcher
        .publish_event(&subject::progress(Domain::Git), &Progress::default())
        .await
        .unwrap();
    soon(progress.next()).await.unwrap().unwrap();
    fetcher.publish_page(&refs(), None, vec![1]).await.unwrap();
    for page in soon(writer.pages().take(1, Duration::from_millis(10)))
        .await
        .unwrap()
    {
        assert!(page.envelope.is_ok());
        page.ack().await.unwrap();
    }
    let records = crate::records::records(0, 3);
    writer.publish_records(records).await.unwrap();
    let person = bus(&house, "adit").await;
    let tail = person.tail(subject::RECORDS.to_owned(), Since::Beginning);
    assert_eq!(soon(tail.take(3).count()).await, 3);
    let pace = fetcher.pace();
    let mut watch = pace.watch("a.b");
    soon(watch.next()).await.unwrap().unwrap();
    pace.compare_and_set("a.b", None, "x".into(), Duration::from_mins(1))
        .await
        .unwrap();
    assert!(soon(watch.next()).await.unwrap().unwrap().is_some());
}

fn refs() -> Envelope {
    Envelope {
        entity: wire::entity("refs").unwrap(),
        ..envelope(1)
    }
}

/// A client that keeps to no rules of ours, with the login of a fetcher.
async fn attacker(house: &House) -> async_nats::Client {
    async_nats::ConnectOptions::with_user_and_password("fetch-git".to_owned(), PASSWORD.to_owned())
        .custom_inbox_prefix("_INBOX_fetch-git")
        .connect(house.nats.url())
        .await
        .unwrap()
}

/// Stores a message where a fetcher may, and has JetStream give it out where it may not publish.
async fn give_out(
    attacker: &async_nats::Client,
    key: &str,
    headers: &[(&str, String)],
    payload: Vec<u8>,
    to: String,
) {
    let mut map = async_nats::HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, value.as_str());
    }
    let subject = format!("$KV.adit-pace.{key}");
    attacker
        .request_with_headers(subject.clone(), map, payload.into())
        .await
        .unwrap();
    let ask = format!("$JS.API.DIRECT.GET.KV_adit-pace.{subject}");
    for how in ["", r#"{"no_hdr":true}"#] {
        attacker
            .publish_with_reply(ask.clone(), to.clone(), how.into())
            .await
            .unwrap();
    }
    attacker.flush().await.unwrap();
}

/// Permissions bound what a client publishes, not where it has JetStream send answers.
#[tokio::test]
async fn what_jetstream_gives_out_is_no_job_no_page_and_no_record() {
    let house = house().await;
    let scheduler = bus(&house, "scheduler").await;
    let boards = bus(&house, "fetch-boards").await;
    let writer = bus(&house, "writer").await;
    let attacker = attacker(&house).await;
    let content_type = |message| ("Content-Type", wire::content_type(message));

    let forged = subject::job(Domain::Boards, Priority::Fresh, Uuid::from_u128(9));
    let headers = [content_type("adit.control.v1.Job")];
    give_out(
        &attacker,
        "job",
        &headers,
        job(9, 1).encode_to_vec(),
        forged,
    )
    .await;
    let mut jobs = boards.jobs(Domain::Boards);
    let none = tokio::time::timeout(Duration::from_secs(1), jobs.next()).await;
    assert!(none.is_err(), "{none:?}");
    scheduler
        .publish_job(&job(1, 1), Domain::Boards, Priority::Fresh)
        .await
        .unwrap();
    assert_eq!(soon(jobs.next()).await.unwrap().message, job(1, 1));

    let page = envelope(1);
    let subject = subject::page(page.entity, page.organization, None);
    let headers: Vec<_> = page.headers();
    give_out(&attacker, "page", &headers, vec![1], subject).await;
    let mut pages = writer.pages();
    for _ in 0..2 {
        for page in soon(pages.take(1, Duration::from_millis(10)))
            .await
            .unwrap()
        {
            assert!(page.envelope.is_err(), "{page:?}");
            page.term().await.unwrap();
        }
    }

    let record = subject::record(page.organization, None, page.entity);
    let headers = [("Adit-Key", "7".to_owned())];
    give_out(&attacker, "record", &headers, vec![1], record).await;
    writer
        .publish_records(crate::records::records(8, 1))
        .await
        .unwrap();
    let person = bus(&house, "adit").await;
    let mut tail = person.tail(subject::RECORDS.to_owned(), Since::Beginning);
    let first = soon(tail.next()).await.unwrap().unwrap();
    assert_eq!(crate::records::key(&first), 8);
}

#[tokio::test]
async fn a_page_whose_headers_belie_its_subject_is_none() {
    let house = house().await;
    let writer = bus(&house, "writer").await;
    let attacker = attacker(&house).await;
    // Of builds, says the envelope; on a subject that fetch-git may publish to.
    let mut headers = async_nats::HeaderMap::new();
    for (name, value) in envelope(1).headers() {
        headers.insert(name, value.as_str());
    }
    attacker
        .publish_with_headers("adit.pages.v1.git.builds.x.y", headers, "x".into())
        .await
        .unwrap();
    let pages = soon(writer.pages().take(1, Duration::from_millis(10)))
        .await
        .unwrap();
    let error = pages[0].envelope.as_ref().unwrap_err().to_string();
    assert!(error.contains("Adit-Entity"), "{error}");
}

#[tokio::test]
async fn nobody_reads_the_inbox_of_another() {
    let house = house().await;
    let bus = bus(&house, "fetch-git").await;
    for inbox in ["_INBOX_auth.>", "_INBOX.>", "_INBOX_fetch-boards.>", ">"] {
        let start = Instant::now();
        let mut replies = bus.subscribe::<TokenReply>(inbox, None).await.unwrap();
        let error = replies.next().await.unwrap().unwrap_err();
        check(&error, inbox, start);
    }
    // Nor does it hear what others ask.
    let start = Instant::now();
    let mut asked = bus
        .subscribe::<TokenRequest>(subject::TOKEN, Some("auth"))
        .await
        .unwrap();
    let error = asked.next().await.unwrap().unwrap_err();
    check(&error, subject::TOKEN, start);
}

#[tokio::test]
async fn a_wrong_password_is_told_with_what_to_check() {
    let house = house().await;
    let options = login(&house, "fetch-git", "wrong");
    let error = Bus::connect("fetch-git", &options).await.unwrap_err();
    assert!(error.to_string().contains("NATS_PASSWORD"), "{error}");
    // Nor is anybody let in without.
    let error = Bus::connect("fetch-git", &house.options())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error}");
}
