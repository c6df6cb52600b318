//! A door that serves, for each test its own.

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use axum::extract::Path as Segment;
use axum::routing::{get, post};
use axum::{Json, Router};
use chassis::{End, Lifecycle};
use clap::Parser as _;
use front::{Administrator, Caller, Door, NavigationEntry, Options, Problem, Ticket};
use jiff::{SignedDuration, Timestamp};
use local::{Postgres, PostgresOptions, Tools};
use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use store::Store;
use tempfile::TempDir;

use crate::browser::Browser;

const DATABASE: &str = "adit";
const PATIENCE: Duration = Duration::from_secs(20);
pub(crate) const PASSWORD: &str = "correct horse battery";
/// What must never be shown to anybody.
pub(crate) const CANARY: &str = "canary-of-the-inside";
pub(crate) const ADMIN_TOKEN: &str = "an-administrator-token-of-the-operator";

thread_local! {
    /// How far the clock of this test is ahead. Its server runs in the test's own thread.
    static AHEAD: Cell<SignedDuration> = const { Cell::new(SignedDuration::ZERO) };
}

fn clock() -> Timestamp {
    chassis::clock().checked_add(AHEAD.get()).unwrap()
}

/// Lets time pass.
pub(crate) fn pass(span: SignedDuration) {
    AHEAD.set(AHEAD.get() + span);
}

#[derive(Debug, clap::Parser)]
struct Command {
    #[command(flatten)]
    options: Options,
}

pub(crate) struct House {
    pub(crate) store: Store,
    pub(crate) postgres: Postgres,
    pub(crate) door: Door,
    /// Where the door is, as browsers write it.
    pub(crate) url: String,
    client: Client,
    lifecycle: Lifecycle,
    _directory: TempDir,
}

impl House {
    /// Without anybody in it.
    pub(crate) async fn empty() -> Self {
        Self::with(&[]).await
    }

    /// Without anybody in it, and with these options.
    pub(crate) async fn with(arguments: &[&str]) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
        let tools = Tools::new(root.join("tools"));
        let directory = tempfile::tempdir_in(&root).unwrap();
        let fast = PostgresOptions {
            fast: true,
            ephemeral: true,
            ..PostgresOptions::default()
        };
        let files = directory.path().join("postgres");
        let postgres = Postgres::start(&tools, &files, fast).await.unwrap();
        postgres.create_database(DATABASE).await.unwrap();
        let store = Store::connect(&postgres.url(DATABASE), "test", 4)
            .await
            .unwrap();
        store.migrate().await.unwrap();
        let always = ["front", "--http-listen=127.0.0.1:0"];
        let options = Command::parse_from([&always, arguments].concat()).options;
        let listener = front::listen(&options).await.unwrap();
        let address = listener.local_addr().unwrap();
        let door = Door::new(&options, address, store.clone(), clock)
            .unwrap()
            .with_navigation([NavigationEntry {
                label: "Things",
                path: "/things",
                administrators_only: false,
            }]);
        let lifecycle = Lifecycle::new("front");
        let serving = front::serve(listener, door.wrap(things()), lifecycle.clone());
        lifecycle.spawn("http", serving);
        Self {
            store,
            postgres,
            door,
            url: format!("http://localhost:{}", address.port()),
            client: Client::builder()
                .redirect(Policy::none())
                .no_proxy()
                .build()
                .unwrap(),
            lifecycle,
            _directory: directory,
        }
    }

    /// With `ada`, an administrator, and her browser.
    pub(crate) async fn new() -> (Self, Browser) {
        let house = Self::empty().await;
        let ada = house.set_up().await;
        (house, ada)
    }

    /// Sets up the first administrator.
    pub(crate) async fn set_up(&self) -> Browser {
        let token = self.setup_token().await;
        let mut browser = self.browser();
        let form = [
            ("token", token.text()),
            ("name", "ada"),
            ("password", PASSWORD),
            ("again", PASSWORD),
        ];
        let answer = browser.post("/setup", &form).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        browser
    }

    /// What the log would show.
    pub(crate) async fn setup_token(&self) -> Ticket {
        let (ticket, now) = (Ticket::new(), clock());
        let expires = now.checked_add(SignedDuration::from_hours(24)).unwrap();
        let made = self.store.link_setup(&ticket.hash(), now, expires).await;
        assert!(made.unwrap());
        ticket
    }

    /// A browser that was never here.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.client.clone(), &self.url)
    }

    /// Invites somebody, who chooses [`PASSWORD`].
    pub(crate) async fn invite(&self, by: &mut Browser, name: &str, role: &str) -> Browser {
        let link = by.invite(name, role).await;
        let mut browser = self.browser();
        let form = [
            ("token", link.as_str()),
            ("password", PASSWORD),
            ("again", PASSWORD),
        ];
        let answer = browser.post("/invitation", &form).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        browser
    }

    /// What the database answers.
    pub(crate) async fn sql(&self, statement: &str) -> String {
        self.postgres.sql(DATABASE, statement).await.unwrap()
    }

    pub(crate) async fn stop(self) {
        let end = self.lifecycle.end(PATIENCE).await;
        assert!(matches!(end, End::Clean), "{end:?}");
    }
}

/// What somebody else puts behind the door.
fn things() -> Router {
    Router::new()
        .route("/things", get(seen).post(changed))
        .route("/things/secret", get(secret))
        .route("/things/panic", get(panic))
        .route("/things/fault", get(fault))
        .route("/things/missing", get(missing))
        .route("/things/number/{number}", get(number))
        .route("/api/v1/things", get(seen).post(told))
        .route("/things/form", post(changed))
}

async fn seen(caller: Caller) -> String {
    format!("{} {:?} {:?}", caller.name, caller.role, caller.via)
}

async fn changed(Administrator(caller): Administrator) -> Result<String, Problem> {
    front::audit(
        &caller,
        "thing.change",
        "the thing",
        "<img src=x onerror=alert(1)>",
    )
    .await?;
    Ok("changed".to_owned())
}

async fn secret(_: Administrator) -> &'static str {
    "secret"
}

async fn panic() -> &'static str {
    panic!("{CANARY}")
}

async fn fault() -> Problem {
    Problem::internal(anyhow::anyhow!(CANARY))
}

async fn missing() -> Problem {
    Problem::not_found("There is no <b>such</b> thing.")
}

async fn number(Segment(number): Segment<u32>) -> String {
    number.to_string()
}

async fn told(Json(value): Json<Value>) -> Json<Value> {
    Json(json!({ "told": value }))
}
