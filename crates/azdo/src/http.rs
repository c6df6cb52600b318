//! The one HTTP client of the whole product.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::retry::Patience;

/// How the HTTP client behaves.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// A mail or web address that goes into the User-Agent; Microsoft asks for one and shows it on
    /// the organization's usage page.
    pub contact: Option<String>,
    /// Only for answers without a `Date` header.
    pub clock: fn() -> Timestamp,
    /// A delayed answer may take 30 s; a shorter time out would turn delays into repetitions.
    pub read_timeout: Duration,
    /// From sending to the end of the body, so that a trickle comes to an end.
    pub total_timeout: Duration,
    /// Larger decoded bodies are refused while they are read.
    pub largest_body: usize,
    /// How failures are repeated.
    pub patience: Patience,
}

impl HttpOptions {
    /// The defaults that Azure DevOps asks for.
    pub fn new(clock: fn() -> Timestamp) -> Self {
        Self {
            contact: None,
            clock,
            read_timeout: Duration::from_mins(2),
            total_timeout: Duration::from_mins(10),
            largest_body: 64 * 1024 * 1024,
            patience: Patience::default(),
        }
    }
}

/// Connections, shared by all clients of a process. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    reqwest: reqwest::Client,
    options: Arc<HttpOptions>,
    pub(crate) learned: Arc<Learned>,
}

impl Http {
    /// The only place where a `reqwest::Client` is made. Fails when the system has no usable roots
    /// of trust.
    pub fn new(options: HttpOptions) -> Result<Self, reqwest::Error> {
        let contact = options
            .contact
            .iter()
            .map(|contact| contact.replace(|letter: char| !(' '..='~').contains(&letter), ""))
            .map(|contact| format!("; {contact}"));
        let user_agent = format!(
            "adit/{} (+https://github.com/adit-dev/adit{})",
            env!("CARGO_PKG_VERSION"),
            contact.collect::<String>()
        );
        let reqwest = reqwest::Client::builder()
            .user_agent(user_agent)
            // A redirect is a refused sign-in; followed, it would carry the token elsewhere.
            .redirect(reqwest::redirect::Policy::none())
            // reqwest would repeat some failures unseen by the pace.
            .retry(reqwest::retry::never())
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(options.read_timeout)
            .timeout(options.total_timeout)
            .pool_idle_timeout(Duration::from_mins(1))
            .tcp_keepalive(Duration::from_secs(30))
            .build()?;
        Ok(Self {
            reqwest,
            options: Arc::new(options),
            learned: Arc::default(),
        })
    }

    /// For the sign-in with Microsoft Entra, which is not this crate's matter.
    pub fn reqwest(&self) -> &reqwest::Client {
        &self.reqwest
    }

    pub(crate) fn options(&self) -> &HttpOptions {
        &self.options
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Http")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// What the answers so far have shown about the server, so that it need not be asked again.
#[derive(Debug, Default)]
pub(crate) struct Learned {
    longest_pages: Mutex<BTreeMap<&'static str, usize>>,
    flag_lists: std::sync::atomic::AtomicBool,
}

impl Learned {
    /// Remembers the length of a page and gives the longest one seen before.
    pub(crate) fn page(&self, endpoint: &'static str, length: usize) -> usize {
        let mut pages = self
            .longest_pages
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let longest = pages.entry(endpoint).or_default();
        let before = *longest;
        *longest = before.max(length);
        before
    }

    /// Whether the server is known to understand `statusFilter=a,b`.
    pub(crate) fn flag_lists(&self) -> bool {
        self.flag_lists.load(std::sync::atomic::Ordering::Relaxed)
    }

    pub(crate) fn flag_lists_work(&self) {
        self.flag_lists
            .store(true, std::sync::atomic::Ordering::Relaxed);
    }
}
