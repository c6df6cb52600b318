use std::time::Duration;

use bus::{Asker, Bus, Error};
use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wire::proto::control::v1::{Progress, TokenReply, TokenRequest};
use wire::subject;

use crate::house::{House, job, soon};

const TIMEOUT: Duration = Duration::from_secs(5);

struct Server {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Server {
    async fn stop(self) {
        self.stop.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}

async fn serve(bus: &Bus, name: &'static str) -> Server {
    let server = Server {
        tracker: TaskTracker::new(),
        stop: CancellationToken::new(),
    };
    let answer = move |request: TokenRequest| async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if request.feed_id == "later" {
            return Err("ask again".to_owned());
        }
        Ok(TokenReply {
            identity: name.to_owned(),
            credentials: request.feed_id,
            ..TokenReply::default()
        })
    };
    let requests = bus.requests(subject::TOKEN, "auth").await.unwrap();
    let stop = server.stop.clone();
    server.tracker.spawn(async move {
        requests.try_serve(answer, stop.cancelled()).await.unwrap();
    });
    server
}

async fn ask(bus: &Bus, feed: &str) -> Result<TokenReply, Error> {
    let request = TokenRequest {
        feed_id: feed.to_owned(),
        ..TokenRequest::default()
    };
    bus.request(subject::TOKEN, &request, TIMEOUT).await
}

#[tokio::test]
async fn one_of_several_members_answers_each_request() {
    let house = House::new().await;
    let fetcher = house.bus("fetch-git").await;
    let one = serve(&house.bus("auth").await, "one").await;
    let two = serve(&house.bus("auth").await, "two").await;
    let mut names = std::collections::BTreeSet::new();
    for feed in 0..20 {
        let reply = ask(&fetcher, &feed.to_string()).await.unwrap();
        assert_eq!(reply.credentials, feed.to_string());
        names.insert(reply.identity);
    }
    assert_eq!(names.len(), 2);
    one.stop().await;
    assert_eq!(ask(&fetcher, "x").await.unwrap().identity, "two");
    two.stop().await;
}

#[tokio::test]
async fn a_service_that_does_not_run_is_named() {
    let house = House::new().await;
    let error = ask(&house.bus("fetch-git").await, "x").await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::NotRunning {
                service: "auth",
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_request_in_hand_is_answered_when_the_service_stops() {
    let house = House::new().await;
    let fetcher = house.bus("fetch-git").await;
    let server = serve(&house.bus("auth").await, "one").await;
    let stop = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        server.stop().await;
    };
    let (reply, ()) = tokio::join!(ask(&fetcher, "x"), stop);
    assert_eq!(reply.unwrap().identity, "one");
}

#[tokio::test]
async fn a_request_that_cannot_be_answered_is_refused_with_the_reason() {
    let house = House::new().await;
    let bus = house.bus("fetch-git").await;
    let server = serve(&house.bus("auth").await, "one").await;
    let answer = ask(&bus, "later").await;
    assert!(
        matches!(&answer, Err(Error::Refused { reason, .. }) if reason == "ask again"),
        "{answer:?}"
    );
    // Field 4 of a token request is no message, as field 5 of a job's is.
    let wrong = wire::proto::control::v1::Job {
        entity: "builds".to_owned(),
        ..job(1, 1)
    };
    let answer: Result<TokenReply, Error> = bus.request(subject::TOKEN, &wrong, TIMEOUT).await;
    assert!(matches!(answer, Err(Error::Refused { .. })), "{answer:?}");
    server.stop().await;
}

#[tokio::test]
async fn nobody_has_an_answer_sent_where_others_read_it() {
    let house = House::new().await;
    let attacker = async_nats::connect(house.nats.url()).await.unwrap();
    let server = serve(&house.bus("auth").await, "one").await;
    let mut everything = attacker.subscribe(">").await.unwrap();
    for reply in [
        "adit.pages.v1.git.refs.x.y",
        "_INBOX.stolen",
        "_INBOX_writer.x",
        "_INBOX_adit.x",
        "_INBOX_fetch-git",
        "_INBOX_fetch-gitx.x",
        "_INBOX_fetch-git.x",
    ] {
        attacker
            .publish_with_reply(subject::TOKEN, reply, "".into())
            .await
            .unwrap();
    }
    let mut answered = Vec::new();
    soon(async {
        while answered.is_empty() {
            let message = everything.next().await.unwrap();
            if *message.subject != *subject::TOKEN {
                answered.push(message.subject.into_string());
            }
        }
    })
    .await;
    // Answers come in the order of the requests, so that those before had none.
    assert_eq!(answered, ["_INBOX_fetch-git.x"]);
    server.stop().await;
}

#[tokio::test]
async fn events_reach_everyone_who_listens_and_one_member_of_a_group() {
    let house = House::new().await;
    let bus = house.bus("fetch-git").await;
    let scheduler = house.bus("scheduler").await;
    let mut alone = scheduler
        .subscribe::<Progress>(subject::PROGRESS, None)
        .await
        .unwrap();
    let mut group = scheduler
        .subscribe::<Progress>(subject::PROGRESS, Some("scheduler"))
        .await
        .unwrap();
    let told = Progress {
        records: 7,
        ..Progress::default()
    };
    bus.publish_event(&subject::progress(wire::Domain::Git), &told)
        .await
        .unwrap();
    assert_eq!(soon(alone.next()).await.unwrap().unwrap(), told);
    assert_eq!(soon(group.next()).await.unwrap().unwrap(), told);
}

#[tokio::test]
async fn the_answer_may_depend_on_who_asks() {
    let house = House::new().await;
    let requests = house
        .bus("auth")
        .await
        .requests(subject::TOKEN, "auth")
        .await
        .unwrap();
    let tracker = TaskTracker::new();
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    tracker.spawn(async move {
        let answer = |asker: Asker, _: TokenRequest| async move {
            Ok(TokenReply {
                identity: format!("{} {:?}", asker.name(), asker.domain()),
                ..TokenReply::default()
            })
        };
        requests
            .try_serve_askers(answer, stopped.cancelled())
            .await
            .unwrap();
    });
    for (service, expected) in [
        ("fetch-git", "fetch-git Some(Git)"),
        ("fetch-boards", "fetch-boards Some(Boards)"),
    ] {
        let reply = ask(&house.bus(service).await, "x").await.unwrap();
        assert_eq!(reply.identity, expected);
    }
    stop.cancel();
    tracker.close();
    tracker.wait().await;
}
