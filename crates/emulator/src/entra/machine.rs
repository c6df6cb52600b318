//! The machine's own token services: the instance metadata service (IMDS) of a virtual machine, and App Service's.

use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    AZURE_DEVOPS, Principal, Scopes,
    asked::{self, Asked},
};

pub(super) const IMDS: &str = "/imds/metadata/identity/oauth2/token";
pub(super) const APP_SERVICE: &str = "/app-service/msi/token";
/// What App Service gives a program, which must show it.
pub(super) const IDENTITY_HEADER: &str = "emulated-identity-header";

/// IMDS. All values are strings.
pub(super) fn imds(asked: &Asked) -> Response {
    if asked.header("metadata") != Some("true") && asked.header("metadata") != Some("True") {
        return refuse("invalid_request", "Required metadata header not specified");
    }
    // Whoever forwards a request may be forwarding a stranger's.
    if asked.headers.contains_key("x-forwarded-for") {
        return refuse("invalid_request", "X-Forwarded-For is not allowed");
    }
    if asked.query.get("api-version").is_none() {
        return refuse(
            "invalid_request",
            "Required query variable 'api-version' is missing",
        );
    }
    match token(asked, "imds") {
        Err(refused) => refused.into_response(),
        Ok(mut answer) => {
            let (from, life) = (
                asked.moment().outside.as_second(),
                answer["expires_in"].as_i64().unwrap_or(0),
            );
            answer["expires_in"] = Value::from(life.to_string());
            answer["ext_expires_in"] = Value::from(life.to_string());
            answer["expires_on"] = Value::from((from + life).to_string());
            answer["not_before"] = Value::from(from.to_string());
            asked::json(&answer)
        }
    }
}

/// App Service: when the token ends is a string, how long it lives is not told.
pub(super) fn app_service(asked: &Asked) -> Response {
    if asked.header("x-identity-header") != Some(IDENTITY_HEADER) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if asked.query.get("api-version") != Some("2019-08-01") {
        return refuse(
            "invalid_request",
            "The api-version is missing or not supported.",
        );
    }
    match token(asked, "app_service") {
        Err(refused) => refused.into_response(),
        Ok(mut answer) => {
            let life = answer["expires_in"].as_i64().unwrap_or(0);
            answer["expires_on"] =
                Value::from((asked.moment().outside.as_second() + life).to_string());
            if let Value::Object(members) = &mut answer {
                members.remove("expires_in");
                members.remove("ext_expires_in");
            }
            asked::json(&answer)
        }
    }
}

fn token(asked: &Asked, counted: &'static str) -> Result<Value, Refused> {
    let answer = made(asked);
    asked.emulator.counts().token(counted, answer.is_ok());
    answer
}

fn made(asked: &Asked) -> Result<Value, Refused> {
    let query = &asked.query;
    let resource = query.get("resource").ok_or_else(|| {
        Refused::new(
            "invalid_request",
            "Required query variable 'resource' is missing",
        )
    })?;
    if Uuid::parse_str(resource) != Ok(AZURE_DEVOPS) {
        let text = format!(
            "AADSTS500011: The resource principal named {resource} was not found in the tenant."
        );
        return Err(Refused::new("invalid_resource", text));
    }
    let mut world = asked.emulator.world_mut();
    let entra = &mut world.entra;
    let named = |name: &str| query.get(name);
    let identity = entra
        .directory
        .managed_identities
        .iter()
        .find(|identity| {
            let client = named("client_id").is_none_or(|id| id == identity.client_id.to_string());
            let object = named("object_id")
                .or_else(|| named("principal_id"))
                .is_none_or(|id| id == identity.object_id.to_string());
            let resource = named("msi_res_id")
                .or_else(|| named("mi_res_id"))
                .is_none_or(|id| id == identity.resource_id);
            client && object && resource
        })
        .cloned()
        .ok_or_else(|| Refused::new("invalid_request", "Identity not found"))?;
    let principal = Principal {
        object_id: identity.object_id,
        tenant: identity.tenant,
        client: identity.client_id,
        is_user: false,
    };
    let scopes = Scopes {
        resource: AZURE_DEVOPS,
        names: vec![String::from(".default")],
        openid: false,
        offline: false,
    };
    let mut answer = entra.access(principal, &scopes, asked.moment());
    answer["client_id"] = json!(identity.client_id);
    answer["resource"] = Value::from(resource);
    Ok(answer)
}

/// How these services say no.
struct Refused {
    error: &'static str,
    text: String,
}

impl Refused {
    fn new(error: &'static str, text: impl Into<String>) -> Self {
        Self {
            error,
            text: text.into(),
        }
    }

    fn into_response(self) -> Response {
        let body = json!({ "error": self.error, "error_description": self.text });
        (StatusCode::BAD_REQUEST, asked::json(&body)).into_response()
    }
}

fn refuse(error: &'static str, text: &str) -> Response {
    Refused::new(error, text).into_response()
}
