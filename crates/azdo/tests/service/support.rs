//! A client of a server that a test describes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use azdo::{
    Authorization, Client, Credential, CredentialError, Hosts, Http, HttpOptions, Observation,
    Pace, Patience, Permit,
};
use futures::future::BoxFuture;
use jiff::Timestamp;
use uuid::Uuid;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(crate) const DATE: &str = "Wed, 01 Apr 2026 10:48:34 GMT";

pub(crate) fn project() -> Uuid {
    Uuid::from_u128(7)
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// Gives the tokens of a list, one more each time that the last one was rejected.
#[derive(Debug)]
pub(crate) struct Tokens {
    tokens: Vec<&'static str>,
    rejections: Mutex<usize>,
}

impl Tokens {
    /// How often a token was said to be rejected.
    pub(crate) fn rejected(&self) -> usize {
        *self.rejections.lock().expect("nobody panicked")
    }
}

impl Credential for Tokens {
    fn authorization<'a>(
        &'a self,
        rejected: Option<&'a Authorization>,
    ) -> BoxFuture<'a, Result<Authorization, CredentialError>> {
        Box::pin(async move {
            let mut rejections = self.rejections.lock().expect("nobody panicked");
            *rejections += usize::from(rejected.is_some());
            let token = self.tokens[(*rejections).min(self.tokens.len() - 1)];
            Ok(Authorization::bearer(token))
        })
    }
}

/// Remembers what it was told, and how many requests were in flight at most.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    observations: Mutex<Vec<Observation>>,
    in_flight: Arc<Mutex<(usize, usize)>>,
}

struct Flight(Arc<Mutex<(usize, usize)>>);

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.lock().expect("nobody panicked").0 -= 1;
    }
}

impl Recorder {
    pub(crate) fn most_in_flight(&self) -> usize {
        self.in_flight.lock().expect("nobody panicked").1
    }

    pub(crate) fn seen(&self) -> Vec<Observation> {
        self.observations.lock().expect("nobody panicked").clone()
    }
}

impl Pace for Recorder {
    fn permit(&self) -> BoxFuture<'_, Permit> {
        let mut in_flight = self.in_flight.lock().expect("nobody panicked");
        in_flight.0 += 1;
        in_flight.1 = in_flight.1.max(in_flight.0);
        let permit = Permit::holding(Flight(Arc::clone(&self.in_flight)));
        Box::pin(std::future::ready(permit))
    }

    fn observe(&self, observation: &Observation) {
        let mut observations = self.observations.lock().expect("nobody panicked");
        observations.push(observation.clone());
    }
}

pub(crate) struct Asker {
    pub(crate) client: Client,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) pace: Arc<Recorder>,
}

/// Asks the server behind `url` with the first of the tokens, in milliseconds instead of seconds.
pub(crate) fn asker(url: &str, tokens: &[&'static str]) -> Asker {
    let mut options = HttpOptions::new(|| at("2026-01-01T00:00:00Z"));
    options.patience = Patience {
        tries: 3,
        first: Duration::from_millis(2),
        longest: Duration::from_millis(10),
        throttled: Duration::from_millis(20),
    };
    options.largest_body = 1024 * 1024;
    options.contact = Some("tests@example.com".to_owned());
    let http = Http::new(options).expect("roots of trust");
    let tokens = Arc::new(Tokens {
        tokens: tokens.to_vec(),
        rejections: Mutex::new(0),
    });
    let pace = Arc::new(Recorder::default());
    let hosts = Hosts::prefixed(&url.parse().expect("a URL"));
    let name = "fabrikam".parse().expect("a name");
    let client = Client::new(&http, &hosts, name, tokens.clone(), pace.clone());
    Asker {
        client,
        tokens,
        pace,
    }
}

pub(crate) struct Service {
    pub(crate) server: MockServer,
    pub(crate) asker: Asker,
}

impl Service {
    pub(crate) fn client(&self) -> &Client {
        &self.asker.client
    }

    /// Every request so far, as path and query.
    pub(crate) async fn asked(&self) -> Vec<String> {
        let requests = self.server.received_requests().await.unwrap_or_default();
        let shown = requests.iter().map(|request| {
            let query = request.url.query().unwrap_or_default();
            format!("{}?{query}", request.url.path())
        });
        shown.collect()
    }
}

/// A server that answers every request with what `answer` says.
pub(crate) async fn service(answer: impl Respond + 'static) -> Service {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let asker = asker(&server.uri(), &["first", "second"]);
    Service { server, asker }
}

/// A server that gives these answers in turn, the last one for ever.
pub(crate) async fn in_turn(answers: Vec<ResponseTemplate>) -> Service {
    let turn = Mutex::new(0);
    service(move |_: &Request| {
        let mut turn = turn.lock().expect("nobody panicked");
        let answer = answers[(*turn).min(answers.len() - 1)].clone();
        *turn += 1;
        answer
    })
    .await
}

pub(crate) fn json(body: &str) -> ResponseTemplate {
    ResponseTemplate::new(200)
        .insert_header("date", DATE)
        .set_body_raw(
            body.as_bytes(),
            "application/json; charset=utf-8; api-version=7.1",
        )
}

pub(crate) fn status(status: u16, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(status)
        .insert_header("date", DATE)
        .set_body_raw(body.as_bytes(), "application/json")
}

/// A list of items with these ids, as many kinds of items have them.
pub(crate) fn list(ids: impl IntoIterator<Item = i64>) -> String {
    let items: Vec<String> = ids
        .into_iter()
        .map(|id| {
            format!(r#"{{"id":{id},"pullRequestId":{id},"changesetId":{id},"status":"completed"}}"#)
        })
        .collect();
    format!(
        r#"{{"count":{},"value":[{}]}}"#,
        items.len(),
        items.join(",")
    )
}

pub(crate) fn parameter(request: &Request, wanted: &str) -> Option<String> {
    let mut pairs = request.url.query_pairs();
    let (_, value) = pairs.find(|(name, _)| name == wanted)?;
    Some(value.into_owned())
}
