//! Sign-ins of people: only who began one can end it, and once.

use auth::RefusalKind;
use auth::connections::{SignInAt, SignInEnded, SignInFor};
use front::Ticket;
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::house::{FABRIKAM, House, by, other, text};

#[tokio::test]
async fn who_signs_in_sees_their_organizations_and_saves_once() {
    let house = House::new().await;
    let draft = house.sign_in("reader").await;
    let shown = house.get(&format!("drafts/{draft}")).await;
    assert_eq!(shown["credential"]["kind"], "entra_user");
    assert_eq!(
        shown["credential"]["account"],
        house.account("reader").await
    );
    let organizations = house.get(&format!("drafts/{draft}/organizations")).await;
    let found = organizations.as_array().unwrap();
    let active: Vec<String> = found
        .iter()
        .filter(|one| one["state"] == "active")
        .map(|one| text(&one["name"]).to_lowercase())
        .collect();
    assert!(active.contains(&FABRIKAM.to_owned()), "{organizations}");
    let blocked = found.iter().find(|one| one["state"] == "microsoft_account");
    assert!(!text(&blocked.unwrap()["remedy"]).is_empty(), "{blocked:?}");

    let wish = json!({ "name": "Work", "credential": { "kind": "draft", "draft": draft } });
    let added = house.post("connections", wish.clone()).await;
    assert_eq!(added["connection"]["id"], json!(draft));
    assert_eq!(added["connection"]["all_organizations"], true);
    assert!(added["checks"].as_array().unwrap().len() > 4);
    let again = json!({ "name": "Other", "credential": wish["credential"] });
    let (status, words) = house
        .refused(Method::POST, "connections", Some(again))
        .await;
    assert!(status == 404 && words.contains("sign in again"), "{words}");
    assert_eq!(house.sql("SELECT count(*) FROM auth.drafts").await, "0");
}

#[tokio::test]
async fn a_sign_in_ends_once_in_its_own_browser_for_its_own_person() {
    let house = House::new().await;
    let connections = house.connections();
    let start = async || {
        connections
            .sign_in_begin(&by(), SignInFor::New, SignInAt::default())
            .await
            .unwrap()
    };
    let check = async |by: auth::By, browser: Option<Ticket>, state: Option<&str>| {
        let begun = start().await;
        let mut answer = house.consent(&begun.url, "reader").await;
        let right = (answer.clone(), begun.browser.clone());
        if let Some(state) = state {
            answer.state = state.to_owned();
        }
        let browser = browser.unwrap_or(begun.browser);
        let refusal = connections
            .sign_in_complete(&by, answer, &browser)
            .await
            .unwrap_err();
        assert_eq!(refusal.reason, "foreign_sign_in");
        right
    };
    // Another person's, another browser's: refused, and spent.
    for (by, browser) in [(other(), None), (by(), Some(Ticket::new()))] {
        let (answer, browser) = check(by, browser, None).await;
        let late = connections
            .sign_in_complete(&crate::house::by(), answer, &browser)
            .await;
        assert_eq!(late.unwrap_err().reason, "foreign_sign_in");
    }
    // A made-up state spends nothing.
    let (answer, browser) = check(by(), None, Some("made-up")).await;
    let ended = connections
        .sign_in_complete(&by(), answer.clone(), &browser)
        .await
        .unwrap();
    assert!(matches!(ended, SignInEnded::Draft(_)));
    // Replayed.
    let replay = connections.sign_in_complete(&by(), answer, &browser).await;
    assert_eq!(replay.unwrap_err().reason, "foreign_sign_in");
    // Too late.
    let begun = start().await;
    let answer = house.consent(&begun.url, "reader").await;
    house
        .sql("UPDATE auth.connection_sign_ins SET expires_at = now() - interval '1 second'")
        .await;
    let late = connections
        .sign_in_complete(&by(), answer, &begun.browser)
        .await;
    assert_eq!(late.unwrap_err().reason, "foreign_sign_in");
    assert_eq!(house.sql("SELECT count(*) FROM auth.drafts").await, "1");
}

#[tokio::test]
async fn of_two_who_come_back_at_once_one_gets_in() {
    let house = House::new().await;
    let connections = house.connections();
    let begun = connections
        .sign_in_begin(&by(), SignInFor::New, SignInAt::default())
        .await
        .unwrap();
    let answer = house.consent(&begun.url, "reader").await;
    let person = by();
    let (one, two) = tokio::join!(
        connections.sign_in_complete(&person, answer.clone(), &begun.browser),
        connections.sign_in_complete(&person, answer, &begun.browser)
    );
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
}

#[tokio::test]
async fn what_cannot_be_kept_leaves_no_secret_and_signing_in_again_works() {
    let house = House::new().await;
    let connections = house.connections();
    let begun = connections
        .sign_in_begin(&by(), SignInFor::New, SignInAt::default())
        .await
        .unwrap();
    let answer = house.consent(&begun.url, "reader").await;
    house
        .sql("ALTER TABLE auth.drafts ADD CONSTRAINT none CHECK (false) NOT VALID")
        .await;
    let refusal = connections
        .sign_in_complete(&by(), answer, &begun.browser)
        .await
        .unwrap_err();
    assert!(refusal.is_passing(), "{refusal}");
    let kept = "SELECT (SELECT count(*) FROM auth.drafts) + (SELECT count(*) FROM auth.secrets)
                     + (SELECT count(*) FROM auth.connection_sign_ins)";
    assert_eq!(house.sql(kept).await, "0");
    house
        .sql("ALTER TABLE auth.drafts DROP CONSTRAINT none")
        .await;
    house.sign_in("reader").await;
}

#[tokio::test]
async fn who_declines_is_told_so_and_nothing_is_kept() {
    let house = House::new().await;
    let connections = house.connections();
    let begun = connections
        .sign_in_begin(&by(), SignInFor::New, SignInAt::default())
        .await
        .unwrap();
    let mut answer = house.consent(&begun.url, "reader").await;
    answer.code = None;
    answer.error = "access_denied".to_owned();
    answer.error_description = "<img src=x onerror=alert(1)> canary".to_owned();
    let refusal = connections
        .sign_in_complete(&by(), answer, &begun.browser)
        .await
        .unwrap_err();
    let shown = refusal.to_string();
    assert!(!shown.contains("canary") && !shown.contains('<'), "{shown}");
    assert!(!refusal.remedy.is_empty(), "{shown}");
    assert_eq!(house.sql("SELECT count(*) FROM auth.drafts").await, "0");
}

#[tokio::test]
async fn a_draft_is_its_persons_alone_and_is_forgotten() {
    let house = House::new().await;
    let draft = house.sign_in("reader").await;
    let connections = house.connections();
    let foreign = connections.draft(&other(), draft).await.unwrap_err();
    assert_eq!(foreign.kind, RefusalKind::NotFound);
    let foreign = connections.draft_organizations(&other(), draft).await;
    assert_eq!(foreign.unwrap_err().kind, RefusalKind::NotFound);
    house
        .sql("UPDATE auth.drafts SET expires_at = now() - interval '1 second'")
        .await;
    assert!(connections.draft(&by(), draft).await.is_err());
    house.store.sign_in_sweep().await.unwrap();
    assert_eq!(house.sql("SELECT count(*) FROM auth.drafts").await, "0");
}

#[tokio::test]
async fn a_code_typed_elsewhere_signs_in() {
    let house = House::new().await;
    let begun = house.post("sign-ins/device", json!({})).await;
    let id: Uuid = text(&begun["id"]).parse().unwrap();
    let path = format!("sign-ins/device/{id}");
    assert_eq!(house.get(&path).await["state"], "pending");
    // Whoever asks twice at once does not ask Microsoft twice.
    assert_eq!(house.get(&path).await["state"], "pending");
    let account = house.account("reader").await;
    let code = text(&begun["user_code"]);
    let form = [
        ("user_code", code.as_str()),
        ("account", &account),
        ("decision", "continue"),
    ];
    let page = text(&begun["verification_uri"]);
    let entered = reqwest::Client::builder().build().unwrap();
    entered.post(page).form(&form).send().await.unwrap();
    house
        .sql("UPDATE auth.device_sign_ins SET next_poll_at = now()")
        .await;
    let standing = house.get(&path).await;
    assert_eq!(standing["state"], "signed_in", "{standing}");
    let credential = json!({ "kind": "draft", "draft": standing["draft"] });
    let connection = house.add_with("Work", &[FABRIKAM], credential).await;
    assert_eq!(connection, id);
    let feed = house.feed(connection).await;
    house.vended(connection, feed).await;
    assert_eq!(
        house
            .sql("SELECT count(*) FROM auth.device_sign_ins WHERE sealed <> ''")
            .await,
        "0"
    );
    let foreign = house.connections().device_standing(&other(), id).await;
    assert!(foreign.is_err());
}

#[tokio::test]
async fn an_organization_of_microsoft_accounts_says_so_before_anybody_signs_in() {
    let house = House::new().await;
    let at = |organization: &str| SignInAt {
        tenant: None,
        organization: Some(organization.to_owned()),
    };
    let connections = house.connections();
    let refusal = connections
        .sign_in_begin(&by(), SignInFor::New, at("tailspin-microsoft-account"))
        .await
        .unwrap_err();
    assert_eq!(refusal.reason, "microsoft_account");
    assert!(
        refusal.remedy.contains("personal access token"),
        "{refusal}"
    );
    let begun = connections
        .sign_in_begin(&by(), SignInFor::New, at(FABRIKAM))
        .await
        .unwrap();
    assert!(!begun.url.path().contains("organizations"), "{}", begun.url);
    let refusal = connections
        .sign_in_begin(&by(), SignInFor::New, at("no-such-one"))
        .await
        .unwrap_err();
    assert!(refusal.explanation.contains("no-such-one"), "{refusal}");
}
