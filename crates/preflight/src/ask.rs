//! Asking within the time that somebody waits.

use std::future::Future;
use std::time::Duration;

use azdo::{Error, OrganizationName};

use crate::evidence::Answer;

/// Why there is nothing to read.
#[derive(Debug)]
pub(crate) enum Failure {
    Refused(Error),
    Silence,
}

impl Failure {
    /// To what was asked itself.
    pub(crate) fn answer(&self) -> Answer<'_> {
        match self {
            Self::Refused(error) => Answer::Refused(error),
            Self::Silence => Answer::Silence,
        }
    }

    /// To something like it.
    pub(crate) fn elsewhere(&self) -> Answer<'_> {
        match self {
            Self::Refused(error) => Answer::RefusedElsewhere(error),
            Self::Silence => Answer::Silence,
        }
    }
}

/// Gives up after `patience`: what is throttled for minutes is not waited for by a page.
pub(crate) async fn within<T>(
    patience: Duration,
    question: impl Future<Output = Result<T, Error>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(patience, question).await {
        Ok(read) => read.map_err(Failure::Refused),
        Err(_) => Err(Failure::Silence),
    }
}

/// Method and path as they are shown.
pub(crate) fn asked(method: &str, organization: &OrganizationName, path: &str) -> String {
    format!("{method} /{organization}/{path}")
}
