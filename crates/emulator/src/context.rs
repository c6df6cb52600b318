//! What a handler knows of a request, and how a handler becomes a route.

use std::sync::{Arc, RwLockReadGuard, RwLockWriteGuard};

use axum::{
    extract::{MatchedPath, RawPathParams, Request, State},
    http::{HeaderName, HeaderValue},
    response::Response,
    routing::{self, MethodRouter},
};
use bytes::Bytes;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{
    answer::Reply,
    auth,
    emulator::Emulator,
    organization::{Domain, Project, User},
    query::Query,
    refusal::Refusal,
    world::World,
};

/// The largest body that a request may carry.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// What a handler knows of a request.
#[derive(Clone, Debug)]
pub struct Context {
    pub emulator: Emulator,
    /// Who asks; on anonymous routes the nobody.
    pub caller: Arc<User>,
    pub query: Query,
    pub body: Bytes,
    /// True where the credential came as a Bearer token: a user's, not an organization's PAT.
    pub by_bearer: bool,
    /// True where the credential is a token of Entra.
    pub signed_in: bool,
    anonymous: bool,
    /// Scheme, authority and nothing else: for links that must be followed.
    pub origin: String,
    /// The path and query as they came.
    pub target: String,
    version: String,
    parameters: Vec<(String, String)>,
}

/// A handler: it does no waiting.
pub type Handler = fn(&Context) -> Reply;

/// A route that answers GET to those who may sign in.
pub fn get(handler: Handler) -> MethodRouter<Emulator> {
    routing::get(move |State(emulator): State<Emulator>, request: Request| {
        run(request, emulator, handler, false)
    })
}

/// A route that answers POST.
pub fn post(handler: Handler) -> MethodRouter<Emulator> {
    routing::post(move |State(emulator): State<Emulator>, request: Request| {
        run(request, emulator, handler, false)
    })
}

/// A route that answers GET to everybody.
pub fn get_anonymously(handler: Handler) -> MethodRouter<Emulator> {
    routing::get(move |State(emulator): State<Emulator>, request: Request| {
        run(request, emulator, handler, true)
    })
}

/// A route that answers OPTIONS to everybody.
pub fn options_anonymously(handler: Handler) -> MethodRouter<Emulator> {
    routing::options(move |State(emulator): State<Emulator>, request: Request| {
        run(request, emulator, handler, true)
    })
}

async fn run(request: Request, emulator: Emulator, handler: Handler, anonymous: bool) -> Response {
    match Context::read(request, emulator, anonymous).await {
        Err(refusal) => refusal.into_response(),
        Ok(context) => {
            let mut response = match answer(&context, handler) {
                Ok(answer) => answer.into_response(&context.version),
                Err(refusal) => refusal.into_response(),
            };
            // The service tells who it thinks is asking.
            let identity = &context.caller.identity;
            let user = HeaderValue::from_str(&format!("{}:{}", identity.id, identity.unique_name));
            if let (false, Ok(user)) = (identity.unique_name.is_empty(), user) {
                response
                    .headers_mut()
                    .insert(HeaderName::from_static("x-vss-userdata"), user);
            }
            response
        }
    }
}

/// The answer: of a neighbour where the path names one, and otherwise the handler's.
fn answer(context: &Context, handler: Handler) -> Reply {
    let neighbour = {
        let world = context.world();
        world.neighbour(context.parameter("organization")).cloned()
    };
    match neighbour {
        // Where is what is the same everywhere.
        Some(neighbour) if !context.anonymous => neighbour.answer(context),
        _ => handler(context),
    }
}

impl Context {
    /// Reads a request: who asks is settled first, as the service does.
    pub async fn read(
        request: Request,
        emulator: Emulator,
        anonymous: bool,
    ) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let parameters = axum::RequestPartsExt::extract::<RawPathParams>(&mut parts)
            .await
            .map_or_else(
                |_| Vec::new(),
                |raw| {
                    raw.iter()
                        .map(|(name, value)| (String::from(name), String::from(value)))
                        .collect()
                },
            );
        let organization = parameters
            .iter()
            .find(|(name, _)| name == "organization")
            .map(|(_, value)| value.as_str());
        let caller = auth::caller(&emulator, &parts, organization, anonymous)?;
        let domain = parts
            .extensions
            .get::<MatchedPath>()
            .and_then(|path| Domain::of_route(path.as_str()));
        let project = parameters
            .iter()
            .find(|(name, _)| name == "project")
            .map_or("", |(_, value)| value.as_str());
        let caller = within(&emulator, caller, domain, project)?;
        let body = axum::body::to_bytes(body, BODY_LIMIT)
            .await
            .map_err(|_| Refusal::invalid("The body cannot be read."))?;
        let query = Query::parse(parts.uri.query().unwrap_or_default());
        Ok(Self {
            version: version(&query, &parts.headers),
            by_bearer: auth::is_bearer(&parts.headers),
            signed_in: auth::token(&parts.headers)
                .is_some_and(|token| emulator.world().entra.gave(&token)),
            anonymous,
            origin: origin(&parts.headers),
            target: parts.uri.to_string(),
            emulator,
            caller,
            query,
            body,
            parameters,
        })
    }

    /// The world, to read.
    pub fn world(&self) -> RwLockReadGuard<'_, World> {
        self.emulator.world()
    }

    /// The world, to change.
    pub fn world_mut(&self) -> RwLockWriteGuard<'_, World> {
        self.emulator.world_mut()
    }

    /// The world's time.
    pub fn now(&self) -> Timestamp {
        self.emulator.clock().now()
    }

    /// A part of the path, decoded; empty where the route has no such part.
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters
            .iter()
            .find(|(given, _)| given == name)
            .map_or("", |(_, value)| value)
    }

    /// A part of the path that must be a whole number.
    pub fn parameter_number(&self, name: &str) -> Result<i64, Refusal> {
        let value = self.parameter(name);
        value.parse().map_err(|_| Refusal::argument(name, value))
    }

    /// True where the path names a project.
    pub fn has_project(&self) -> bool {
        !self.parameter("project").is_empty()
    }

    /// The project of the path, if the caller may read it; `None` at organization level.
    pub fn project<'w>(&self, world: &'w World) -> Result<Option<&'w Project>, Refusal> {
        let name = self.parameter("project");
        if name.is_empty() {
            return Ok(None);
        }
        world
            .organization
            .project_to_read(&self.caller, name)
            .map(Some)
    }

    /// The project that the path must name.
    pub fn the_project<'w>(&self, world: &'w World) -> Result<&'w Project, Refusal> {
        self.project(world)?
            .ok_or_else(|| Refusal::project_missing(""))
    }

    /// True where the caller reads the project, and the path names it or none.
    pub fn covers(&self, scope: Option<&Project>, project: Uuid) -> bool {
        scope.is_none_or(|scope| scope.id == project) && self.caller.reads(project)
    }

    /// The version asked for, as `7.1` or `7.1-preview.3`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Refuses a released version of a resource that exists as a preview only.
    pub fn preview_only(&self) -> Result<(), Refusal> {
        if self.version.contains("-preview") {
            Ok(())
        } else {
            Err(Refusal::preview_only(&self.version))
        }
    }

    /// The body as JSON.
    pub fn read_body<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Refusal::invalid(&format!("The body cannot be read: {error}")))
    }

    /// The start of the organization's own links, which must be followed: they keep to the host that was asked.
    pub fn base(&self) -> String {
        format!(
            "{}/azure-devops/{}",
            self.origin,
            self.parameter("organization")
        )
    }
}

/// The caller as the domain meets them, if it lets them in at all.
fn within(
    emulator: &Emulator,
    caller: Arc<User>,
    domain: Option<Domain>,
    project: &str,
) -> Result<Arc<User>, Refusal> {
    let Some(domain) = domain else {
        return Ok(caller);
    };
    let organization = &emulator.world().organization;
    organization.check_open(&caller, project, domain)?;
    Ok(caller.within(domain, organization))
}

/// `api-version` of the query, or of the Accept header, or the version of today.
fn version(query: &Query, headers: &axum::http::HeaderMap) -> String {
    if let Some(version) = query.get("api-version") {
        return String::from(version);
    }
    let accept = headers
        .get("accept")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    accept
        .split([';', ','])
        .find_map(|part| part.trim().strip_prefix("api-version="))
        .map_or_else(|| String::from("7.1-preview"), String::from)
}

/// The scheme and authority that were asked, be it through a proxy that speaks TLS.
pub(crate) fn origin(headers: &axum::http::HeaderMap) -> String {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let scheme = text("x-forwarded-proto").unwrap_or("http");
    let host = text("host").unwrap_or("localhost");
    format!("{scheme}://{host}")
}
