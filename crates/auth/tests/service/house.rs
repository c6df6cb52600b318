//! Everything that auth needs, for each test its own.

use std::path::Path;
use std::time::Duration;

use auth::connections::{SignInAnswer, SignInAt, SignInEnded, SignInFor};
use auth::{By, Connections, Exposure, Keys, Options};
use bus::Bus;
use chassis::{End, Lifecycle, Secret};
use clap::Parser as _;
use emulator::{Emulator, Running, Seed};
use local::{Nats, NatsOptions, Postgres, PostgresOptions, Tools};
use reqwest::{Client, Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use store::Store;
use tempfile::TempDir;
use uuid::Uuid;
use wire::proto::control::v1::{TokenReply, TokenRequest};
use wire::subject;

const ADMIN_TOKEN: &str = "adit_of-the-tests-and-of-nobody-else-0123456789";
const DATABASE: &str = "adit";
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// The name of the main organization in any case.
pub(crate) const FABRIKAM: &str = "fabrikam";

#[derive(Debug, clap::Parser)]
struct Command {
    #[command(flatten)]
    options: Options,
}

pub(crate) struct House {
    pub(crate) store: Store,
    pub(crate) postgres: Postgres,
    pub(crate) fetcher: Bus,
    pub(crate) emulator: Running,
    pub(crate) auths: Vec<Auth>,
    pub(crate) directory: TempDir,
    http: Client,
    nats: Nats,
}

/// One replica.
pub(crate) struct Auth {
    pub(crate) running: auth::Running,
    lifecycle: Lifecycle,
}

impl House {
    /// With an auth that runs, under the development key.
    pub(crate) async fn new() -> Self {
        let mut house = Self::empty().await;
        house.start(Keys::default()).await;
        house
    }

    /// Without an auth.
    pub(crate) async fn empty() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
        let tools = Tools::new(root.join("tools"));
        let directory = tempfile::tempdir_in(&root).unwrap();
        let nats = directory.path().join("nats");
        let nats = Nats::start(&tools, &nats, NatsOptions::default()).await;
        let fast = PostgresOptions {
            fast: true,
            ..PostgresOptions::default()
        };
        let files = directory.path().join("postgres");
        let postgres = Postgres::start(&tools, &files, fast).await.unwrap();
        postgres.create_database(DATABASE).await.unwrap();
        let store = Store::connect(&postgres.url(DATABASE), "test", 12)
            .await
            .unwrap();
        store.migrate().await.unwrap();
        let nats = nats.unwrap();
        let fetcher = Bus::connect("fetch-boards", &bus::Options::new(nats.url()))
            .await
            .unwrap();
        let emulator = Emulator::make(Seed::default()).unwrap();
        let emulator = Running::start(emulator, "127.0.0.1:0".parse().unwrap())
            .await
            .unwrap();
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .unwrap();
        Self {
            store,
            postgres,
            fetcher,
            emulator,
            auths: Vec::new(),
            directory,
            http,
            nats,
        }
    }

    /// Starts an auth; several share the work.
    pub(crate) async fn start(&mut self, keys: Keys) {
        let lifecycle = Lifecycle::new("auth");
        let bus = Bus::connect("auth", &bus::Options::new(self.nats.url()))
            .await
            .unwrap();
        let running = auth::run(
            &self.options(keys).await,
            Exposure::Loopback,
            &bus,
            &self.store,
            chassis::clock,
            &lifecycle,
        )
        .await
        .unwrap();
        self.auths.push(Auth { running, lifecycle });
    }

    async fn options(&self, keys: Keys) -> Options {
        let server = self.emulator.url();
        let application = self.application("adit").await;
        let mut arguments = vec![
            "auth".to_owned(),
            "--http-listen=127.0.0.1:0".to_owned(),
            format!("--entra-client-id={}", text(&application["client_id"])),
            format!("--imds-url={server}/imds"),
        ];
        for host in [
            "azure-devops",
            "vssps",
            "profile",
            "release",
            "entitlements",
            "analytics",
            "login",
        ] {
            arguments.push(format!("--{host}-url={server}/{host}"));
        }
        let mut options = Command::parse_from(arguments).options;
        options.keys = keys;
        options.http.admin_token = Secret::value(ADMIN_TOKEN).into();
        let secret = text(&application["secrets"][0]["value"]);
        options.entra.client_secret = Secret::value(secret).into();
        options
    }

    /// Stops all auths.
    pub(crate) async fn stop(&mut self) {
        for auth in self.auths.drain(..) {
            let end = auth.lifecycle.end(PATIENCE).await;
            assert!(matches!(end, End::Clean), "{end:?}");
        }
    }

    /// Kills an auth: what it was at is not ended.
    pub(crate) async fn kill(&mut self, replica: usize) {
        let auth = self.auths.remove(replica);
        auth.lifecycle.hard.cancel();
        auth.lifecycle.end(Duration::ZERO).await;
    }

    /// What can be done with connections, at the first auth.
    pub(crate) fn connections(&self) -> &Connections {
        &self.auths[0].running.connections
    }

    /// Asks the HTTP API of the first auth.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        self.ask_as(Some(ADMIN_TOKEN), method, path, body).await
    }

    pub(crate) async fn ask_as(
        &self,
        token: Option<&str>,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let address = self.auths[0].running.address;
        let url = format!("http://{address}/api/v1/{path}");
        let mut request = self
            .http
            .request(method, url)
            .header("accept", "application/json");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let body = answer.text().await.unwrap();
        let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
        (status, body)
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask(Method::GET, path, None).await;
        assert!(status.is_success(), "{status} {body}");
        body
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let (status, body) = self.ask(Method::POST, path, Some(body)).await;
        assert!(status.is_success(), "{status} {body}");
        body
    }

    /// What is refused, in words.
    pub(crate) async fn refused(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (u16, String) {
        let (status, body) = self.ask(method, path, body).await;
        assert!(!status.is_success(), "{status} {body}");
        let words = format!("{}; {}", text(&body["detail"]), text(&body["remedy"]));
        (status.as_u16(), words)
    }

    /// Adds a connection to the main organization, with a token of the reader.
    pub(crate) async fn add(&self, name: &str) -> Uuid {
        let credential =
            json!({ "kind": "personal_access_token", "token": self.pat("reader").await });
        self.add_with(name, &[FABRIKAM], credential).await
    }

    pub(crate) async fn add_with(
        &self,
        name: &str,
        organizations: &[&str],
        credential: Value,
    ) -> Uuid {
        let wish =
            json!({ "name": name, "organizations": organizations, "credential": credential });
        let added = self.post("connections", wish).await;
        text(&added["connection"]["id"]).parse().unwrap()
    }

    /// Adds a connection that the reader has signed in for.
    pub(crate) async fn add_signed_in(&self, name: &str) -> Uuid {
        let draft = self.sign_in("reader").await;
        let credential = json!({ "kind": "draft", "draft": draft });
        self.add_with(name, &[FABRIKAM], credential).await
    }

    /// Signs somebody in with a browser, and gives the draft.
    pub(crate) async fn sign_in(&self, role: &str) -> Uuid {
        let by = by();
        let begun = self
            .connections()
            .sign_in_begin(&by, SignInFor::New, SignInAt::default())
            .await
            .unwrap();
        let answer = self.consent(&begun.url, role).await;
        let ended = self
            .connections()
            .sign_in_complete(&by, answer, &begun.browser)
            .await
            .unwrap();
        match ended {
            SignInEnded::Draft(draft) => draft,
            SignInEnded::Again(connection) => connection,
        }
    }

    /// What a person does at Microsoft, and what comes back with their browser.
    pub(crate) async fn consent(&self, url: &url::Url, role: &str) -> SignInAnswer {
        let account = self.account(role).await;
        let form = [("account", account.as_str()), ("decision", "accept")];
        let answer = self.http.post(url.as_str()).form(&form).send().await;
        let answer = answer.unwrap();
        let location = answer
            .headers()
            .get("location")
            .map(|to| to.to_str().unwrap().to_owned());
        let Some(location) = location else {
            panic!("{}", answer.text().await.unwrap());
        };
        let mut came = SignInAnswer::default();
        for (name, value) in url::Url::parse(&location).unwrap().query_pairs() {
            match name.as_ref() {
                "state" => came.state = value.into_owned(),
                "code" => came.code = Some(SecretString::from(value.into_owned())),
                "error" => came.error = value.into_owned(),
                "error_description" => came.error_description = value.into_owned(),
                "iss" => came.issuer = Some(value.into_owned()),
                _ => {}
            }
        }
        came
    }

    /// Makes a feed of a connection whose job somebody holds.
    pub(crate) async fn feed(&self, connection: Uuid) -> Uuid {
        self.feed_of(connection, "boards", "work_item_revisions")
            .await
    }

    pub(crate) async fn feed_of(&self, connection: Uuid, domain: &str, entity: &str) -> Uuid {
        let feed = Uuid::new_v4();
        let organization = self.organization().await;
        self.sql(&format!(
            "INSERT INTO sync.feeds (id, connection_id, organization_id, domain, entity, running, epoch, cursor)
             VALUES ('{feed}', '{connection}', '{organization}', '{domain}', '{entity}', true, 3, 'somewhere')"
        ))
        .await;
        feed
    }

    /// Asks for a token, as the fetcher that holds the feed's job.
    pub(crate) async fn token(
        &self,
        connection: Uuid,
        feed: Uuid,
        rejected: Option<&str>,
    ) -> Result<TokenReply, bus::Error> {
        let request = TokenRequest {
            connection_id: connection.to_string(),
            organization_id: self.organization().await.to_string(),
            feed_id: feed.to_string(),
            rejected: rejected.is_some(),
            rejected_token_id: rejected.unwrap_or_default().to_owned(),
        };
        self.fetcher
            .request(subject::TOKEN, &request, PATIENCE)
            .await
    }

    /// A token that must be there.
    pub(crate) async fn vended(&self, connection: Uuid, feed: Uuid) -> TokenReply {
        let reply = self.token(connection, feed, None).await.unwrap();
        assert_eq!(reply.error, "");
        reply
    }

    /// Whether Azure DevOps takes what was vended.
    pub(crate) async fn is_taken(&self, reply: &TokenReply) -> bool {
        let url = format!(
            "{}/azure-devops/{FABRIKAM}/_apis/connectionData",
            self.emulator.url()
        );
        let authorization = format!("{} {}", reply.scheme, reply.credentials);
        let answer = self
            .http
            .get(url)
            .header("authorization", authorization)
            .header("x-tfs-fedauthredirect", "Suppress")
            .send()
            .await
            .unwrap();
        answer.status() == StatusCode::OK
    }

    /// The id of the main organization.
    pub(crate) async fn organization(&self) -> Uuid {
        let info = self.control("info", None).await;
        text(&info["organization"]["id"]).parse().unwrap()
    }

    /// The personal access token of a role.
    pub(crate) async fn pat(&self, role: &str) -> String {
        let info = self.control("info", None).await;
        text(&of_role(&info["users"], role)["pat"])
    }

    /// The name at sign-in of a role.
    pub(crate) async fn account(&self, role: &str) -> String {
        let directory = self.control("entra", None).await;
        text(&of_role(&directory["accounts"], role)["name"])
    }

    /// An application of Entra.
    pub(crate) async fn application(&self, role: &str) -> Value {
        let directory = self.control("entra", None).await;
        of_role(&directory["applications"], role).clone()
    }

    /// How often Entra was asked for tokens of a kind of grant.
    pub(crate) async fn asked(&self, grant: &str) -> u64 {
        let requests = self.control("requests", None).await;
        let count = &requests["tokens"][grant];
        count["granted"].as_u64().unwrap_or_default()
            + count["refused"].as_u64().unwrap_or_default()
    }

    pub(crate) async fn change(&self, order: Value) {
        let answer = self.control("change", Some(order)).await;
        assert!(answer.get("changed").is_some(), "{answer}");
    }

    pub(crate) async fn fault(&self, path: &str, effect: Value) {
        let fault = json!({ "path": path, "effect": effect });
        let answer = self.control("faults", Some(fault)).await;
        assert!(answer.get("ids").is_some(), "{answer}");
    }

    pub(crate) async fn no_faults(&self) {
        let url = format!("{}/_emulator/faults", self.emulator.url());
        self.http.delete(url).send().await.unwrap();
    }

    /// The emulator's control API.
    async fn control(&self, what: &str, order: Option<Value>) -> Value {
        let url = format!("{}/_emulator/{what}", self.emulator.url());
        let request = match order {
            None => self.http.get(url),
            Some(order) => self.http.post(url).json(&order),
        };
        let text = request.send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{what}: {text}"))
    }

    pub(crate) async fn sql(&self, statement: &str) -> String {
        let answer = self.postgres.sql(DATABASE, statement).await;
        answer.unwrap().trim().to_owned()
    }

    /// The state of a connection, and why.
    pub(crate) async fn state(&self, connection: Uuid) -> String {
        self.sql(&format!(
            "SELECT concat_ws(' ', state, nullif(reason, '')) FROM auth.connections WHERE id = '{connection}'"
        ))
        .await
    }

    /// Waits until a statement gives this.
    pub(crate) async fn until(&self, statement: &str, expected: &str) {
        let begun = std::time::Instant::now();
        loop {
            let found = self.sql(statement).await;
            if found == expected {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{statement}: {found}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Somebody at the pages: the one whose token the tests have.
pub(crate) fn by() -> By {
    By {
        id: Uuid::nil(),
        name: "Somebody".to_owned(),
        via: "session".to_owned(),
        address: "127.0.0.1".to_owned(),
        correlation_id: Uuid::new_v4(),
    }
}

/// Somebody else.
pub(crate) fn other() -> By {
    By {
        id: Uuid::from_u128(7),
        name: "Other".to_owned(),
        ..by()
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub(crate) fn of_role<'a>(list: &'a Value, role: &str) -> &'a Value {
    let all = list.as_array().unwrap();
    let found = all.iter().find(|one| one["role"] == role);
    found.unwrap_or_else(|| panic!("no {role} in {list}"))
}

/// A ring of these lines.
pub(crate) fn keys(lines: &str) -> Keys {
    Keys::from(Secret::value(lines))
}

/// A line with a new key.
pub(crate) fn key(id: &str) -> String {
    let line = seal::KeyRing::generate(&id.parse().unwrap()).unwrap();
    line.expose_secret().to_owned()
}
