use reqwest::Method;

use crate::house::House;

#[tokio::test]
async fn the_audit_says_who_did_what_and_is_read_page_by_page() {
    let (house, mut ada) = House::new().await;
    ada.get("/tokens").await;
    for _ in 0..60 {
        assert_eq!(ada.post("/things", &[]).await.status, 200);
    }
    let row = "SELECT who, via, action, subject, address FROM auth.audit ORDER BY id DESC LIMIT 1";
    assert_eq!(
        house.sql(row).await.trim(),
        "ada|session|thing.change|the thing|127.0.0.1"
    );
    let first = ada.get("/audit").await.text;
    assert_eq!(first.matches("<code>thing.change</code>").count(), 50);
    assert!(!first.contains("<img"));
    let before = first.split("/audit?before=").nth(1).unwrap();
    let before = before.split('"').next().unwrap();
    let second = ada.get(&format!("/audit?before={before}")).await.text;
    assert_eq!(second.matches("<code>thing.change</code>").count(), 10);
    assert!(second.contains("<code>setup</code>") && second.contains("<code>session.begin</code>"));
    assert!(!second.contains("Older"));

    let token = ada.token("audit", "administrator", "30").await;
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    let mut before = String::new();
    let mut seen = 0;
    loop {
        let path = format!("/api/v1/audit?limit=25{before}");
        let answer = ada.send(Method::GET, &path, None, &headers).await;
        let rows = answer.json();
        let Some(last) = rows.as_array().unwrap().last() else {
            break;
        };
        seen += rows.as_array().unwrap().len();
        before = format!("&before={}", last["id"]);
    }
    assert_eq!(seen, 63, "setup, session, sixty changes, token");
    house.stop().await;
}
