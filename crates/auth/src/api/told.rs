//! A refusal as the API and the pages tell it.

use anyhow::anyhow;
use axum::http::StatusCode;
use front::Problem;

use crate::refusal::{Refusal, RefusalKind};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let remedy = match refusal.link.as_str() {
            "" => refusal.remedy.clone(),
            link if refusal.remedy.is_empty() => format!("see {link}"),
            link => format!("{} ({link})", refusal.remedy),
        };
        let with = |status, kind, title| {
            Self::new(status, kind, title, refusal.explanation.clone(), remedy)
        };
        match refusal.kind {
            RefusalKind::Wrong => with(StatusCode::BAD_REQUEST, "invalid", "This cannot be done"),
            RefusalKind::NotFound => with(StatusCode::NOT_FOUND, "not-found", "Not found"),
            RefusalKind::Conflict => with(
                StatusCode::CONFLICT,
                "conflict",
                "This is in the way of something else",
            ),
            RefusalKind::Refused => with(
                StatusCode::UNPROCESSABLE_ENTITY,
                "refused",
                "Microsoft refuses this",
            ),
            RefusalKind::Operator => with(
                StatusCode::UNPROCESSABLE_ENTITY,
                "keys",
                "A secret cannot be opened or sealed",
            ),
            RefusalKind::Later => match &refusal.cause {
                Some(cause) => {
                    let source = std::error::Error::source(cause.as_ref());
                    let source = source.map(ToString::to_string).unwrap_or_default();
                    Self::unavailable(anyhow!("{cause}: {source}"))
                }
                None => with(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "unavailable",
                    "Not available right now",
                ),
            },
        }
    }
}
