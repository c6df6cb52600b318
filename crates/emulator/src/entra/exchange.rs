//! The endpoints of Entra, and its token endpoint.

use axum::response::Response;
use jiff::SignedDuration;
use serde_json::Value;

use super::{
    Account, Entra, Grant, Principal, Refusal, Scopes,
    asked::{Asked, get, get_and_post, json, post},
    authorize,
    client::{Client, is_any},
    device, machine, metadata,
    token::Moment,
};
use crate::routes::Routes;

/// The grant type of device codes.
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The endpoints of Entra and of the machine's own token services.
pub fn routes(routes: Routes) -> Routes {
    let tenant = |path: &str| format!("/login/{{tenant}}{path}");
    routes
        .raw(
            &tenant("/oauth2/v2.0/authorize"),
            get_and_post(authorize::authorize),
        )
        .raw(&tenant("/oauth2/v2.0/token"), post(token))
        .raw(&tenant("/oauth2/v2.0/devicecode"), post(device::begin))
        .raw(&tenant("/oauth2/deviceauth"), get_and_post(device::enter))
        .raw(
            &tenant("/v2.0/.well-known/openid-configuration"),
            get(metadata::configuration),
        )
        .raw(&tenant("/discovery/v2.0/keys"), get(metadata::keys))
        .raw(&tenant("/discovery/instance"), get(metadata::instance))
        .raw(machine::IMDS, get(machine::imds))
        .raw(machine::APP_SERVICE, get(machine::app_service))
}

/// Tokens for a grant of any type.
fn token(asked: &Asked) -> Response {
    let grant_type = asked.form.get("grant_type").unwrap_or_default();
    let outcome = {
        let mut world = asked.emulator.world_mut();
        granted(&mut world.entra, grant_type, asked)
    };
    asked
        .emulator
        .counts()
        .token(known_name(grant_type), outcome.is_ok());
    match outcome {
        Ok(body) => json(&body),
        Err(refusal) => asked.refuse(&refusal),
    }
}

/// The grant's short name, under which it is counted.
fn known_name(grant_type: &str) -> &'static str {
    match grant_type {
        "authorization_code" => "authorization_code",
        "refresh_token" => "refresh_token",
        "client_credentials" => "client_credentials",
        DEVICE_CODE => "device_code",
        _ => "other",
    }
}

fn granted(entra: &mut Entra, grant_type: &str, asked: &Asked) -> Result<Value, Refusal> {
    let client = entra.client(asked)?;
    let moment = asked.moment();
    match grant_type {
        "authorization_code" => entra.redeem(&client, asked, moment),
        "refresh_token" => entra.renew(&client, asked, moment),
        "client_credentials" => entra.for_itself(&client, asked, moment),
        DEVICE_CODE => entra.poll(&client, asked, moment),
        "" => Err(Refusal::missing("grant_type")),
        other => Err(Refusal::new(
            "unsupported_grant_type",
            70_003,
            format!("The app requested an unsupported grant type '{other}'."),
        )),
    }
}

impl Entra {
    /// New tokens for a refresh token, which stays good.
    fn renew(
        &mut self,
        client: &Client,
        asked: &Asked,
        moment: Moment<'_>,
    ) -> Result<Value, Refusal> {
        let grant = self.grant(asked.needed("refresh_token")?, client.id, moment.now)?;
        if grant.confidential {
            client.must_be_confidential()?;
        }
        let account = self
            .directory
            .account_of(grant.account)
            .ok_or_else(|| Refusal::grant(50_034, "The user account does not exist."))?;
        may_go_on(account, client)?;
        let tenant = self.directory.tenant(&asked.tenant);
        if !is_any(&asked.tenant) && tenant.is_none_or(|tenant| tenant.id != grant.tenant) {
            return Err(Refusal::grant(
                50_020,
                format!(
                    "User account '{}' from identity provider does not exist in tenant '{}' and cannot access the application '{}' in that tenant. The account needs to be added as an external user in the tenant first.",
                    account.name, asked.tenant, client.id
                ),
            ));
        }
        let scopes = match asked.form.get("scope") {
            None => grant.scopes.clone(),
            // A refresh token belongs to no resource, and it is not lost by not asking for it.
            Some(text) => Scopes {
                offline: true,
                ..Scopes::parse(text)?
            },
        };
        let life = if grant.spa {
            grant.expires.duration_since(moment.now)
        } else {
            SignedDuration::from_secs(self.settings.refresh_seconds)
        };
        let renewed = Grant {
            scopes,
            expires: moment.now + life,
            ..grant
        };
        Ok(self.answer(renewed, None, moment))
    }

    /// A token for the application itself.
    fn for_itself(
        &mut self,
        client: &Client,
        asked: &Asked,
        moment: Moment<'_>,
    ) -> Result<Value, Refusal> {
        client.must_be_confidential()?;
        let Some(tenant) = self.directory.tenant(&asked.tenant) else {
            return Err(Refusal::request(
                90_019,
                "No tenant-identifying information found in either the request or implied by any provided credentials.",
            ));
        };
        let tenant = tenant.id;
        let scopes = Scopes::parse(asked.needed("scope")?)?;
        if scopes.names != [".default"] {
            return Err(Refusal::new(
                "invalid_scope",
                1_002_012,
                "The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
            ));
        }
        let id = client.id.to_string();
        let application = self.application_in(&id, &asked.tenant)?;
        let principal = Principal {
            object_id: application.object_id,
            tenant,
            client: client.id,
            is_user: false,
        };
        Ok(self.access(principal, &scopes, moment))
    }
}

/// Refuses somebody who must do something first, or who is out.
pub(super) fn may_go_on(account: &Account, client: &Client) -> Result<(), Refusal> {
    if account.disabled {
        return Err(Refusal::grant(50_057, "The user account is disabled."));
    }
    if account.blocked_by_policy {
        return Err(Refusal::grant(
            53_003,
            "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
        )
        .suberror("message_only"));
    }
    if account.wants_mfa {
        return Err(Refusal::grant(
            50_076,
            "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '499b84ac-1321-427f-aa17-267ca6975798'.",
        )
        .suberror("basic_action"));
    }
    if !account.consents.contains(&client.id) {
        return Err(Refusal::grant(
            65_001,
            format!("The user or administrator has not consented to use the application with ID '{}'. Send an interactive authorization request for this user and resource.", client.id),
        )
        .suberror("consent_required"));
    }
    Ok(())
}
