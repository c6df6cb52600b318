//! What is repeated, after how long, and what the pace is told.

use std::time::{Duration, Instant};

use azdo::{Error, Waiting};
use wiremock::ResponseTemplate;

use crate::support::{in_turn, json, list, project, status};

fn throttled() -> ResponseTemplate {
    status(
        429,
        r#"{"message":"TF400733: The request has been canceled"}"#,
    )
}

#[tokio::test]
async fn failures_of_the_service_are_repeated() {
    for code in [408, 500, 502, 503, 504] {
        let service = in_turn(vec![status(code, "<html>"), json(&list([1]))]).await;
        let builds = service.client().builds(project()).finished().pages();
        assert_eq!(builds.items().await.unwrap().len(), 1, "{code}");
        assert_eq!(service.client().requests(), 2, "{code}");
    }
}

#[tokio::test]
async fn a_service_that_stays_down_is_given_up() {
    let service = in_turn(vec![status(502, "")]).await;
    let builds = service.client().builds(project()).finished().pages();
    let error = builds.items().await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error}");
    assert!(error.is_temporary());
    assert_eq!(service.client().requests(), 3);
}

#[tokio::test]
async fn a_refusal_for_load_waits_as_long_as_it_says() {
    for (name, value) in [
        ("retry-after", "1"),
        ("Retry-After", "Wed, 01 Apr 2026 10:48:35 GMT"),
        ("x-ratelimit-reset", "1775040515"),
    ] {
        let answer = throttled().insert_header(name, value);
        let service = in_turn(vec![answer, json(&list([1]))]).await;
        let started = Instant::now();
        let builds = service.client().builds(project()).finished().pages();
        assert_eq!(builds.items().await.unwrap().len(), 1);
        let waited = started.elapsed();
        assert!(waited >= Duration::from_millis(990), "{name}: {waited:?}");
        assert!(service.asker.pace.seen()[0].throttled);
    }
}

#[tokio::test]
async fn load_is_seen_in_the_code_whatever_the_status() {
    let answer = status(
        400,
        r#"{"message":"TF400733: The request has been canceled"}"#,
    );
    let service = in_turn(vec![answer, json(&list([1]))]).await;
    let builds = service.client().builds(project()).finished().pages();
    assert_eq!(builds.items().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_delayed_success_is_used_and_the_pace_is_told() {
    let answer = json(&list([1, 2]))
        .insert_header("retry-after", "30")
        .insert_header("x-ratelimit-delay", "12.345")
        .insert_header("x-ratelimit-limit", "200")
        .insert_header("x-ratelimit-remaining", "0.5")
        .insert_header("x-ratelimit-reset", "1775040574")
        .insert_header("x-ratelimit-resource", "Services/Concurrent")
        .insert_header("x-ratelimit-cost", "junk");
    let service = in_turn(vec![answer]).await;
    let builds = service.client().builds(project()).finished().pages();
    assert_eq!(builds.items().await.unwrap().len(), 2);
    let seen = &service.asker.pace.seen()[0];
    assert_eq!(service.client().requests(), 1);
    assert_eq!(seen.status, Some(200));
    assert_eq!(seen.endpoint, "{project}/_apis/build/builds");
    assert_eq!(seen.retry_after, Some(Duration::from_secs(30)));
    assert_eq!(seen.rate_limit.delay, Some(Duration::from_millis(12_345)));
    assert_eq!(seen.rate_limit.limit, Some(200.0));
    assert_eq!(seen.rate_limit.remaining, Some(0.5));
    assert_eq!(seen.rate_limit.reset_in, Some(Duration::from_mins(1)));
    assert_eq!(seen.rate_limit.cost, None);
    assert!(!seen.throttled);
    assert!(seen.bytes > 0);
}

#[tokio::test]
async fn headers_that_make_no_sense_are_ignored() {
    let answer = throttled()
        .insert_header("retry-after", "-5")
        .insert_header("x-ratelimit-reset", "99999999999999999999")
        .insert_header("x-ratelimit-remaining", "NaN")
        .insert_header("x-ratelimit-delay", "inf");
    let service = in_turn(vec![answer, json(&list([1]))]).await;
    let builds = service.client().builds(project()).finished().pages();
    assert_eq!(builds.items().await.unwrap().len(), 1);
    let seen = &service.asker.pace.seen()[0];
    assert_eq!(seen.retry_after, None);
    assert_eq!(seen.rate_limit, azdo::RateLimit::default());
}

#[tokio::test]
async fn a_date_in_the_past_is_no_negative_wait() {
    let answer = throttled()
        .insert_header("retry-after", "Wed, 01 Apr 2026 10:00:00 GMT")
        .insert_header("x-ratelimit-reset", "1");
    let service = in_turn(vec![answer, json(&list([1]))]).await;
    let builds = service.client().builds(project()).finished().pages();
    builds.items().await.unwrap();
    let seen = &service.asker.pace.seen()[0];
    assert_eq!(seen.retry_after, Some(Duration::ZERO));
    assert_eq!(seen.rate_limit.reset_in, Some(Duration::ZERO));
}

#[tokio::test]
async fn whoever_watches_sees_what_is_waited_for() {
    let answer = throttled().insert_header("retry-after", "1");
    let service = in_turn(vec![answer, json(&list([1]))]).await;
    let mut waiting = service.client().waiting();
    let builds = service.client().builds(project()).finished().pages();
    let reading = builds.items();
    let watching = waiting.wait_for(|now| matches!(now, Waiting::RetryAfter { .. }));
    let (items, seen) = tokio::join!(reading, async { watching.await.map(|now| *now) });
    assert!(seen.is_ok());
    assert_eq!(items.unwrap().len(), 1);
    assert_eq!(*waiting.borrow(), Waiting::No);
}

#[tokio::test]
async fn a_permit_is_held_until_the_body_was_read_and_no_longer() {
    let service = in_turn(vec![status(500, ""), json(&list([1]))]).await;
    let builds = service.client().builds(project()).finished().pages();
    builds.items().await.unwrap();
    assert_eq!(service.asker.pace.most_in_flight(), 1);
    assert_eq!(service.asker.pace.seen().len(), 2);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_while_it_is_read() {
    let service = in_turn(vec![json(&" ".repeat(2 * 1024 * 1024))]).await;
    let builds = service.client().builds(project()).finished().pages();
    let error = builds.items().await.unwrap_err();
    assert!(matches!(error, Error::TooLarge(_)), "{error}");
    assert_eq!(service.client().requests(), 1);
}

#[tokio::test]
async fn a_bomb_is_measured_by_what_it_unpacks_to() {
    use std::io::Write as _;

    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![b' '; 8 * 1024 * 1024]).unwrap();
    let answer = ResponseTemplate::new(200)
        .insert_header("content-encoding", "gzip")
        .set_body_raw(packed.finish().unwrap(), "application/json");
    let service = in_turn(vec![answer]).await;
    let builds = service.client().builds(project()).finished().pages();
    let error = builds.items().await.unwrap_err();
    assert!(matches!(error, Error::TooLarge(_)), "{error}");
}
