//! The door: what everything that is served over HTTP goes through.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::http::HeaderValue;
use axum::middleware::{from_fn, from_fn_with_state};
use chassis::Advice;
use ipnet::IpNet;
use jiff::Timestamp;
use store::Store;
use url::Url;

use crate::layout::NavigationEntry;
use crate::openid::OpenId;
use crate::pace::Pace;
use crate::password::Passwords;
use crate::{Options, Problem, admit, api, assets, bounds, frame, headers, pages, return_to};

/// Shorter ones could be guessed.
const SHORTEST_ADMIN_TOKEN: usize = 32;

/// How long a page waits for the issuer.
const ISSUER_WITHIN: Duration = Duration::from_secs(2);
/// Every user's page about themselves.
const ACCOUNT: &str = "/account";
/// The door's own entries of the navigation, behind those of others.
const OWN_PAGES: [NavigationEntry; 3] = [
    NavigationEntry {
        label: "Users",
        path: "/users",
        administrators_only: true,
    },
    NavigationEntry {
        label: "Tokens",
        path: "/tokens",
        administrators_only: false,
    },
    NavigationEntry {
        label: "Audit",
        path: "/audit",
        administrators_only: true,
    },
];

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
    /// The same, once it is known where the issuer asks for passwords.
    policy_with_issuer: Arc<OnceLock<HeaderValue>>,
    pace: Arc<Pace>,
    passwords: Passwords,
    openid: Option<OpenId>,
}

impl Door {
    /// A door at this address.
    pub fn new(
        options: &Options,
        listening: SocketAddr,
        store: Store,
        clock: fn() -> Timestamp,
    ) -> anyhow::Result<Self> {
        // Where the issuer asks for passwords is on its own host, as a rule; `meet_issuer` learns of another one.
        let form_targets: Vec<Url> = options
            .oidc_issuer
            .as_deref()
            .and_then(|issuer| Url::parse(issuer).ok())
            .into_iter()
            .collect();
        let inside = Inside {
            store,
            clock,
            public_url: options.public_origin(listening)?,
            trusted_proxies: options.trusted_proxies.clone(),
            admin_token: admin_token(options)?,
            navigation: OWN_PAGES.to_vec(),
            security_policy: headers::security_policy(&form_targets)?,
            form_targets,
            policy_with_issuer: Arc::default(),
            pace: Arc::new(Pace::default()),
            passwords: Passwords::new()?,
            openid: OpenId::new(options, clock)?,
        };
        Ok(Self(Arc::new(inside)))
    }

    /// Entries of the navigation that come before the door's own. The first one is where people arrive; each one's path
    /// may be returned to after a sign-in.
    #[must_use]
    pub fn with_navigation(self, entries: impl IntoIterator<Item = NavigationEntry>) -> Self {
        let mut inside = Arc::unwrap_or_clone(self.0);
        let own = std::mem::take(&mut inside.navigation);
        inside.navigation.extend(entries);
        inside.navigation.extend(own);
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
            .merge(pages::open())
            .merge(pages::known())
            .merge(pages::guarded())
            .merge(api::known())
            .merge(api::guarded())
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
        let entries = self.0.navigation.iter().map(|entry| entry.path);
        let paths: Vec<&str> = entries.chain([ACCOUNT]).collect();
        return_to::safe(target, &paths).is_some()
    }

    /// Where a sign-in leads that asked to be led there.
    pub(crate) fn landing<'a>(&'a self, asked: &'a str) -> &'a str {
        if self.may_return_to(asked) {
            asked
        } else {
            self.home()
        }
    }

    /// Where people arrive.
    pub(crate) fn home(&self) -> &str {
        self.0
            .navigation
            .first()
            .map_or(ACCOUNT, |entry| entry.path)
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
        let with_issuer = self.0.policy_with_issuer.get();
        with_issuer.unwrap_or(&self.0.security_policy)
    }

    /// Learns from the issuer where it asks for passwords, so that our form may lead there. One that does not answer soon is
    /// asked again next time.
    pub(crate) async fn meet_issuer(&self) {
        let Some(openid) = self.openid() else {
            return;
        };
        if self.0.policy_with_issuer.get().is_some() {
            return;
        }
        let asked = tokio::time::timeout(ISSUER_WITHIN, openid.provider()).await;
        let begun = match asked {
            Ok(Ok(provider)) => provider.begin(&self.0.public_url),
            Ok(Err(_)) | Err(_) => return,
        };
        let Ok(begun) = begun else {
            return;
        };
        let mut targets = self.0.form_targets.clone();
        targets.push(begun.url);
        if let Ok(policy) = headers::security_policy(&targets) {
            // Somebody else may have been faster, with the same.
            let _ = self.0.policy_with_issuer.set(policy);
        }
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    pub(crate) fn openid(&self) -> Option<&OpenId> {
        self.0.openid.as_ref()
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
