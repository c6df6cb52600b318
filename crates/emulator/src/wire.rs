//! What happens to every request and answer on the way: faults, standard headers, compression, counting.

mod path;

use std::{io::Write as _, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use flate2::{Compression, write::GzEncoder};
use futures::StreamExt as _;
use jiff::SignedDuration;
use uuid::Uuid;

use crate::{
    boards, control,
    count::{Endpoint, Seen},
    date,
    emulator::Emulator,
    entra,
    fault::{AGAIN, Effect, Page, Strike, drop_items, empty_page},
    git, organization, pipelines,
    query::Query,
    refusal::Refusal,
    routes::Routes,
    tfvc,
};

pub use self::path::lower_case_path;

/// The smallest body that is worth compressing.
const COMPRESSED_FROM: usize = 1_024;

/// The prefixes of hosts that are not Azure DevOps'.
const OTHER_HOSTS: [&str; 3] = ["/login/", "/imds/", "/app-service/"];

/// All routes of the emulator.
pub fn router(emulator: Emulator) -> Router {
    let domains: [fn(Routes) -> Routes; 6] = [
        organization::routes,
        git::routes,
        pipelines::routes,
        boards::routes,
        tfvc::routes,
        entra::routes,
    ];
    let routes = domains
        .into_iter()
        .fold(Routes::default(), |routes, add| add(routes));
    let service = routes
        .into_router()
        .fallback(async |request: Request| {
            Refusal::no_controller(request.uri().path()).into_response()
        })
        .layer(from_fn_with_state(emulator.clone(), pass));
    Router::new()
        .nest("/_emulator", control::router())
        .merge(service)
        .with_state(emulator)
}

/// One request from end to end.
async fn pass(State(emulator): State<Emulator>, mut request: Request, next: Next) -> Response {
    let method = request.method().to_string();
    let target = request.uri().to_string();
    let template = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unmatched", MatchedPath::as_str)
        .to_owned();
    let headers = request.headers().clone();
    let organization = path::organization(&template, request.uri().path());
    let strikes = emulator.faults().strike(&method, &template, &target);
    let token = token_asked(&mut request);

    emulator.counts().begin();
    let mut response = answer(&emulator, &strikes, &token, request, next).await;
    // Entra and the machine's services have none of these, and their time is everybody's.
    if !OTHER_HOSTS.iter().any(|host| template.starts_with(host)) {
        standard_headers(&emulator, &headers, response.headers_mut());
    }
    let seen = Seen {
        at: date::stored(emulator.clock().now()),
        method: method.clone(),
        target,
        status: response.status().as_u16(),
        user_agent: text(&headers, "user-agent"),
        session: text(&headers, "x-tfs-session"),
    };
    emulator.counts().end(
        Endpoint {
            method,
            template,
            organization,
        },
        seen,
    );
    let response = if accepts_gzip(&headers) {
        compressed(response).await
    } else {
        response
    };
    cut(&strikes, response).await
}

fn text(headers: &HeaderMap, name: &str) -> String {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

/// The token of the request; one that an empty page gave is brought back to what it stands for.
fn token_asked(request: &mut Request) -> String {
    let raw = request.uri().query().unwrap_or_default().to_owned();
    let token = Query::parse(&raw)
        .get("continuationToken")
        .unwrap_or_default()
        .to_owned();
    let Some(original) = token.strip_prefix(AGAIN) else {
        return token;
    };
    let encoded = format!("continuationToken={AGAIN}");
    let brought_back = match original {
        "" => raw
            .replace(&format!("&{encoded}"), "")
            .replace(&encoded, ""),
        _ => raw.replace(&encoded, "continuationToken="),
    };
    if let Ok(target) = format!("{}?{brought_back}", request.uri().path()).parse() {
        *request.uri_mut() = target;
    }
    original.to_owned()
}

/// The answer, spoilt where faults strike.
async fn answer(
    emulator: &Emulator,
    strikes: &[Strike],
    token: &str,
    request: Request,
    next: Next,
) -> Response {
    for strike in strikes {
        if let Effect::Delay { milliseconds } = strike.effect {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        }
    }
    let retry_at = |seconds: u64| {
        let wait = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or_default());
        date::header(emulator.clock().now() + wait)
    };
    if let Some(refusal) = strikes
        .iter()
        .find_map(|strike| strike.effect.instead(retry_at))
    {
        return refusal.into_response();
    }
    let mut response = next.run(request).await;
    for strike in strikes {
        response = spoilt(emulator, strike, token, response).await;
    }
    response
}

async fn spoilt(emulator: &Emulator, strike: &Strike, token: &str, response: Response) -> Response {
    match strike.effect {
        Effect::Slow { seconds } => with_header(response, "retry-after", &seconds.to_string()),
        Effect::Repeat => {
            let page = page(response).await;
            whole(emulator.faults().first_page(strike.id, page))
        }
        Effect::Drop { percent } => whole(drop_items(page(response).await, percent)),
        Effect::Empty => whole(empty_page(page(response).await, token)),
        _ => response,
    }
}

fn with_header(mut response: Response, name: &'static str, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
    response
}

/// Takes an answer into memory.
async fn page(response: Response) -> Page {
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX)
        .await
        .unwrap_or_default();
    Page {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

/// Makes an answer of what is in memory.
fn whole(page: Page) -> Response {
    let mut response = Response::new(Body::from(page.body));
    *response.status_mut() = page.status;
    *response.headers_mut() = page.headers;
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}

/// The headers that every answer of the service carries.
fn standard_headers(emulator: &Emulator, asked: &HeaderMap, headers: &mut HeaderMap) {
    let activity = Uuid::new_v4().to_string();
    let now = date::header(emulator.clock().now());
    for (name, value) in [
        ("activityid", activity.as_str()),
        ("x-vss-e2eid", activity.as_str()),
        ("x-tfs-processid", "ca73b85e-7cab-47c0-aac9-794ab250907f"),
        (
            "x-vss-senderdeploymentid",
            "ed30ce5c-9d0a-f73c-3580-4315c7f84d83",
        ),
        ("date", now.as_str()),
        ("cache-control", "no-cache"),
        ("pragma", "no-cache"),
        ("expires", "-1"),
        ("vary", "Accept-Encoding"),
        ("x-content-type-options", "nosniff"),
        ("x-cache", "CONFIG_NOCACHE"),
    ] {
        if let (false, Ok(value)) = (headers.contains_key(name), HeaderValue::from_str(value)) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    let session = asked
        .get("x-tfs-session")
        .cloned()
        .or_else(|| HeaderValue::from_str(&activity).ok());
    if let Some(session) = session {
        headers.insert(HeaderName::from_static("x-tfs-session"), session);
    }
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    text(headers, "accept-encoding")
        .split(',')
        .any(|coding| coding.trim().starts_with("gzip"))
}

/// JSON that is long enough goes out compressed.
async fn compressed(response: Response) -> Response {
    let is_json = text(response.headers(), "content-type").starts_with("application/json");
    if !is_json || response.headers().contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    let mut page = page(response).await;
    if page.body.len() >= COMPRESSED_FROM
        && let Some(packed) = packed(&page.body)
    {
        page.body = packed;
        page.headers
            .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    whole(page)
}

fn packed(body: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

/// Promises the whole body, and breaks the connection after a part of it.
async fn cut(strikes: &[Strike], response: Response) -> Response {
    let Some(bytes) = strikes.iter().find_map(|strike| match strike.effect {
        Effect::Cut { bytes } => Some(bytes),
        _ => None,
    }) else {
        return response;
    };
    let page = page(response).await;
    let (promised, kept) = (
        page.body.len(),
        page.body.slice(..bytes.min(page.body.len())),
    );
    let mut response = whole(page);
    if kept.len() == promised {
        return response;
    }
    // What is kept must leave before the connection breaks, or the client would see nothing at all.
    let break_off = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Err(std::io::Error::other("the connection is broken on request"))
    };
    let broken = futures::stream::once(async { Ok(kept) }).chain(futures::stream::once(break_off));
    *response.body_mut() = Body::from_stream(broken);
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, HeaderValue::from(promised));
    response
}
