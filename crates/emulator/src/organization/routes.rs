//! Projects, teams, who am I, where is what, and what may I.

use axum::routing::get as plain_get;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Kind, Project, State, Team, User, entitlement, features, locations, permissions};
use crate::{
    answer::{Answer, Reply},
    auth::SIGN_IN_PAGE,
    context::{Context, get, get_anonymously, options_anonymously},
    paging::{Slice, by_offset},
    refusal::{Content, Refusal},
    routes::Routes,
    world::World,
};

/// This domain's endpoints.
pub fn routes(routes: Routes) -> Routes {
    let routes = entitlement::routes(features::routes(permissions::routes(routes)));
    routes
        .organization("", options_anonymously(|_| Ok(locations::all())))
        .organization("/{area}", options_anonymously(|_| Ok(locations::all())))
        .organization(
            "/resourceareas",
            get_anonymously(|context| Ok(locations::areas(context))),
        )
        .organization("/resourceareas/{area}", get_anonymously(locations::area))
        .organization("/connectiondata", get(connection_data))
        .organization("/projects", get(projects))
        .organization("/projects/{name}", get(project))
        .organization("/projecthistory", get(history))
        .organization("/projects/{name}/teams", get(teams_of_project))
        .organization("/projects/{name}/teams/{team}", get(team))
        .organization("/projects/{name}/teams/{team}/members", get(members))
        .organization("/teams", get(teams))
        .raw("/profile/_apis/profile/profiles/{id}", get(profile))
        .raw("/profile/_apis/accounts", get(accounts))
        .raw(
            "/login/_signin",
            plain_get(async || {
                let headers = [("content-type", "text/html; charset=utf-8")];
                (
                    axum::http::StatusCode::NON_AUTHORITATIVE_INFORMATION,
                    headers,
                    SIGN_IN_PAGE,
                )
            }),
        )
}

fn connection_data(context: &Context) -> Reply {
    context.preview_only()?;
    Ok(connection_data_of(
        context.world().organization.id,
        &context.caller,
    ))
}

/// Who asks, and what answers.
pub(super) fn connection_data_of(instance: Uuid, caller: &User) -> Answer {
    let identity = &caller.identity;
    let user = json!({
        "id": identity.id,
        "descriptor": format!("Microsoft.IdentityModel.Claims.ClaimsIdentity;{instance}\\{}", identity.unique_name),
        "subjectDescriptor": identity.descriptor,
        "providerDisplayName": identity.display_name,
        "isActive": true,
        "properties": { "Account": { "$type": "System.String", "$value": identity.unique_name } },
        "resourceVersion": 2,
        "metaTypeId": 0,
    });
    Answer::json(&json!({
        "authenticatedUser": user,
        "authorizedUser": user,
        "instanceId": instance,
        "deploymentId": "0fa12604-5763-41f7-bcd2-0590a2271349",
        "deploymentType": "hosted",
        "locationServiceData": {
            "serviceOwner": "00025394-6065-48ca-87d9-7f5672854ef7",
            "defaultAccessMappingMoniker": "PublicAccessMapping",
            "lastChangeId": 28_340_621,
            "lastChangeId64": 28_340_621,
        },
    }))
}

fn projects(context: &Context) -> Reply {
    let world = context.world();
    let filter = context.query.get("stateFilter").unwrap_or("wellFormed");
    let listed: Vec<&Project> = world
        .organization
        .projects
        .iter()
        .filter(|project| context.caller.lists(project.id))
        .filter(|project| {
            filter.eq_ignore_ascii_case("all") || filter.eq_ignore_ascii_case(project.state.word())
        })
        .collect();
    let (page, next) = by_offset(context, &listed, 100, 5_000)?;
    let link = world.organization.link();
    let values: Vec<Value> = page
        .iter()
        .map(|project| project.reference(&link))
        .collect();
    Ok(Answer::list(&values).continued(next))
}

fn find<'w>(context: &Context, world: &'w World, name: &str) -> Result<&'w Project, Refusal> {
    let organization = &world.organization;
    let by_former_name = || {
        let former = |project: &&Project| {
            project
                .former_names
                .iter()
                .any(|former| former.eq_ignore_ascii_case(name))
        };
        organization
            .projects
            .iter()
            .find(former)
            .filter(|_| context.query.flag("includeHistory"))
    };
    organization
        .project(name)
        .or_else(by_former_name)
        .filter(|project| context.caller.lists(project.id))
        .ok_or_else(|| Refusal::project_missing(name))
}

fn project(context: &Context) -> Reply {
    let world = context.world();
    let project = find(context, &world, context.parameter("name"))?;
    let link = world.organization.link();
    let Value::Object(mut members) = project.reference(&link) else {
        return Ok(Answer::nothing());
    };
    let mut put = |name: &str, value: Value| drop(members.insert(String::from(name), value));
    if context.query.flag("includeCapabilities") {
        put("capabilities", capabilities(project));
    }
    if let Some(team) = world
        .organization
        .teams
        .iter()
        .find(|team| team.id == project.default_team)
    {
        let url = format!("{link}/_apis/projects/{}/teams/{}", project.id, team.id);
        put(
            "defaultTeam",
            json!({ "id": team.id, "name": team.name, "url": url }),
        );
    }
    put(
        "_links",
        json!({ "self": { "href": format!("{link}/_apis/projects/{}", project.id) } }),
    );
    Ok(Answer::json(&members))
}

/// Truth values are texts here.
fn capabilities(project: &Project) -> Value {
    let said = |is: bool| if is { "True" } else { "False" };
    json!({
        "processTemplate": { "templateName": "Agile", "templateTypeId": "adcc42ab-9882-485e-a3ed-7678f01f66bc" },
        "versioncontrol": {
            "sourceControlType": if project.tfvc { "Tfvc" } else { "Git" },
            "gitEnabled": said(project.git),
            "tfvcEnabled": said(project.tfvc),
        },
    })
}

fn history(context: &Context) -> Reply {
    context.preview_only()?;
    let world = context.world();
    let first = context.query.number("minRevision")?.unwrap_or(0);
    let organization = &world.organization;
    let past = organization
        .history
        .iter()
        .map(|(revision, project)| (*revision, project));
    let present = organization
        .projects
        .iter()
        .map(|project| (project.revision, project));
    let mut rows: Vec<(i64, &Project)> = past
        .chain(present)
        .filter(|(revision, project)| *revision >= first && context.caller.lists(project.id))
        .collect();
    rows.sort_by_key(|(revision, _)| *revision);
    let row = |(revision, project): (i64, &Project)| {
        json!({
            "uri": format!("vstfs:///Classification/TeamProject/{}", project.id),
            "id": project.id,
            "name": project.name,
            "abbreviation": null,
            "description": project.description,
            "visibility": project.visibility,
            "state": project.state.word(),
            "properties": [],
            "revision": revision,
            "lastUpdateTime": project.last_update_time,
            "version": 0,
        })
    };
    let values: Vec<Value> = rows.into_iter().map(row).collect();
    Ok(Answer::list(&values))
}

/// The team as lists have it.
pub(super) fn team_reference(team: &Team, project: &Project, link: &str) -> Map<String, Value> {
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| drop(members.insert(String::from(name), value));
    put("id", json!(team.id));
    put("name", json!(team.name));
    put("url", json!(team_url(team, link)));
    put("description", json!(team.description));
    put("identityUrl", json!(team_identity_url(team)));
    put("projectName", json!(project.name));
    put("projectId", json!(project.id));
    members
}

pub(super) fn team_url(team: &Team, link: &str) -> String {
    format!("{link}/_apis/projects/{}/teams/{}", team.project, team.id)
}

pub(super) fn team_identity_url(team: &Team) -> String {
    format!(
        "https://spsprodcus1.vssps.visualstudio.com/_apis/Identities/{}",
        team.id
    )
}

/// The teams that a user may see, with their projects.
pub(super) fn visible_teams<'w>(
    world: &'w World,
    reader: &'w User,
) -> impl Iterator<Item = (&'w Team, &'w Project)> {
    world.organization.teams.iter().filter_map(|team| {
        let project = world.organization.project_by_id(team.project)?;
        (reader.reads(project.id) && project.state == State::WellFormed).then_some((team, project))
    })
}

fn team_page(context: &Context, world: &World, only: Option<Uuid>) -> Reply {
    let link = world.organization.link();
    let teams: Vec<Value> = visible_teams(world, &context.caller)
        .filter(|(team, _)| only.is_none_or(|project| project == team.project))
        .map(|(team, project)| Value::Object(team_reference(team, project, &link)))
        .collect();
    Ok(Answer::list(Slice::asked(context, 100, 1_000)?.of(&teams)))
}

fn teams(context: &Context) -> Reply {
    context.preview_only()?;
    team_page(context, &context.world(), None)
}

fn teams_of_project(context: &Context) -> Reply {
    let world = context.world();
    let project = world
        .organization
        .project_to_read(&context.caller, context.parameter("name"))?;
    team_page(context, &world, Some(project.id))
}

fn find_team<'w>(context: &Context, world: &'w World) -> Result<(&'w Team, &'w Project), Refusal> {
    let project = world
        .organization
        .project_to_read(&context.caller, context.parameter("name"))?;
    let asked = context.parameter("team");
    let id = Uuid::parse_str(asked).ok();
    world
        .organization
        .teams
        .iter()
        .find(|team| {
            team.project == project.id
                && (Some(team.id) == id || team.name.eq_ignore_ascii_case(asked))
        })
        .map(|team| (team, project))
        .ok_or_else(|| {
            Refusal::missing(
                "Microsoft.TeamFoundation.Core.WebApi.TeamNotFoundException",
                "Microsoft.TeamFoundation.Core.WebApi",
                &format!("TF50309: The team with id '{asked}' does not exist."),
            )
        })
}

fn team(context: &Context) -> Reply {
    let world = context.world();
    let (team, project) = find_team(context, &world)?;
    Ok(Answer::json(&team_reference(
        team,
        project,
        &world.organization.link(),
    )))
}

fn members(context: &Context) -> Reply {
    let world = context.world();
    let (team, _) = find_team(context, &world)?;
    let link = world.organization.link();
    let member = |(place, identity): (usize, &usize)| {
        let identity = &world.organization.identities[*identity];
        let mut entry = json!({ "identity": identity.reference(&link) });
        if place == 0 {
            entry["isTeamAdmin"] = Value::Bool(true);
        }
        entry
    };
    let members: Vec<Value> = team.members.iter().enumerate().map(member).collect();
    Ok(Answer::list(Slice::asked(context, 100, 500)?.of(&members)))
}

/// A PAT belongs to an organization, and is refused by what belongs to none.
fn users_token_only(context: &Context) -> Result<(), Refusal> {
    if context.by_bearer && context.caller.kind == Kind::Person {
        return Ok(());
    }
    Err(Refusal::bare(401, Content::Nothing).header(
        "www-authenticate",
        "Basic realm=\"https://app.vssps.visualstudio.com/\"",
    ))
}

fn profile(context: &Context) -> Reply {
    users_token_only(context)?;
    let identity = &context.caller.identity;
    Ok(Answer::json(&json!({
        "displayName": identity.display_name,
        "publicAlias": identity.id,
        "emailAddress": identity.unique_name,
        "coreRevision": 1647,
        "timeStamp": "2014-05-12T22:23:07.727+00:00",
        "id": identity.id,
        "revision": 1647,
    })))
}

/// The organizations of the caller. To a PAT that came as a Bearer token only its own is known.
fn accounts(context: &Context) -> Reply {
    users_token_only(context)?;
    let world = context.world();
    let organization = &world.organization;
    let caller = &context.caller;
    let member = context.query.get("memberId");
    if member.is_some_and(|member| Uuid::parse_str(member) != Ok(caller.identity.id)) {
        return Err(Refusal::unauthorized(&caller.identity.id.to_string()));
    }
    let account = |id: Uuid, name: &str| {
        json!({
            "accountId": id,
            "accountUri": format!("https://vssps.dev.azure.com/{name}/"),
            "accountName": name,
            "properties": {},
        })
    };
    let is_member = organization
        .users()
        .iter()
        .any(|user| user.object_id == caller.object_id);
    let own = is_member.then(|| account(organization.id, &organization.name));
    let directory = &world.entra.directory;
    let role = directory
        .account_of(caller.object_id)
        .map(|account| account.role.as_str());
    let others = world.neighbours.iter().filter(|neighbour| {
        context.signed_in && role.is_some_and(|role| neighbour.listed_for.contains(&role))
    });
    let values: Vec<Value> = own
        .into_iter()
        .chain(others.map(|neighbour| account(neighbour.id, neighbour.name)))
        .collect();
    Ok(Answer::list(&values))
}
