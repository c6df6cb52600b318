//! Everything that auth needs, for each test its own.

use std::path::Path;
use std::time::Duration;

use auth::{Exposure, Keys, Options};
use bus::Bus;
use chassis::{End, Lifecycle, Secret};
use clap::Parser as _;
use local::{Nats, NatsOptions, Postgres, PostgresOptions, Tools};
use secrecy::ExposeSecret as _;
use serde_json::json;
use store::Store;
use tempfile::TempDir;
use uuid::Uuid;
use wire::proto::control::v1::{
    AddConnectionReply, AddConnectionRequest, Connection, ListConnectionsReply,
    ListConnectionsRequest, RemoveConnectionReply, RemoveConnectionRequest, TokenReply,
    TokenRequest,
};
use wire::subject;
use wiremock::matchers::{header, method, path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The token that Azure DevOps knows, in `fabrikam` and `contoso`.
pub(crate) const TOKEN: &str = "canary7onsjzoqdmtkpbe2q3uv5xkyg4waqi6rmln";
/// `:` and [`TOKEN`] in base64.
pub(crate) const BASIC: &str = "OmNhbmFyeTdvbnNqem9xZG10a3BiZTJxM3V2NXhreWc0d2FxaTZybWxu";
pub(crate) const FABRIKAM: Uuid = Uuid::from_u128(0xfab);
pub(crate) const CONTOSO: Uuid = Uuid::from_u128(0xc0);
const DATABASE: &str = "adit";
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, clap::Parser)]
struct Command {
    #[command(flatten)]
    options: Options,
}

pub(crate) struct House {
    pub(crate) store: Store,
    pub(crate) postgres: Postgres,
    pub(crate) fetcher: Bus,
    pub(crate) person: Bus,
    pub(crate) directory: TempDir,
    azure_devops: MockServer,
    nats: Nats,
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
        let store = Store::connect(&postgres.url(DATABASE), "test", 4)
            .await
            .unwrap();
        store.migrate().await.unwrap();
        let nats = nats.unwrap();
        let options = bus::Options::new(nats.url());
        let fetcher = Bus::connect("fetch-git", &options).await.unwrap();
        let person = Bus::connect("adit", &options).await.unwrap();
        Self {
            store,
            postgres,
            fetcher,
            person,
            directory,
            azure_devops: azure_devops().await,
            nats,
            lifecycle: Lifecycle::new("auth"),
        }
    }

    /// Starts an auth; several share the work.
    pub(crate) async fn start(&mut self, keys: Keys) {
        let bus = Bus::connect("auth", &bus::Options::new(self.nats.url()))
            .await
            .unwrap();
        let server = self.azure_devops.uri();
        let command = Command::parse_from([
            "auth".to_owned(),
            format!("--azure-devops-url={server}/azure-devops"),
            format!("--profile-url={server}/profile"),
        ]);
        let options = Options {
            keys,
            ..command.options
        };
        auth::run(
            &options,
            Exposure::Loopback,
            &bus,
            &self.store,
            chassis::clock,
            &self.lifecycle,
        )
        .await
        .unwrap();
    }

    /// Stops all auths.
    pub(crate) async fn stop(&mut self) {
        let end = self.lifecycle.end(PATIENCE).await;
        assert!(matches!(end, End::Clean), "{end:?}");
        self.lifecycle = Lifecycle::new("auth");
    }

    pub(crate) async fn add(&self, request: AddConnectionRequest) -> Result<Connection, String> {
        let reply: AddConnectionReply = self
            .person
            .request(subject::CONNECTION_ADD, &request, PATIENCE)
            .await
            .unwrap();
        reply.connection.ok_or(reply.error)
    }

    pub(crate) async fn list(&self, name: &str) -> Result<Vec<Connection>, String> {
        let request = ListConnectionsRequest {
            name: name.to_owned(),
        };
        let reply: ListConnectionsReply = self
            .person
            .request(subject::CONNECTION_LIST, &request, PATIENCE)
            .await
            .unwrap();
        if reply.error.is_empty() {
            Ok(reply.connections)
        } else {
            Err(reply.error)
        }
    }

    pub(crate) async fn remove(&self, name: &str) -> Result<Connection, String> {
        let request = RemoveConnectionRequest {
            name: name.to_owned(),
        };
        let reply: RemoveConnectionReply = self
            .person
            .request(subject::CONNECTION_REMOVE, &request, PATIENCE)
            .await
            .unwrap();
        reply.connection.ok_or(reply.error)
    }

    pub(crate) async fn token(
        &self,
        connection: &str,
        organization: Uuid,
        feed: &str,
    ) -> Result<TokenReply, bus::Error> {
        let request = TokenRequest {
            connection_id: connection.to_owned(),
            organization_id: organization.to_string(),
            feed_id: feed.to_owned(),
            rejected: false,
        };
        self.fetcher
            .request(subject::TOKEN, &request, PATIENCE)
            .await
    }

    pub(crate) async fn sql(&self, statement: &str) -> String {
        let answer = self.postgres.sql(DATABASE, statement).await;
        answer.unwrap().trim().to_owned()
    }
}

/// A request to add a connection that works.
pub(crate) fn request(name: &str) -> AddConnectionRequest {
    AddConnectionRequest {
        name: name.to_owned(),
        organizations: vec!["fabrikam".to_owned()],
        personal_access_token: TOKEN.to_owned(),
        ..AddConnectionRequest::default()
    }
}

/// A ring of one key.
pub(crate) fn keys(line: &str) -> Keys {
    Keys::from(Secret::value(line))
}

/// A line with a new key.
pub(crate) fn key(id: &str) -> String {
    let line = seal::KeyRing::generate(&id.parse().unwrap()).unwrap();
    line.expose_secret().to_owned()
}

/// Answers as the real one does: members by 200, a bad token by the sign-in page with 203, an organization with public
/// projects by 200 for nobody, an unknown one by 404.
async fn azure_devops() -> MockServer {
    let server = MockServer::start().await;
    let data = |id: Uuid, user: Uuid| {
        ResponseTemplate::new(200).set_body_json(json!({
            "authenticatedUser": { "id": user, "providerDisplayName": "Somebody" },
            "authorizedUser": { "id": user },
            "instanceId": id,
            "deploymentType": "hosted",
        }))
    };
    let anonymous = Uuid::from_u128(0xaaaa_aaaa_aaaa_aaaa_aaaa_aaaa_aaaa_aaaa);
    for (name, id) in [("fabrikam", FABRIKAM), ("contoso", CONTOSO)] {
        let address = format!("/azure-devops/{name}/_apis/connectionData");
        Mock::given(method("GET"))
            .and(path(address.clone()))
            .and(header("authorization", format!("Basic {BASIC}")))
            .respond_with(data(id, Uuid::from_u128(1)))
            .mount(&server)
            .await;
        let page = "<!DOCTYPE html><html><head><title>Azure DevOps Services | Sign In</title></head></html>";
        Mock::given(method("GET"))
            .and(path(address))
            .respond_with(ResponseTemplate::new(203).set_body_raw(page, "text/html"))
            .mount(&server)
            .await;
    }
    Mock::given(method("GET"))
        .and(path("/azure-devops/public/_apis/connectionData"))
        .respond_with(data(Uuid::from_u128(9), anonymous))
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .and(path_regex("^/profile/"))
        .respond_with(ResponseTemplate::new(401))
        .mount(&server)
        .await;
    server
}
