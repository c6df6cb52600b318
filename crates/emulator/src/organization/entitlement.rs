//! Access levels: who has which licence, as far as the asker may know.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Entitlements, Kind, Licence, User};
use crate::{
    answer::{Answer, Reply},
    context::{Context, get},
    date,
    paging::by_offset,
    refusal::Refusal,
    routes::Routes,
};

const HOST: &str = "/entitlements/{organization}/_apis";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .raw(&format!("{HOST}/userentitlements"), get(users))
        .raw(&format!("{HOST}/userentitlements/{{id}}"), get(user))
        .raw(&format!("{HOST}/memberentitlements"), get(users))
        .raw(
            &format!("{HOST}/serviceprincipalentitlements/{{id}}"),
            get(service_principal),
        )
}

/// Somebody with a licence.
#[derive(Debug)]
pub(super) struct Holder<'a> {
    user: &'a User,
    tenant: Uuid,
    organization: &'a str,
}

impl<'a> Holder<'a> {
    pub(super) fn of(user: &'a User, tenant: Uuid, organization: &'a str) -> Self {
        Self {
            user,
            tenant,
            organization,
        }
    }
}

/// What is told of somebody's licence.
pub(super) fn entitlement(holder: &Holder<'_>) -> Value {
    let Holder {
        user,
        tenant,
        organization,
    } = holder;
    let identity = &user.identity;
    let is_person = user.kind == Kind::Person;
    let (kind, word) = if is_person {
        ("user", "user")
    } else {
        ("servicePrincipal", "servicePrincipal")
    };
    let mut value = json!({
        "id": identity.id,
        "accessLevel": {
            "licensingSource": if user.licence == Licence::Subscriber { "msdn" } else { "account" },
            "accountLicenseType": if user.licence == Licence::Subscriber { "none" } else { user.licence.word() },
            "msdnLicenseType": if user.licence == Licence::Subscriber { "enterprise" } else { "none" },
            "licenseDisplayName": user.licence.name(),
            "status": "active",
            "statusMessage": "",
            "assignmentSource": "unknown",
        },
        "lastAccessedDate": date::NEVER,
        "dateCreated": "2026-01-05T08:00:00Z",
        "projectEntitlements": [],
        "extensions": [],
        "groupAssignments": [],
    });
    value[word] = json!({
        "subjectKind": kind,
        "domain": tenant,
        "principalName": identity.unique_name,
        "mailAddress": is_person.then_some(&identity.unique_name),
        "origin": "aad",
        "originId": user.object_id,
        "displayName": identity.display_name,
        "url": format!("https://vssps.dev.azure.com/{organization}/_apis/Graph/Users/{}", identity.descriptor),
        "descriptor": identity.descriptor,
    });
    value
}

fn users(context: &Context) -> Reply {
    if context.caller.entitlements != Entitlements::All {
        return Err(Refusal::administrators_only());
    }
    let world = context.world();
    let organization = &world.organization;
    let holders: Vec<&User> = organization
        .users()
        .iter()
        .map(AsRef::as_ref)
        .filter(|user| user.kind == Kind::Person)
        .collect();
    let (page, next) = by_offset(context, &holders, 100, 100)?;
    let told =
        |user: &&User| entitlement(&Holder::of(user, organization.tenant, &organization.name));
    let members: Vec<Value> = page.iter().map(told).collect();
    Ok(Answer::json(&json!({
        "members": members,
        "items": members,
        "continuationToken": next.unwrap_or_default(),
        "totalCount": holders.len(),
    })))
}

fn user(context: &Context) -> Reply {
    one(context, Kind::Person)
}

fn service_principal(context: &Context) -> Reply {
    context.preview_only()?;
    one(context, Kind::ServicePrincipal)
}

fn one(context: &Context, kind: Kind) -> Reply {
    let id = Uuid::parse_str(context.parameter("id")).ok();
    let is_own = id == Some(context.caller.identity.id);
    match context.caller.entitlements {
        Entitlements::All => {}
        Entitlements::Own if is_own => {}
        Entitlements::Own | Entitlements::None => return Err(Refusal::administrators_only()),
    }
    let world = context.world();
    let organization = &world.organization;
    let found = organization
        .users()
        .iter()
        .find(|user| Some(user.identity.id) == id && user.kind == kind)
        .ok_or_else(|| {
            Refusal::missing(
                "Microsoft.VisualStudio.Services.MemberEntitlementManagement.WebApi.MemberNotFoundException",
                "Microsoft.VisualStudio.Services.MemberEntitlementManagement.WebApi",
                "VS403411: The member cannot be found in the organization.",
            )
        })?;
    let holder = Holder::of(found, organization.tenant, &organization.name);
    Ok(Answer::json(&entitlement(&holder)))
}
