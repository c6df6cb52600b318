//! Asks an emulator in this process.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, request::Builder},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use emulator::{
    Emulator, Seed,
    change::{self, Order},
    truth, wire,
};
use serde_json::Value;
use tower::ServiceExt as _;

/// The revision feed as a reader of everything asks for it.
pub(crate) const REVISIONS: &str = "/_apis/wit/reporting/workItemRevisions?api-version=7.1&$expand=fields&includeIdentityRef=true&includeDeleted=true&includeTagRef=true";

/// A small world, asked without a network.
pub(crate) struct Service {
    pub(crate) emulator: Emulator,
    router: Router,
}

/// A request in the making.
pub(crate) struct Asking {
    router: Router,
    builder: Builder,
    body: Body,
    has_token: bool,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Service {
    pub(crate) fn new() -> Self {
        let emulator = Emulator::make(Seed::default()).unwrap();
        let router = wire::router(emulator.clone());
        Self { emulator, router }
    }

    /// A path below the organization.
    pub(crate) fn request(&self, method: &str, path: &str) -> Asking {
        let builder = Request::builder()
            .method(method)
            .uri(format!("/azure-devops/fabrikam{path}"))
            .header("host", "emulated");
        Asking {
            router: self.router.clone(),
            builder,
            body: Body::empty(),
            has_token: false,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Asked {
        self.request("GET", path).send().await
    }

    pub(crate) fn world_id(&self) -> String {
        self.emulator.world().organization.id.to_string()
    }

    pub(crate) fn truth(&self, entity: &str) -> Vec<Value> {
        let world = self.emulator.world();
        let lines = truth::lines(&world, &world.organization.main_reader(), entity).unwrap();
        let lines = lines
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        lines
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    }

    pub(crate) fn change(&self, order: &Value) -> Vec<Value> {
        let order: Order = serde_json::from_value(order.clone()).unwrap();
        let changed = change::carry_out(&mut self.emulator.world_mut(), &order).unwrap();
        changed
            .iter()
            .map(|entry| serde_json::to_value(entry).unwrap())
            .collect()
    }

    /// Follows the feed to its end.
    pub(crate) async fn all_revisions(&self) -> Vec<Value> {
        self.follow().await.0
    }

    /// The token at the end of the feed.
    pub(crate) async fn last_token(&self) -> String {
        self.follow().await.1
    }

    async fn follow(&self) -> (Vec<Value>, String) {
        let (mut rows, mut token) = (Vec::new(), String::new());
        loop {
            let continued = if token.is_empty() {
                String::new()
            } else {
                format!("&continuationToken={token}")
            };
            let page = self.get(&format!("{REVISIONS}{continued}")).await.lenient();
            rows.extend(page["values"].as_array().unwrap().iter().cloned());
            let link = page["nextLink"].as_str().unwrap();
            token = String::from(
                link.split("continuationToken=")
                    .nth(1)
                    .unwrap()
                    .split('&')
                    .next()
                    .unwrap(),
            );
            if page["isLastBatch"] == true {
                return (rows, token);
            }
        }
    }
}

impl Asking {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.has_token |= name == "authorization";
        self.builder = self.builder.header(name, value);
        self
    }

    pub(crate) fn token(self, token: &str) -> Self {
        self.header(
            "authorization",
            &format!("Basic {}", STANDARD.encode(format!(":{token}"))),
        )
    }

    pub(crate) fn body(mut self, body: &Value) -> Self {
        self.body = Body::from(body.to_string());
        self.header("content-type", "application/json")
    }

    pub(crate) async fn send(self) -> Asked {
        let asking = if self.has_token {
            self
        } else {
            self.token(emulator::world::PAT)
        };
        let request = wire::lower_case_path(asking.builder.body(asking.body).unwrap());
        let response = asking.router.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Asked {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

impl Asked {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| self.lenient())
    }

    /// Lone surrogates, which `serde_json` refuses, read as what a client must store.
    fn lenient(&self) -> Value {
        let text = self.text();
        serde_json::from_str(&text).unwrap_or_else(|_| {
            let replaced = text
                .replace("\\ud83d", "\\ufffd")
                .replace("\\ude80", "\\ufffd");
            serde_json::from_str(&replaced).unwrap()
        })
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn items(&self, name: &str) -> Vec<Value> {
        self.json()[name].as_array().cloned().unwrap_or_default()
    }
}
