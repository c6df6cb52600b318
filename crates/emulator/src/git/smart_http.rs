//! Git's smart HTTP: `git http-backend` as a CGI program, with bodies streamed both ways.

use std::{
    io,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, anyhow};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures::StreamExt as _;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWriteExt as _, BufReader},
    process::{Child, Command},
};
use tokio_util::io::{ReaderStream, StreamReader};

/// What is needed to run the program for one request, taken from the world so that no lock is held meanwhile.
#[derive(Clone, Debug)]
pub(super) struct Backend {
    pub program: PathBuf,
    pub environment: Vec<(&'static str, PathBuf)>,
    /// The directory that holds the repositories.
    pub root: PathBuf,
    /// The repository below it.
    pub repository: String,
}

/// Answers `info/refs` and `git-upload-pack` of a repository.
pub(super) async fn serve(backend: Backend, service: &str, request: Request) -> Response {
    match run(backend, service, request).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!("failed to run git http-backend: {error:#}");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "the emulator failed to run git http-backend",
            )
                .into_response()
        }
    }
}

async fn run(backend: Backend, service: &str, request: Request) -> anyhow::Result<Response> {
    let (parts, body) = request.into_parts();
    let mut command = Command::new(&backend.program);
    command
        .envs(backend.environment)
        .env("GIT_PROJECT_ROOT", &backend.root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", format!("/{}/{service}", backend.repository))
        .env("REQUEST_METHOD", parts.method.as_str())
        .env("QUERY_STRING", parts.uri.query().unwrap_or_default())
        .env("REMOTE_ADDR", "127.0.0.1");
    for (variable, name) in [
        ("CONTENT_TYPE", header::CONTENT_TYPE),
        ("CONTENT_LENGTH", header::CONTENT_LENGTH),
        ("HTTP_CONTENT_ENCODING", header::CONTENT_ENCODING),
        ("HTTP_GIT_PROTOCOL", HeaderName::from_static("git-protocol")),
    ] {
        if let Some(value) = parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
        {
            command.env(variable, value);
        }
    }
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let mut child = command.spawn().context("start git http-backend")?;
    let mut input = child
        .stdin
        .take()
        .ok_or_else(|| anyhow!("the program has no input"))?;
    let output = child
        .stdout
        .take()
        .ok_or_else(|| anyhow!("the program has no output"))?;

    // The program may answer before it has read all, so the body is written while the answer is read.
    let mut body = StreamReader::new(
        body.into_data_stream()
            .map(|chunk| chunk.map_err(io::Error::other)),
    );
    let write = async move {
        // A client that goes away, or a program that has read enough, ends this; the answer tells what came of it.
        let _ended = tokio::io::copy(&mut body, &mut input).await;
        let _closed = input.shutdown().await;
    };
    let mut output = BufReader::new(output);
    let (status, headers, write) = {
        let mut write = Box::pin(write);
        let mut written = false;
        let head = read_head(&mut output);
        tokio::pin!(head);
        let (status, headers) = loop {
            tokio::select! {
                () = &mut write, if !written => written = true,
                head = &mut head => break head.context("read the head of the answer")?,
            }
        };
        (status, headers, (!written).then_some(write))
    };
    let chunks = ReaderStream::new(Whole {
        output,
        _child: child,
    });
    // What is left of the request is written while the answer flows.
    let stream = match write {
        None => chunks.left_stream(),
        Some(write) => futures::stream::select(
            chunks.map(Some),
            futures::stream::once(write).map(|()| None),
        )
        .filter_map(std::future::ready)
        .right_stream(),
    };
    let mut response = Response::new(Body::from_stream(stream));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// Reads the CGI head: `Status: 404 Not Found` and headers, up to an empty line.
async fn read_head(
    output: &mut BufReader<impl AsyncRead + Unpin>,
) -> io::Result<(StatusCode, HeaderMap)> {
    let mut status = StatusCode::OK;
    let mut headers = HeaderMap::new();
    let mut line = String::new();
    loop {
        line.clear();
        let length = output.read_line(&mut line).await?;
        let text = line.trim_end();
        if length == 0 || text.is_empty() {
            return Ok((status, headers));
        }
        let Some((name, value)) = text.split_once(':') else {
            continue;
        };
        let value = value.trim();
        if name.eq_ignore_ascii_case("status") {
            let code = value.split(' ').next().and_then(|code| code.parse().ok());
            status = code.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        } else if let (Ok(name), Ok(value)) =
            (HeaderName::try_from(name), HeaderValue::from_str(value))
        {
            headers.append(name, value);
        }
    }
}

/// The answer's body, which keeps the program alive until it is read or dropped.
struct Whole<R> {
    output: R,
    _child: Child,
}

impl<R: AsyncRead + Unpin> AsyncRead for Whole<R> {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        std::pin::Pin::new(&mut self.output).poll_read(context, buffer)
    }
}

/// True for the paths below a repository that a reader uses.
pub(super) fn known(service: &str) -> bool {
    matches!(service, "info/refs" | "git-upload-pack")
}

/// The name of a repository's directory below the root.
pub(super) fn directory_name(directory: &Path) -> String {
    directory
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
