//! The door: what everything that is served over HTTP goes through.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use axum::middleware::{from_fn, from_fn_with_state};
use chassis::Advice;
use ipnet::IpNet;
use jiff::Timestamp;
use store::Store;
use url::Url;

use crate::layout::NavigationEntry;
use crate::pace::Pace;
use crate::{Options, Problem, admit, assets, bounds, frame, headers, return_to};

/// Shorter ones could be guessed.
const SHORTEST_ADMIN_TOKEN: usize = 32;

/// The door. Clones are the same door.
#[derive(Clone, Debug)]
pub struct Door(Arc<Inside>);

#[derive(Clone, Debug)]
struct Inside {
    store: Store,
    clock: fn() -> Timestamp,
    public_url: Url,
    trusted_proxies: Vec<IpNet>,
    admin_token: Option<chassis::Secret>,
    navigation: Vec<NavigationEntry>,
    form_targets: Vec<Url>,
    security_policy: HeaderValue,
    pace: Arc<Pace>,
}

impl Door {
    /// A door at this address.
    pub fn new(
        options: &Options,
        listening: SocketAddr,
        store: Store,
        clock: fn() -> Timestamp,
    ) -> anyhow::Result<Self> {
        let inside = Inside {
            store,
            clock,
            public_url: options.public_origin(listening)?,
            trusted_proxies: options.trusted_proxies.clone(),
            admin_token: admin_token(options)?,
            navigation: Vec::new(),
            form_targets: Vec::new(),
            security_policy: headers::security_policy(&[])?,
            pace: Arc::new(Pace::default()),
        };
        Ok(Self(Arc::new(inside)))
    }

    /// Entries of the navigation that come before the door's own. The first one is where people arrive; each one's path
    /// may be returned to after a sign-in.
    #[must_use]
    pub fn with_navigation(self, entries: impl IntoIterator<Item = NavigationEntry>) -> Self {
        let mut inside = Arc::unwrap_or_clone(self.0);
        inside.navigation.extend(entries);
        Self(Arc::new(inside))
    }

    /// Others to whose addresses forms may lead, by a redirect: where people consent.
    pub fn with_form_target(self, target: &Url) -> anyhow::Result<Self> {
        let mut inside = Arc::unwrap_or_clone(self.0);
        inside.form_targets.push(target.clone());
        inside.security_policy = headers::security_policy(&inside.form_targets)?;
        Ok(Self(Arc::new(inside)))
    }

    /// Puts the door before a router. Its routes are for people and programs who are signed in, and what is not GET, HEAD
    /// or OPTIONS is for administrators.
    pub fn wrap(&self, router: Router) -> Router {
        let guarded = router.route_layer(from_fn(admit::guard));
        Router::new()
            .merge(guarded)
            .fallback(async || Problem::not_found("There is no such page."))
            .method_not_allowed_fallback(async || Problem::method_not_allowed())
            .layer(from_fn(admit::admit))
            .merge(assets::router())
            .layer(from_fn(bounds::bound))
            .layer(from_fn_with_state(self.clone(), frame::frame))
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    /// The address that browsers use. No URL is ever made of anything else.
    pub fn public_url(&self) -> &Url {
        &self.0.public_url
    }

    /// An absolute address of one of our paths.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.public_url.as_str().trim_end_matches('/'))
    }

    /// Whether a sign-in may lead here.
    pub(crate) fn may_return_to(&self, target: &str) -> bool {
        let paths: Vec<&str> = self.0.navigation.iter().map(|entry| entry.path).collect();
        return_to::safe(target, &paths).is_some()
    }

    pub(crate) fn trusted_proxies(&self) -> &[IpNet] {
        &self.0.trusted_proxies
    }

    pub(crate) fn admin_token(&self) -> Option<&chassis::Secret> {
        self.0.admin_token.as_ref()
    }

    pub(crate) fn navigation(&self) -> &[NavigationEntry] {
        &self.0.navigation
    }

    pub(crate) fn security_policy(&self) -> &HeaderValue {
        &self.0.security_policy
    }

    pub(crate) fn pace(&self) -> &Pace {
        &self.0.pace
    }
}

fn admin_token(options: &Options) -> anyhow::Result<Option<chassis::Secret>> {
    let Some(secret) = options.admin_token.given() else {
        return Ok(None);
    };
    let token = secret.read()?;
    if secrecy::ExposeSecret::expose_secret(&token).len() < SHORTEST_ADMIN_TOKEN {
        return Err(Advice::configuration(
            format!("ADIT_ADMIN_TOKEN has fewer than {SHORTEST_ADMIN_TOKEN} characters: it could be guessed"),
            "make one by `openssl rand -base64 32`",
        )
        .into());
    }
    Ok(Some(secret.clone()))
}
