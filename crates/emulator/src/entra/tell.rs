//! What the control API tells of Entra: all that a test needs to sign in.

use serde_json::{Value, json};

use super::{
    AZURE_DEVOPS, Account, Application, Audience, Entra, ManagedIdentity,
    assertion::service_account_token, key::CERTIFICATE, machine,
};
use crate::{date, emulator::Emulator, query::Query};

/// The directory with its secrets.
pub fn tell(entra: &Entra) -> Value {
    let directory = &entra.directory;
    json!({
        "resource": AZURE_DEVOPS,
        "scope": format!("{AZURE_DEVOPS}/.default offline_access openid profile"),
        "tenants": directory.tenants.iter().map(|tenant| json!({
            "id": tenant.id,
            "domain": tenant.domain,
            "name": tenant.name,
            "personal": tenant.personal,
        })).collect::<Vec<_>>(),
        "accounts": directory.accounts.iter().map(account).collect::<Vec<_>>(),
        "applications": directory.applications.iter().map(application).collect::<Vec<_>>(),
        "managed_identities": directory.managed_identities.iter().map(identity).collect::<Vec<_>>(),
        "app_service": { "path": machine::APP_SERVICE, "header": machine::IDENTITY_HEADER },
        "imds": { "path": machine::IMDS, "host": "/imds" },
        "settings": entra.settings,
    })
}

fn account(account: &Account) -> Value {
    json!({
        "role": account.role,
        "tenant": account.tenant,
        "object_id": account.object_id,
        "name": account.name,
        "display_name": account.display_name,
        "disabled": account.disabled,
        "wants_mfa": account.wants_mfa,
        "blocked_by_policy": account.blocked_by_policy,
        "consents": account.consents,
    })
}

fn application(application: &Application) -> Value {
    let certificate = application.certificate.then(|| {
        json!({
            "pem": CERTIFICATE.pem,
            "thumbprint": CERTIFICATE.old_thumbprint(),
            "thumbprint_sha256": CERTIFICATE.thumbprint(),
        })
    });
    json!({
        "role": application.role,
        "name": application.name,
        "client_id": application.client_id,
        "object_id": application.object_id,
        "tenant": application.tenant,
        "multi_tenant": application.audience == Audience::AnyTenant,
        "public": application.public,
        "secrets": application.secrets.iter().map(|secret| json!({
            "value": secret.value,
            "expires": date::stored(secret.expires),
        })).collect::<Vec<_>>(),
        "certificate": certificate,
        "federation": application.federation.as_ref().map(|federation| json!({
            "issuer": federation.issuer,
            "subject": federation.subject,
            "audience": federation.audience,
        })),
        "redirects": application.redirects.iter().map(|(_, uri)| uri).collect::<Vec<_>>(),
    })
}

fn identity(identity: &ManagedIdentity) -> Value {
    json!({
        "role": identity.role,
        "tenant": identity.tenant,
        "client_id": identity.client_id,
        "object_id": identity.object_id,
        "resource_id": identity.resource_id,
    })
}

/// What the file of a service account holds; `issuer`, `subject`, `audience` and `seconds` make it another.
pub fn federated_token(emulator: &Emulator, query: &Query) -> String {
    let world = emulator.world();
    let federation = world
        .entra
        .directory
        .applications
        .iter()
        .find_map(|application| application.federation.as_ref());
    let or = |name: &str, usual: Option<&'static str>| {
        query
            .get(name)
            .map_or_else(|| String::from(usual.unwrap_or_default()), String::from)
    };
    service_account_token(
        &or("issuer", federation.map(|known| known.issuer)),
        &or("subject", federation.map(|known| known.subject)),
        &or("audience", federation.map(|known| known.audience)),
        emulator.clock().outside().as_second(),
        query.number("seconds").ok().flatten().unwrap_or(3_600),
    )
}
