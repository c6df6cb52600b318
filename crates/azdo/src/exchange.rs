//! One question and its answer, with everything that lies between: credential, pace, repetition.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER,
};
use tokio::time::Instant;
use tracing::{Instrument as _, debug, debug_span, field};
use uuid::Uuid;

use crate::answer::{Answer, Unparsed, Verdict, judge};
use crate::credential::{Authorization, Credential};
use crate::error::Error;
use crate::explanation::Explanation;
use crate::hosts::Hosts;
use crate::http::Http;
use crate::organization::OrganizationName;
use crate::pace::{Observation, Pace, RateLimit};
use crate::request::Request;
use crate::waiting::{Board, Waiting};

/// What all requests of one client share.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) http: Http,
    pub(crate) hosts: Hosts,
    pub(crate) organization: Option<OrganizationName>,
    pub(crate) credential: Arc<dyn Credential>,
    pub(crate) pace: Arc<dyn Pace>,
    pub(crate) board: Board,
    /// Groups the requests of one run on the organization's usage page.
    pub(crate) session: Uuid,
    requests: AtomicU64,
    /// Of the newest answer by the service's clock, in seconds; `i64::MIN` before the first.
    observed_at: AtomicI64,
}

/// What came back of one sending.
struct Heard {
    verdict: Verdict,
    observation: Observation,
}

impl Exchange {
    pub(crate) fn new(
        http: Http,
        hosts: Hosts,
        organization: Option<OrganizationName>,
        credential: Arc<dyn Credential>,
        pace: Arc<dyn Pace>,
    ) -> Self {
        Self {
            http,
            hosts,
            organization,
            credential,
            pace,
            board: Board::new(),
            session: Uuid::new_v4(),
            requests: AtomicU64::new(0),
            observed_at: AtomicI64::new(i64::MIN),
        }
    }

    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn count(&self, requests: u64) {
        self.requests.fetch_add(requests, Ordering::Relaxed);
    }

    /// When the service last answered, by its own clock.
    pub(crate) fn observed_at(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.observed_at.load(Ordering::Relaxed)).ok()
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.http.options().clock)()
    }

    /// Asks until there is an answer that `parse` can read, or a reason to give up.
    pub(crate) async fn read<R>(
        &self,
        request: &Request,
        parse: impl Fn(&Answer) -> Result<R, Unparsed> + Send + Sync,
    ) -> Result<(R, Answer), Error> {
        let patience = self.http.options().patience;
        let mut authorization = self.credential.authorization(None).await?;
        let mut renewed = false;
        let mut failures = 0;
        loop {
            let verdict = self.send(request, &authorization).await;
            let (error, throttled, wait) = match verdict {
                Verdict::Use(answer) => match parse(&answer) {
                    Ok(read) => return Ok((read, answer)),
                    Err(Unparsed::Cut) => (self.cut(request, &answer), true, None),
                    Err(Unparsed::Other(reason)) => {
                        return Err(unreadable(request, &answer, reason));
                    }
                },
                Verdict::Fail(error) => return Err(error),
                Verdict::Renew(error) => {
                    if renewed {
                        return Err(error);
                    }
                    renewed = true;
                    let fresh = self.credential.authorization(Some(&authorization)).await?;
                    // The same one again: there is no other, and the answer would be the same.
                    if fresh.is_same_as(&authorization) {
                        return Err(error);
                    }
                    authorization = fresh;
                    continue;
                }
                Verdict::Repeat {
                    error,
                    throttled,
                    wait,
                } => (error, throttled, wait),
            };
            failures += 1;
            if failures >= patience.tries {
                return Err(error);
            }
            debug!(%error, failures, "will ask {} again", request.endpoint);
            // A cut body says nothing of how long to wait: it backs off like any failure.
            let told = wait.or_else(|| {
                (throttled && matches!(error, Error::Throttled(_))).then_some(patience.throttled)
            });
            if let Some(time) = told {
                let shown = |until| Waiting::RetryAfter { until };
                self.board.sleep(shown, time).await;
            } else {
                let shown = |until| Waiting::Backoff {
                    until,
                    failure: failures,
                };
                self.board.sleep(shown, patience.backoff(failures)).await;
            }
        }
    }

    /// An answer whose length nobody vouched for ended too early: throttling in disguise.
    fn cut(&self, request: &Request, answer: &Answer) -> Error {
        self.pace.observe(&Observation {
            endpoint: request.endpoint,
            status: Some(answer.status),
            throttled: true,
            ..Observation::default()
        });
        unreadable(request, answer, "the body ends too early".to_owned())
    }

    async fn send(&self, request: &Request, authorization: &Authorization) -> Verdict {
        let permit = self.board.during(Waiting::Pace, self.pace.permit()).await;
        let span = debug_span!(
            "azure devops",
            otel.kind = "client",
            http.request.method = if request.body.is_some() {
                "POST"
            } else {
                "GET"
            },
            url.template = request.endpoint,
            http.response.status_code = field::Empty,
        );
        let heard = self
            .sent(request, authorization)
            .instrument(span.clone())
            .await;
        drop(permit);
        if let Some(status) = heard.observation.status {
            span.record("http.response.status_code", status);
        }
        self.pace.observe(&heard.observation);
        if let Verdict::Use(answer) = &heard.verdict {
            self.observed_at
                .fetch_max(answer.date.as_second(), Ordering::Relaxed);
        }
        heard.verdict
    }

    async fn sent(&self, request: &Request, authorization: &Authorization) -> Heard {
        let started = Instant::now();
        self.count(1);
        let mut observation = Observation {
            endpoint: request.endpoint,
            ..Observation::default()
        };
        let verdict = self
            .heard(request, authorization, &mut observation)
            .await
            .unwrap_or_else(|verdict| verdict);
        observation.elapsed = started.elapsed();
        Heard {
            verdict,
            observation,
        }
    }

    async fn heard(
        &self,
        request: &Request,
        authorization: &Authorization,
        observation: &mut Observation,
    ) -> Result<Verdict, Verdict> {
        let url = request.url(&self.hosts, self.organization.as_ref());
        let silence = |what: &str, error: reqwest::Error| {
            // Without its URL: a query may hold names of people.
            let error = error.without_url();
            let mut message = format!("{what}: {error}");
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                message = format!("{message}: {cause}");
                source = cause.source();
            }
            Verdict::Repeat {
                error: Error::Unavailable(Box::new(Explanation::ours(request.endpoint, message))),
                throttled: false,
                wait: None,
            }
        };
        let http = self.http.reqwest();
        let question = match &request.body {
            None => http.get(url),
            Some(body) => http
                .post(url)
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone()),
        };
        let mut response = question
            .headers(self.headers(request, authorization))
            .send()
            .await
            .map_err(|error| silence("no answer", error))?;
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        let date = headers.get(DATE).and_then(http_date);
        observation.status = Some(status);
        observation.retry_after = retry_after(&headers, date);
        observation.rate_limit = rate_limit(&headers, date);
        let largest = self.http.options().largest_body;
        let mut body = Vec::new();
        loop {
            let chunk = response.chunk().await.map_err(|error| {
                observation.throttled = true;
                silence("the body was cut", error)
            })?;
            let Some(chunk) = chunk else { break };
            observation.bytes += chunk.len() as u64;
            if body.len() + chunk.len() > largest {
                let message = format!("more than {largest} bytes");
                let explanation = Explanation::ours(request.endpoint, message);
                return Err(Verdict::Fail(Error::TooLarge(Box::new(explanation))));
            }
            body.extend_from_slice(&chunk);
        }
        let reset_in = observation.rate_limit.reset_in;
        let wait = match observation.retry_after {
            None if status == 429 => reset_in,
            told => told,
        };
        let date = date.unwrap_or_else(|| self.now());
        let verdict = judge(request.endpoint, status, &headers, body, date, wait);
        observation.throttled = matches!(
            verdict,
            Verdict::Repeat {
                throttled: true,
                ..
            }
        );
        Ok(verdict)
    }

    fn headers(&self, request: &Request, authorization: &Authorization) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut set = |name: &'static str, value: &str| {
            if let Ok(mut value) = HeaderValue::from_str(value) {
                value.set_sensitive(name == AUTHORIZATION.as_str());
                headers.insert(name, value);
            }
        };
        if !authorization.is_nobodys() {
            set(AUTHORIZATION.as_str(), authorization.header());
        }
        let accept = format!("application/json;api-version={}", request.version);
        set(ACCEPT.as_str(), &accept);
        // A bad token answers 401, not a redirect to the sign-in page.
        set("x-tfs-fedauthredirect", "Suppress");
        // Lets organizations of Microsoft accounts authenticate; Microsoft's own clients send it.
        set("x-vss-forcemsapassthrough", "true");
        set("x-tfs-session", &self.session.to_string());
        headers
    }
}

fn unreadable(request: &Request, answer: &Answer, reason: String) -> Error {
    Error::Unreadable(Box::new(Explanation {
        status: Some(answer.status),
        ..Explanation::ours(request.endpoint, reason)
    }))
}

/// RFC 1123, as in `Date` and `Retry-After`.
fn http_date(value: &HeaderValue) -> Option<Timestamp> {
    // RFC 2822 writes the zone as an offset and allows `GMT` as an obsolete form.
    rfc2822::DateTimeParser::new()
        .relaxed_weekday(true)
        .parse_timestamp(value.to_str().ok()?.trim())
        .ok()
}

/// Seconds, with decimals too, or a date, read by the answer's own clock: ours may be wrong.
fn retry_after(headers: &HeaderMap, date: Option<Timestamp>) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?;
    if let Some(seconds) = value.to_str().ok().and_then(seconds) {
        return Some(seconds);
    }
    let until = http_date(value)?;
    Some(until.duration_since(date?).try_into().unwrap_or_default())
}

fn rate_limit(headers: &HeaderMap, date: Option<Timestamp>) -> RateLimit {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let number = |name: &str| -> Option<f64> {
        let number: f64 = text(name)?.trim().parse().ok()?;
        number.is_finite().then_some(number)
    };
    let reset_in = || -> Option<Duration> {
        let epoch = text("x-ratelimit-reset").and_then(seconds)?;
        let reset = Timestamp::from_second(i64::try_from(epoch.as_secs()).ok()?).ok()?;
        Some(reset.duration_since(date?).try_into().unwrap_or_default())
    };
    RateLimit {
        resource: text("x-ratelimit-resource").map(str::to_owned),
        delay: text("x-ratelimit-delay").and_then(seconds),
        limit: number("x-ratelimit-limit"),
        remaining: number("x-ratelimit-remaining"),
        reset_in: reset_in(),
        cost: number("x-ratelimit-cost"),
    }
}

fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}
