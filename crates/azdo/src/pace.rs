//! How fast an identity may go: asked before every request, told about every answer.

use std::any::Any;
use std::fmt;
use std::time::Duration;

use futures::future::BoxFuture;

/// The limiter of one identity, shared by everything that uses this identity.
pub trait Pace: Send + Sync + fmt::Debug {
    /// Waits until one more request may be sent. The permit is dropped when the answer's body was
    /// read, so a pace may bound the number of requests in flight.
    fn permit(&self) -> BoxFuture<'_, Permit>;

    /// Learns from an answer, or from the lack of one. Must not block.
    fn observe(&self, observation: &Observation);
}

/// The right to have one request in flight.
pub struct Permit {
    _guard: Option<Box<dyn Any + Send + Sync>>,
}

impl Permit {
    /// A permit that holds `guard` for as long as the request lasts.
    pub fn holding(guard: impl Any + Send + Sync) -> Self {
        Self {
            _guard: Some(Box::new(guard)),
        }
    }

    /// A permit that holds nothing.
    pub fn free() -> Self {
        Self { _guard: None }
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Permit")
    }
}

/// What one request showed about our standing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observation {
    /// The endpoint's template, such as `{project}/_apis/build/builds`.
    pub endpoint: &'static str,
    /// `None`: no answer came (connection refused or reset, time out).
    pub status: Option<u16>,
    /// From sending to the end of the body.
    pub elapsed: Duration,
    /// Decoded bytes of the body that were read.
    pub bytes: u64,
    /// How long to send nothing. May come with any status, 200 too.
    pub retry_after: Option<Duration>,
    /// The identity is over its limit: 429, `TF400733`, or a body that was cut.
    pub throttled: bool,
    /// `X-RateLimit-*`; absent is the normal state and means "far from the limit".
    pub rate_limit: RateLimit,
}

/// The `X-RateLimit-*` headers of an answer. Values that are not numbers are ignored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RateLimit {
    /// What is limited, opaque.
    pub resource: Option<String>,
    /// How long this answer was held back.
    pub delay: Option<Duration>,
    /// Units allowed in the window.
    pub limit: Option<f64>,
    /// Units left in the window.
    pub remaining: Option<f64>,
    /// Until the window is over, by the answer's own clock; never negative.
    pub reset_in: Option<Duration>,
    /// What this request cost; undocumented, seen by one other client.
    pub cost: Option<f64>,
}

/// No limit: for tests and single questions.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unpaced;

impl Pace for Unpaced {
    fn permit(&self) -> BoxFuture<'_, Permit> {
        Box::pin(std::future::ready(Permit::free()))
    }

    fn observe(&self, _observation: &Observation) {}
}
