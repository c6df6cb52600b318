//! M17: nobody tries without end.

use jiff::SignedDuration;
use reqwest::Method;

use crate::house::{House, PASSWORD, pass};

#[tokio::test]
async fn tries_from_one_address_are_slowed_and_those_from_others_are_not() {
    let house = House::with(&["--trusted-proxies=127.0.0.0/8"]).await;
    house.set_up().await;
    pass(SignedDuration::from_mins(5));
    let attempt = async |address: &str, path: &str| {
        let headers = [
            ("x-forwarded-for", address),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let body = Some("name=ada&password=wrong&token=x&again=x".to_owned());
        let method = if path.ends_with("callback") {
            Method::GET
        } else {
            Method::POST
        };
        house.browser().send(method, path, body, &headers).await
    };
    for path in [
        "/setup",
        "/invitation",
        "/sign-in/oidc/callback",
        "/sign-in/oidc",
    ] {
        for _ in 0..10 {
            assert_ne!(attempt("203.0.113.9", path).await.status, 429, "{path}");
        }
        let refused = attempt("203.0.113.9", path).await;
        assert_eq!(refused.status, 429, "{path}");
        assert_eq!(refused.header("retry-after"), "6");
        assert!(refused.text.contains("Too many tries"));
        assert_ne!(attempt("203.0.113.10", path).await.status, 429, "{path}");
        pass(SignedDuration::from_mins(5));
    }
    // One network of IPv6 is one address, and what a client invents before the proxy's own word is not looked at.
    for number in 0..10 {
        let address = format!("198.51.100.{number}, 2001:db8::{number}");
        assert_eq!(attempt(&address, "/sign-in").await.status, 401);
    }
    assert_eq!(attempt("2001:db8::ff", "/sign-in").await.status, 429);
    let right = house.browser().sign_in("ada", PASSWORD).await;
    assert_eq!(right.status, 303, "others still sign in");
    house.stop().await;
}

#[tokio::test]
async fn all_addresses_together_are_slowed() {
    let house = House::with(&["--trusted-proxies=127.0.0.1"]).await;
    let mut refused = 0;
    for number in 0..250 {
        let address = format!("203.0.113.{number}");
        let headers = [("x-forwarded-for", address.as_str())];
        let answer = house
            .browser()
            .send(Method::GET, "/setup?token=x", None, &headers)
            .await;
        if answer.status == 429 {
            refused += 1;
        }
    }
    assert!(refused > 0, "somebody with many addresses is slowed");
    house.stop().await;
}

#[tokio::test]
async fn who_is_not_a_trusted_proxy_cannot_choose_an_address() {
    let house = House::empty().await;
    let mut last = 0;
    for number in 0..12 {
        let address = format!("203.0.113.{number}");
        let headers = [("x-forwarded-for", address.as_str())];
        let answer = house
            .browser()
            .send(Method::GET, "/setup?token=x", None, &headers)
            .await;
        last = answer.status;
    }
    assert_eq!(last, 429);
    house.stop().await;
}
