//! Bodies that end too early: never a shorter list.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use azdo::Error;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::{asker, list, project};

/// Serves bytes and hangs up: `answers[n]` to the n-th connection, the last one for ever.
async fn raw(answers: Vec<Vec<u8>>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let served = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&served);
    let serve = async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let turn = count.fetch_add(1, Ordering::SeqCst);
            let mut request = vec![0; 8192];
            let _ = socket.read(&mut request).await;
            let _ = socket
                .write_all(&answers[turn.min(answers.len() - 1)])
                .await;
            let _ = socket.shutdown().await;
        }
    };
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(serve);
    tasks.detach_all();
    (url, served)
}

fn with_length(body: &str, cut: usize) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), &body.as_bytes()[..cut]].concat()
}

fn without_length(body: &str, cut: usize) -> Vec<u8> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
    [head.as_bytes(), &body.as_bytes()[..cut]].concat()
}

fn in_chunks(body: &str, cut: usize) -> Vec<u8> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    let whole = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let start = format!("{:x}\r\n", body.len()).len();
    let end = if cut == body.len() {
        whole.len()
    } else {
        start + cut
    };
    [head.as_bytes(), &whole.as_bytes()[..end]].concat()
}

#[tokio::test]
async fn a_body_cut_at_any_byte_is_asked_for_again() {
    let body = format!("{}\n", list([1, 2]));
    for shape in [with_length, without_length, in_chunks] {
        for cut in 0..body.trim_end().len() {
            let (url, served) = raw(vec![shape(&body, cut), shape(&body, body.len())]).await;
            let asker = asker(&url, &["first"]);
            let builds = asker.client.builds(project()).finished().pages();
            assert_eq!(builds.items().await.unwrap().len(), 2, "cut at {cut}");
            assert_eq!(served.load(Ordering::SeqCst), 2, "cut at {cut}");
            let seen = asker.pace.seen();
            assert!(
                seen.iter().any(|one| one.throttled),
                "cut at {cut}: {seen:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_body_that_is_always_cut_is_an_error() {
    let body = list([1, 2]);
    for shape in [with_length, without_length, in_chunks] {
        let (url, served) = raw(vec![shape(&body, body.len() - 1)]).await;
        let asker = asker(&url, &["first"]);
        let builds = asker.client.builds(project()).finished().pages();
        let error = builds.items().await.unwrap_err();
        let expected = matches!(error, Error::Unavailable(_) | Error::Unreadable(_));
        assert!(expected, "{error}");
        assert_eq!(served.load(Ordering::SeqCst), 3);
    }
}

#[tokio::test]
async fn a_connection_that_is_reset_is_repeated() {
    let body = list([1]);
    let (url, _) = raw(vec![Vec::new(), with_length(&body, body.len())]).await;
    let asker = asker(&url, &["first"]);
    let builds = asker.client.builds(project()).finished().pages();
    assert_eq!(builds.items().await.unwrap().len(), 1);
    assert_eq!(asker.pace.seen()[0].status, None);
}
