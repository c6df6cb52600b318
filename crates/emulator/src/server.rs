//! The HTTP server.

use std::net::SocketAddr;

use anyhow::Context as _;
use axum::ServiceExt as _;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::{Layer as _, util::MapRequestLayer};

use crate::{emulator::Emulator, wire};

/// The settings of a client by which it finds the hosts, and the prefix of each.
pub const HOSTS: [(&str, &str); 7] = [
    ("ADIT_AZURE_DEVOPS_URL", "/azure-devops"),
    ("ADIT_VSSPS_URL", "/vssps"),
    ("ADIT_PROFILE_URL", "/profile"),
    ("ADIT_RELEASE_URL", "/release"),
    ("ADIT_ENTITLEMENTS_URL", "/entitlements"),
    ("ADIT_ANALYTICS_URL", "/analytics"),
    ("ADIT_LOGIN_URL", "/login"),
];

/// An emulator that listens, until it is stopped or dropped.
#[derive(Debug)]
pub struct Running {
    emulator: Emulator,
    address: SocketAddr,
    stop: CancellationToken,
    tracker: TaskTracker,
}

impl Running {
    /// Listens; port 0 takes a free one.
    pub async fn start(emulator: Emulator, listen: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("listen on {listen}"))?;
        let address = listener
            .local_addr()
            .context("read the address that is listened on")?;
        let stop = CancellationToken::new();
        let tracker = TaskTracker::new();
        let router =
            MapRequestLayer::new(wire::lower_case_path).layer(wire::router(emulator.clone()));
        let stopped = stop.clone().cancelled_owned();
        tracker.spawn(async move {
            let serving =
                axum::serve(listener, router.into_make_service()).with_graceful_shutdown(stopped);
            if let Err(error) = serving.await {
                tracing::error!("failed to serve: {error}");
            }
        });
        tracker.close();
        Ok(Self {
            emulator,
            address,
            stop,
            tracker,
        })
    }

    /// The emulator that is served.
    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// Where it listens, as a URL without a trailing slash.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The settings of a client that is to find this emulator.
    pub fn settings(&self) -> impl Iterator<Item = (&'static str, String)> {
        HOSTS
            .iter()
            .map(|(name, prefix)| (*name, format!("{}{prefix}", self.url())))
    }

    /// Stops listening, and waits for the answers under way.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tracker.wait().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
