//! M7: sessions.

use jiff::SignedDuration;

use crate::house::{House, PASSWORD, pass};

const COOKIE: &str = "__Host-adit";

#[tokio::test]
async fn a_session_has_a_cookie_that_only_browsers_see_and_only_a_hash_in_the_database() {
    let (house, mut ada) = House::new().await;
    let id = ada.cookies[COOKIE].clone();
    assert_eq!(id.len(), 43, "256 bits");
    let mut other = house.browser();
    let answer = other.sign_in("ADA", PASSWORD).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/things"));
    let cookie = answer.header("set-cookie");
    for part in [
        "__Host-adit=",
        "; Secure",
        "; HttpOnly",
        "; SameSite=Lax",
        "; Path=/",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let dump = house.sql("SELECT s::text FROM auth.sessions s").await;
    assert_eq!(dump.trim().lines().count(), 2);
    assert!(!dump.contains(&id));
    assert_eq!(ada.get("/things").await.text, "ada Administrator Session");
    house.stop().await;
}

#[tokio::test]
async fn a_sign_in_makes_a_new_id_and_ends_the_old_one() {
    let (house, ada) = House::new().await;
    let before = ada.cookies[COOKIE].clone();
    // Somebody plants an id, of a real session or invented, before the sign-in.
    for planted in [before.as_str(), "chosen-by-somebody-else"] {
        let mut browser = house.browser();
        browser
            .cookies
            .insert(COOKIE.to_owned(), planted.to_owned());
        if planted == before {
            browser.get("/tokens").await;
        }
        assert_eq!(browser.sign_in("ada", PASSWORD).await.status, 303);
        assert_ne!(browser.cookies[COOKIE], planted);
        let mut thief = house.browser();
        thief.cookies.insert(COOKIE.to_owned(), planted.to_owned());
        assert_eq!(thief.get("/things").await.status, 303, "{planted}");
    }
    house.stop().await;
}

#[tokio::test]
async fn a_session_ends_at_sign_out_for_whoever_kept_its_cookie() {
    let (house, mut ada) = House::new().await;
    let id = ada.cookies[COOKIE].clone();
    ada.get("/tokens").await;
    let answer = ada.post("/sign-out", &[]).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/sign-in")
    );
    assert!(ada.cookies.is_empty());
    ada.cookies.insert(COOKIE.to_owned(), id);
    assert_eq!(ada.get("/things").await.status, 303);
    assert_eq!(
        house.sql("SELECT count(*) FROM auth.sessions").await.trim(),
        "0"
    );
    house.stop().await;
}

#[tokio::test]
async fn a_session_ends_when_nobody_is_there_and_after_twelve_hours() {
    let (house, mut ada) = House::new().await;
    for _ in 0..25 {
        pass(SignedDuration::from_mins(28));
        assert_eq!(ada.get("/things").await.status, 200);
    }
    pass(SignedDuration::from_mins(28));
    assert_eq!(ada.get("/things").await.status, 303, "after twelve hours");

    assert_eq!(ada.sign_in("ada", PASSWORD).await.status, 303);
    for _ in 0..3 {
        pass(SignedDuration::from_mins(14));
        let part = [("hx-request", "true")];
        let answer = ada.send(reqwest::Method::GET, "/things", None, &part).await;
        if answer.status == 401 {
            assert_eq!(answer.header("hx-redirect"), "/sign-in");
            house.stop().await;
            return;
        }
    }
    panic!("a page that asks by itself keeps a session");
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    let (house, mut ada) = House::new().await;
    let mut other = house.browser();
    other.sign_in("ada", PASSWORD).await;
    ada.get("/account").await;
    let new = "another horse battery";
    for (current, password, expected) in [
        ("wrong horse battery", new, 422),
        (PASSWORD, "short", 422),
        (PASSWORD, new, 200),
    ] {
        let form = [
            ("current", current),
            ("password", password),
            ("again", password),
        ];
        let answer = ada.post("/account/password", &form).await;
        assert_eq!(answer.status, expected, "{current} {password}");
    }
    assert_eq!(ada.get("/things").await.status, 200);
    assert_eq!(other.get("/things").await.status, 303);
    let mut browser = house.browser();
    assert_eq!(browser.sign_in("ada", PASSWORD).await.status, 401);
    assert_eq!(browser.sign_in("ada", new).await.status, 303);
    house.stop().await;
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_look_the_same() {
    let (house, _) = House::new().await;
    let mut answers = Vec::new();
    for (name, password) in [
        ("ada", "wrong horse battery"),
        ("eve", PASSWORD),
        ("eve", ""),
    ] {
        let answer = house.browser().sign_in(name, password).await;
        assert_eq!(answer.status, 401);
        assert!(answer.headers.get("set-cookie").is_none());
        answers.push(answer.text.replace(&format!("value=\"{name}\""), ""));
    }
    assert_eq!(answers.first(), answers.get(1));
    assert_eq!(answers.first(), answers.get(2));
    let refused =
        "SELECT string_agg(who, ',' ORDER BY id) FROM auth.audit WHERE action = 'session.refused'";
    assert_eq!(house.sql(refused).await.trim(), "ada,,");
    house.stop().await;
}

#[tokio::test]
async fn a_sign_in_leads_back_to_our_own_pages_only() {
    let (house, mut ada) = House::new().await;
    let mut visitor = house.browser();
    let answer = visitor.get("/things/number/7?a=b").await;
    assert_eq!(
        answer.header("location"),
        "/sign-in?return_to=%2Fthings%2Fnumber%2F7%3Fa%3Db"
    );
    for (asked, expected) in [
        ("/things/number/7?a=b", "/things/number/7?a=b"),
        ("//evil.example", "/things"),
        ("/\\evil.example", "/things"),
        ("https://evil.example", "/things"),
        ("/things%0d%0aSet-Cookie:a", "/things"),
        ("/things\r\nSet-Cookie: a=b", "/things"),
        ("/sign-out", "/things"),
    ] {
        let form = [
            ("name", "ada"),
            ("password", PASSWORD),
            ("return_to", asked),
        ];
        let answer = house.browser().post("/sign-in", &form).await;
        assert_eq!(answer.header("location"), expected, "{asked}");
        let query: String = url::form_urlencoded::byte_serialize(asked.as_bytes()).collect();
        let answer = ada.get(&format!("/sign-in?return_to={query}")).await;
        assert_eq!(answer.header("location"), expected, "{asked}");
        pass(SignedDuration::from_mins(1));
    }
    house.stop().await;
}
