//! The one way out of this crate.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use crate::Refusal;

/// From sending to the end of the body.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Connections to those who give tokens. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    reqwest: reqwest::Client,
    clock: fn() -> Timestamp,
}

impl Http {
    /// Fails when the system has no usable roots of trust.
    pub fn new(clock: fn() -> Timestamp) -> Result<Self, Refusal> {
        let reqwest = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            .build()
            .map_err(|_| Refusal::misconfigured("no_trust", "", ""))?;
        Ok(Self { reqwest, clock })
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Http").finish_non_exhaustive()
    }
}
