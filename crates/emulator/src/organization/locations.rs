//! Where is what: the resource locations and areas by which Microsoft's own clients find their routes.

use serde_json::{Value, json};

use crate::{
    answer::{Answer, Reply},
    context::Context,
    refusal::Refusal,
};

/// Id, area, resource, route template and newest version of each resource; the ids are those that Microsoft's clients
/// have built in.
const LOCATIONS: &str = include_str!("locations.txt");

/// Id, name, and prefix of the host.
const AREAS: &[(&str, &str, &str)] = &[
    (
        "79134c72-4a58-4b42-976c-04e7115f32bf",
        "core",
        "azure-devops",
    ),
    (
        "4e080c62-fa21-4fbc-8fef-2a10a2b38049",
        "git",
        "azure-devops",
    ),
    (
        "965220d5-5bb9-42cf-8d67-9b146df2a5a4",
        "build",
        "azure-devops",
    ),
    (
        "5264459e-e5e0-4bd8-b118-0985e68a4ec5",
        "wit",
        "azure-devops",
    ),
    (
        "8aa40520-446d-40e6-89f6-9c9f9ce44c48",
        "tfvc",
        "azure-devops",
    ),
    ("efc2f575-36ef-48e9-b672-0c6fb4a48ac5", "Release", "release"),
    ("bb1e7ec9-e901-4b68-999a-de7012b920f8", "Graph", "vssps"),
    (
        "68ddce18-2501-45f1-a17b-7931a9922690",
        "MemberEntitlementManagement",
        "entitlements",
    ),
    ("8ccfef3d-2b87-4e99-8ccb-66e343d2daa8", "Profile", "profile"),
    ("0d55247a-1c47-4462-9b1f-5e2125590ee6", "Account", "profile"),
];

/// The answer to OPTIONS: every location.
pub(super) fn all() -> Answer {
    let values: Vec<Value> = LOCATIONS.lines().filter_map(location).collect();
    Answer::list(&values)
}

fn location(line: &str) -> Option<Value> {
    let mut words = line.split(' ');
    let mut word = || words.next();
    let (id, area, resource, template) = (word()?, word()?, word()?, word()?);
    let version: u8 = word()?.parse().ok()?;
    Some(json!({
        "id": id,
        "area": area,
        "resourceName": resource,
        "routeTemplate": template,
        "resourceVersion": version,
        "minVersion": "1.0",
        "maxVersion": "7.2",
        "releasedVersion": "7.1",
    }))
}

fn area_value(context: &Context, (id, name, host): &(&str, &str, &str)) -> Value {
    let organization = context.parameter("organization");
    // The profile's host belongs to no organization.
    let path = if *host == "profile" {
        String::from("profile/")
    } else {
        format!("{host}/{organization}/")
    };
    json!({ "id": id, "name": name, "locationUrl": format!("{}/{path}", context.origin) })
}

/// The areas with their hosts.
pub(super) fn areas(context: &Context) -> Answer {
    let values: Vec<Value> = AREAS.iter().map(|area| area_value(context, area)).collect();
    Answer::list(&values)
}

/// One area by its id.
pub(super) fn area(context: &Context) -> Reply {
    let asked = context.parameter("area");
    AREAS
        .iter()
        .find(|(id, _, _)| id.eq_ignore_ascii_case(asked))
        .map(|area| Answer::json(&area_value(context, area)))
        .ok_or_else(|| Refusal::no_controller(asked))
}
