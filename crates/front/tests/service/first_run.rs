use jiff::SignedDuration;

use crate::house::{House, PASSWORD, pass};

#[tokio::test]
async fn the_first_administrator_is_set_up_once_by_any_address_that_was_printed() {
    let house = House::empty().await;
    let (one, other) = (house.setup_token().await, house.setup_token().await);
    let mut browser = house.browser();
    for page in ["/", "/things"] {
        let answer = browser.get(page).await;
        assert_eq!(answer.status, 303);
        assert!(answer.header("location").starts_with("/sign-in"));
    }
    let sign_in = browser.get("/sign-in").await;
    assert!(sign_in.text.contains("not set up yet"));

    assert_eq!(browser.get("/setup?token=guess").await.status, 410);
    assert_eq!(browser.get("/setup").await.status, 410);
    let page = browser.get(&format!("/setup?token={}", one.text())).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains(one.text()));

    let attempts = [
        ("", PASSWORD, PASSWORD, 422),
        ("ada", "short", "short", 422),
        ("ada", PASSWORD, "other horse battery", 422),
        ("ada.of.london", "ada.of.london", "ada.of.london", 422),
        ("ada", PASSWORD, PASSWORD, 303),
    ];
    for (name, password, again, expected) in attempts {
        let form = [
            ("token", one.text()),
            ("name", name),
            ("password", password),
            ("again", again),
        ];
        let answer = browser.post("/setup", &form).await;
        assert_eq!(answer.status, expected, "{name} {password}");
        assert!(
            !answer.text.contains(PASSWORD),
            "a password is not shown again"
        );
    }
    assert_eq!(browser.get("/users").await.status, 200, "she is signed in");

    pass(SignedDuration::from_mins(2));
    let mut second = house.browser();
    for token in [&one, &other] {
        let url = format!("/setup?token={}", token.text());
        assert_eq!(second.get(&url).await.status, 410);
        let form = [
            ("token", token.text()),
            ("name", "eve"),
            ("password", PASSWORD),
            ("again", PASSWORD),
        ];
        assert_eq!(second.post("/setup", &form).await.status, 410);
    }
    assert_eq!(
        house.sql("SELECT count(*) FROM auth.users").await.trim(),
        "1"
    );
    assert_eq!(
        house.sql("SELECT count(*) FROM auth.links").await.trim(),
        "0"
    );
    house.door.announce_setup().await.unwrap();
    assert_eq!(
        house.sql("SELECT count(*) FROM auth.links").await.trim(),
        "0"
    );
    house.stop().await;
}

#[tokio::test]
async fn two_who_set_up_at_the_same_time_do_not_both() {
    let house = House::empty().await;
    let (one, other) = (house.setup_token().await, house.setup_token().await);
    let attempt = async |token: &front::Ticket, name: &str| {
        let form = [
            ("token", token.text()),
            ("name", name),
            ("password", PASSWORD),
            ("again", PASSWORD),
        ];
        house.browser().post("/setup", &form).await.status
    };
    let (first, second) = tokio::join!(attempt(&one, "ada"), attempt(&other, "eve"));
    let mut answers = [first, second];
    answers.sort_unstable();
    assert_eq!(answers, [303, 410]);
    assert_eq!(
        house.sql("SELECT count(*) FROM auth.users").await.trim(),
        "1"
    );
    house.stop().await;
}

#[tokio::test]
async fn a_setup_address_is_good_for_a_day_and_only_its_hash_is_stored() {
    let house = House::empty().await;
    house.door.announce_setup().await.unwrap();
    let token = house.setup_token().await;
    assert_eq!(
        house.sql("SELECT count(*) FROM auth.links").await.trim(),
        "2"
    );
    let stored = house.sql("SELECT token_hash::text FROM auth.links").await;
    assert!(!stored.contains(token.text()));
    let url = format!("/setup?token={}", token.text());
    let mut browser = house.browser();
    pass(SignedDuration::from_hours(23));
    assert_eq!(browser.get(&url).await.status, 200);
    pass(SignedDuration::from_hours(2));
    assert_eq!(browser.get(&url).await.status, 410);
    house.stop().await;
}
