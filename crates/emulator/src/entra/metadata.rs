//! What `OpenID` Connect lets clients find out by themselves.

use axum::response::Response;
use serde_json::json;

use super::{
    asked::{Asked, json},
    client::is_any,
    key::{ENTRA, RETIRED},
};

/// The configuration of a tenant; of all tenants together it has a template for an issuer, as Entra's.
pub(super) fn configuration(asked: &Asked) -> Response {
    let world = asked.emulator.world();
    if let Err(refusal) = world.entra.check_tenant(&asked.tenant) {
        return asked.refuse(&refusal);
    }
    let tenant = world.entra.directory.tenant(&asked.tenant);
    let (origin, name) = (&asked.origin, &asked.tenant);
    let issuer = tenant.map_or_else(
        || String::from("{tenantid}"),
        |tenant| tenant.id.to_string(),
    );
    let at = |path: &str| format!("{origin}/login/{name}{path}");
    json(&json!({
        "issuer": format!("{origin}/login/{issuer}/v2.0"),
        "authorization_endpoint": at("/oauth2/v2.0/authorize"),
        "token_endpoint": at("/oauth2/v2.0/token"),
        "device_authorization_endpoint": at("/oauth2/v2.0/devicecode"),
        "jwks_uri": at("/discovery/v2.0/keys"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver", "email", "oid"],
        "request_uri_parameter_supported": false,
        "tenant_region_scope": if is_any(name) { serde_json::Value::Null } else { json!("EU") },
        "cloud_instance_name": "microsoftonline.com",
    }))
}

/// The keys, among them one that signs nothing now.
pub(super) fn keys(asked: &Asked) -> Response {
    if let Err(refusal) = asked.emulator.world().entra.check_tenant(&asked.tenant) {
        return asked.refuse(&refusal);
    }
    json(&json!({ "keys": [RETIRED.published(), ENTRA.published()] }))
}

/// Which hosts are the same cloud: here it is this one.
pub(super) fn instance(asked: &Asked) -> Response {
    let origin = &asked.origin;
    let host = origin.split("://").nth(1).unwrap_or(origin);
    json(&json!({
        "tenant_discovery_endpoint": format!("{origin}/login/common/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{
            "preferred_network": host,
            "preferred_cache": host,
            "aliases": [host],
        }],
    }))
}
