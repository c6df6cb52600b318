//! Listens and serves.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::body::Body;
use chassis::{Advice, Lifecycle};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use crate::Options;
use crate::frame::Peer;

/// How many may be connected at once; the next ones wait.
const CONNECTIONS: usize = 1_000;
/// How long the head of a request may take to come, and a connection may wait for one.
const HEAD_WITHIN: Duration = Duration::from_secs(30);
/// How long the head may be.
const HEAD: usize = 64 * 1024;

/// Listens where the options say.
pub async fn listen(options: &Options) -> anyhow::Result<TcpListener> {
    let address = options.http_listen;
    let listener = TcpListener::bind(address).await.with_context(|| {
        Advice::configuration(
            format!("cannot serve pages on {address}"),
            "set ADIT_HTTP_LISTEN to a free address",
        )
    })?;
    tracing::info!("serving pages on http://{}", listener.local_addr()?);
    Ok(listener)
}

/// Serves until the process is asked to stop, and finishes what was begun.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    lifecycle: Lifecycle,
) -> anyhow::Result<()> {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            biased;
            () = lifecycle.soft.cancelled() => break,
            next = next => next,
        };
        let place = place.context("wait for a place")?;
        let Ok((stream, peer)) = accepted else {
            // Somebody gave up before they were served, or there are no file descriptors left: both pass.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let connection = graceful.watch(connection(stream, peer, router.clone()));
        lifecycle.tracker.spawn(async move {
            // It ends by an error when the other side goes away, which is theirs to do.
            let _ = connection.await;
            drop(place);
        });
    }
    tokio::select! {
        () = graceful.shutdown() => {}
        () = lifecycle.hard.cancelled() => {}
    }
    Ok(())
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let router = router.clone();
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer));
            Ok::<_, Infallible>(match router.oneshot(request).await {
                Ok(response) => response,
            })
        }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(stream), service)
}
