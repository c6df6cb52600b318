//! Style, script and icon: part of the program, under names that change with their content, so that browsers keep them.

use std::sync::LazyLock;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use axum::routing::get;
use sha2::{Digest as _, Sha256};

/// A file that browsers keep.
#[derive(Debug)]
pub(crate) struct Asset {
    path: String,
    kind: &'static str,
    content: &'static str,
}

impl Asset {
    fn new(name: &str, extension: &str, kind: &'static str, content: &'static str) -> Self {
        let hash: [u8; 32] = Sha256::digest(content.as_bytes()).into();
        let hash = u64::from_be_bytes(hash.first_chunk().copied().unwrap_or_default());
        Self {
            path: format!("/static/{name}-{hash:016x}.{extension}"),
            kind,
            content,
        }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    fn answer(&self) -> impl IntoResponse + use<> {
        let kept = "public, max-age=31536000, immutable";
        (
            [
                (header::CONTENT_TYPE, HeaderValue::from_static(self.kind)),
                (header::CACHE_CONTROL, HeaderValue::from_static(kept)),
            ],
            self.content,
        )
    }
}

pub(crate) fn style() -> &'static Asset {
    static STYLE: LazyLock<Asset> = LazyLock::new(|| {
        let content = include_str!("../static/adit.css");
        Asset::new("adit", "css", "text/css; charset=utf-8", content)
    });
    &STYLE
}

pub(crate) fn script() -> &'static Asset {
    static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
        let content = include_str!("../static/htmx.js");
        Asset::new("htmx", "js", "text/javascript; charset=utf-8", content)
    });
    &SCRIPT
}

pub(crate) fn icon() -> &'static Asset {
    static ICON: LazyLock<Asset> = LazyLock::new(|| {
        let content = include_str!("../static/adit.svg");
        Asset::new("adit", "svg", "image/svg+xml", content)
    });
    &ICON
}

pub(crate) fn router() -> Router {
    [style(), script(), icon()]
        .into_iter()
        .fold(Router::new(), |router, asset| {
            router.route(asset.path(), get(async || asset.answer()))
        })
}
