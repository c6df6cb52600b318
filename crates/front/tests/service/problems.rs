//! M13, M16: whatever goes wrong is told without a word of what is inside.

use reqwest::Method;

use crate::house::{CANARY, House};

#[tokio::test]
async fn a_fault_is_told_by_its_number_only() {
    let (house, mut ada) = House::new().await;
    for path in ["/things/panic", "/things/fault"] {
        let answer = ada.get(path).await;
        assert_eq!(answer.status, 500, "{path}");
        assert!(!answer.text.contains(CANARY), "{path}");
        let number = answer.header("adit-correlation-id");
        assert!(answer.text.contains(number), "{path}");
        let json = [("accept", "application/json")];
        let answer = ada.send(Method::GET, path, None, &json).await;
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(!answer.text.contains(CANARY), "{path}");
        let problem = answer.json();
        assert_eq!(problem["status"], 500);
        assert_eq!(problem["type"], "urn:adit:problem:internal");
        assert_eq!(
            problem["correlation_id"],
            answer.header("adit-correlation-id")
        );
        assert!(!problem["remedy"].as_str().unwrap().is_empty());
    }
    assert_eq!(
        ada.get("/things").await.status,
        200,
        "the door still stands"
    );
    house.stop().await;
}

#[tokio::test]
async fn a_database_that_is_away_is_a_problem_that_passes() {
    let (mut house, mut ada) = House::new().await;
    house.postgres.kill();
    let answer = ada.get("/things").await;
    assert_eq!(answer.status, 503);
    assert!(!answer.header("retry-after").is_empty());
    for inside in ["postgres", "sqlx", "refused", "127.0.0.1"] {
        assert!(!answer.text.to_lowercase().contains(inside), "{inside}");
    }
    house.postgres.restart().await.unwrap();
    assert_eq!(ada.get("/things").await.status, 200);
    house.stop().await;
}

#[tokio::test]
async fn what_is_told_is_text_and_never_markup() {
    let (house, mut ada) = House::new().await;
    let answer = ada.get("/things/missing").await;
    assert_eq!(answer.status, 404);
    assert!(!answer.text.contains("<b>such"), "{}", answer.text);
    let payload = "<img src=x onerror=alert(1)>'\"";
    ada.invite(payload, "viewer").await;
    for path in ["/users", "/audit"] {
        let page = ada.get(path).await.text;
        assert!(!page.contains("<img"), "{path}");
        assert!(
            page.contains("&#60;img") || page.contains("&lt;img"),
            "{path}"
        );
    }
    house.stop().await;
}

#[tokio::test]
async fn what_is_too_large_or_unreadable_is_refused() {
    let (house, mut ada) = House::new().await;
    let token = ada.token("test", "administrator", "30").await;
    let bearer = format!("Bearer {token}");
    let json = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let large = format!("\"{}\"", "x".repeat(300_000));
    for (body, expected) in [
        (deep, 400),
        (large, 413),
        ("{".to_owned(), 400),
        ("\u{0}".to_owned(), 400),
        ("{}".to_owned(), 200),
    ] {
        let length = body.len();
        let answer = ada
            .send(Method::POST, "/api/v1/things", Some(body), &json)
            .await;
        assert_eq!(answer.status, expected, "{length} {}", answer.text);
        if expected != 200 {
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
    }
    let plain = [
        ("authorization", bearer.as_str()),
        ("content-type", "text/csv"),
    ];
    let body = Some("{}".to_owned());
    let answer = ada.send(Method::POST, "/api/v1/things", body, &plain).await;
    assert_eq!(answer.status, 415);
    let long = format!("/things?{}", "x".repeat(9_000));
    assert_eq!(ada.get(&long).await.status, 414);
    house.stop().await;
}

#[tokio::test]
async fn a_large_body_is_refused_though_it_does_not_say_how_large_it_is() {
    let (house, mut ada) = House::new().await;
    let token = ada.token("test", "administrator", "30").await;
    let chunk = bytes_of_a_chunk();
    let chunks =
        futures::stream::iter((0..50).map(move |_| Ok::<_, std::io::Error>(chunk.clone())));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client
        .post(format!("{}/api/v1/things", house.url))
        .bearer_auth(token)
        .header("content-type", "application/json")
        .body(reqwest::Body::wrap_stream(chunks))
        .send()
        .await;
    // The rest of the body is not waited for, which a client may notice before the answer.
    if let Ok(answer) = answer {
        assert_eq!(answer.status(), 413);
    }
    house.stop().await;
}

fn bytes_of_a_chunk() -> Vec<u8> {
    vec![b' '; 10_000]
}
