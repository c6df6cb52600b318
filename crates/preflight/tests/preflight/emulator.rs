//! Against the emulator, whose members differ in rights and licences.

use azdo::{Error, Tenant};
use preflight::{
    Change, CredentialKind, Domain, Options, OrganizationCheck, OrganizationState, ProjectCheck,
    State, check, compare, discover, reach,
};
use serde_json::json;

use crate::service::{hosts, http};
use crate::world::World;

fn states(project: &ProjectCheck) -> [State; 4] {
    project.domains.clone().map(|(_, finding)| finding.state)
}

fn of<'a>(check: &'a OrganizationCheck, name: &str) -> &'a ProjectCheck {
    let found = check.projects.iter().find(|project| project.name == name);
    found.unwrap_or_else(|| panic!("no {name} in {check:#?}"))
}

#[tokio::test]
async fn a_reader_of_two_projects_gets_exactly_these_and_is_told_of_no_other() {
    let world = World::start().await;
    let check = world.check(&world.token("contractor").await).await;
    assert_eq!(check.state, OrganizationState::Active);
    assert_eq!(check.projects.len(), 2, "{check:#?}");
    for project in &check.projects {
        assert_eq!(states(project)[..3], [State::Readable; 3], "{project:#?}");
    }
    let told = serde_json::to_string(&check).expect("JSON");
    let all = world.all_projects().await;
    assert!(all.len() > 4, "{all:?}");
    for (id, name) in all {
        if !check.projects.iter().any(|project| project.name == name) {
            assert!(
                !told.contains(&id) && !told.contains(&name),
                "{name}: {told}"
            );
        }
    }
}

#[tokio::test]
async fn the_reader_sees_all_but_the_vault_and_what_is_being_deleted() {
    let world = World::start().await;
    let check = world.check(&world.token("reader").await).await;
    let names: Vec<&str> = check
        .projects
        .iter()
        .map(|project| project.name.as_str())
        .collect();
    assert!(
        !names.contains(&"Vault") && !names.contains(&"Closing Down"),
        "{names:?}"
    );
    let legacy = of(&check, "Contoso Legacy");
    assert_eq!(states(legacy)[0], State::Readable);
    assert_eq!(
        legacy.finding(Domain::Tfvc).map(|found| found.state),
        Some(State::Readable),
        "{legacy:#?}"
    );
    let empty = of(&check, "Empty Quarter");
    assert_eq!(
        states(empty),
        [
            State::Readable,
            State::Readable,
            State::Readable,
            State::SwitchedOff
        ],
        "{empty:#?}"
    );
}

#[tokio::test]
async fn a_stakeholder_is_told_of_the_licence_and_not_of_missing_rights() {
    let world = World::start().await;
    let check = world.check(&world.token("stakeholder").await).await;
    for project in &check.projects {
        let [boards, rest @ ..] = states(project);
        assert_eq!(boards, State::Readable, "{project:#?}");
        assert_eq!(rest, [State::LicenceTooLow; 3], "{project:#?}");
    }
}

#[tokio::test]
async fn a_token_of_nobody_and_one_of_a_stranger_are_told_apart() {
    let world = World::start().await;
    let check = world.check("mistyped").await;
    assert_eq!(check.state, OrganizationState::TokenExpired, "{check:#?}");
    let check = world.check(emulator::organization::STRANGER_PAT).await;
    assert_eq!(check.state, OrganizationState::NotAMember, "{check:#?}");
    assert_eq!(check.requests, 1);
}

#[tokio::test]
async fn an_organization_that_is_deactivated_in_between_is_a_finding() {
    let world = World::start().await;
    let token = world.token("reader").await;
    let fault = json!({ "path": "/azure-devops/", "effect": { "kind": "inactive" } });
    world.control("faults", Some(fault)).await;
    let check = world.check(&token).await;
    assert_eq!(check.state, OrganizationState::Inactive, "{check:#?}");
    assert!(check.finding.answered.contains("TF24668"), "{check:#?}");
}

#[tokio::test]
async fn the_tenant_of_an_organization_is_told_to_nobody_in_particular() {
    let world = World::start().await;
    let hosts = hosts(&world.url());
    let name = "fabrikam".parse().expect("a name");
    let tenant = azdo::tenant(&http(), &hosts, name)
        .await
        .expect("an answer");
    assert!(matches!(tenant, Some(Tenant::Entra(_))), "{tenant:?}");
    let nowhere = "nowhere".parse().expect("a name");
    let refused = azdo::tenant(&http(), &hosts, nowhere).await;
    assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
}

#[tokio::test]
async fn each_neighbour_of_a_user_is_listed_with_how_it_stands() {
    let world = World::start().await;
    let reader = world.sign_in("reader").await;
    let mut options = Options::new(CredentialKind::User);
    options.tenant = reader.tenant.parse().ok();
    let client = |name| world.client_as(&reader, name);
    let found = discover(&world.user(&reader), client, &options).await;
    let found = found.expect("a list");
    let states: Vec<_> = found
        .iter()
        .map(|reached| (reached.organization.name.as_str(), reached.state))
        .collect();
    let expected = [
        ("fabrikam", OrganizationState::Active),
        ("tailspin", OrganizationState::Active),
        (
            "tailspin-address-blocked",
            OrganizationState::AddressBlocked,
        ),
        (
            "tailspin-conditional-access",
            OrganizationState::ConditionalAccess,
        ),
        ("tailspin-inactive", OrganizationState::Inactive),
        (
            "tailspin-microsoft-account",
            OrganizationState::MicrosoftAccount,
        ),
        ("tailspin-not-a-member", OrganizationState::NotAMember),
        ("tailspin-policy-off", OrganizationState::PolicyOff),
        ("woodgrove", OrganizationState::NotAMember),
    ];
    assert_eq!(states, expected, "{found:#?}");
    let woodgrove = found.last().expect("the last");
    assert!(
        woodgrove.finding.remedy.contains("another tenant"),
        "{woodgrove:#?}"
    );
}

#[tokio::test]
async fn a_users_token_that_has_expired_is_told_from_a_policy_by_the_profile() {
    let world = World::start().await;
    let reader = world.sign_in("reader").await;
    let options = Options::new(CredentialKind::User);
    let name = "tailspin-policy-off".parse().expect("a name");
    let client = world.client_as(&reader, name);
    let user = world.user(&reader);
    let reached = reach(&client, Some(&user), &options).await;
    assert_eq!(reached.state, OrganizationState::PolicyOff, "{reached:#?}");
    world.change(json!({ "kind": "expire_tokens" })).await;
    let reached = reach(&client, Some(&user), &options).await;
    assert_eq!(
        reached.state,
        OrganizationState::TokenExpired,
        "{reached:#?}"
    );
}

#[tokio::test]
async fn rights_that_are_missing_here_and_there_are_found_where_they_are_missing() {
    let world = World::start().await;
    let token = world.token("restricted").await;
    let client = world.client("fabrikam", &token);
    let mut options = Options::new(CredentialKind::PersonalAccessToken);
    // As an earlier sync has read them.
    let all = world.client("fabrikam", &world.token("administrator").await);
    for project in check(&client, None, &options).await.projects {
        let areas = all
            .classification_nodes(project.id)
            .items()
            .await
            .expect("areas");
        let root = areas.iter().find(|node| {
            node.parent_id.is_none() && node.structure_type.as_deref() == Some("area")
        });
        let identifier = root.and_then(|root| root.identifier).expect("a root");
        options.root_areas.insert(project.id, identifier);
    }
    let check = check(&client, None, &options).await;
    let denied: Vec<(&str, Domain)> = check
        .projects
        .iter()
        .flat_map(|project| {
            project
                .domains
                .iter()
                .map(|(domain, finding)| (project.name.as_str(), *domain, finding.state))
        })
        .filter(|(_, _, state)| *state == State::NoPermission)
        .map(|(name, domain, _)| (name, domain))
        .collect();
    let of_legacy = |(name, _): &&(&str, Domain)| *name == "Contoso Legacy";
    let legacy: Vec<Domain> = denied
        .iter()
        .filter(of_legacy)
        .map(|(_, domain)| *domain)
        .collect();
    assert_eq!(legacy, [Domain::Boards, Domain::Tfvc], "{denied:?}");
    let others = denied.iter().filter(|one| !of_legacy(one));
    let mut others: Vec<Domain> = others.map(|(_, domain)| *domain).collect();
    others.sort_unstable();
    assert_eq!(others, [Domain::Git, Domain::Pipelines]);
}

#[tokio::test]
async fn what_is_granted_is_to_be_read_and_what_is_withdrawn_is_kept() {
    let world = World::start().await;
    let token = world.token("contractor").await;
    let first = world.check(&token).await;
    let name = first.projects[0].name.clone();
    let deny =
        json!({ "kind": "deny_right", "user": "contractor", "project": name, "right": "git" });
    world.change(deny).await;
    let second = world.check(&token).await;
    let changes = compare(&first, &second);
    assert!(
        matches!(
            &changes[..],
            [Change::StoppedBeingReadable {
                domain: Domain::Git,
                state: State::NoPermission,
                ..
            }]
        ),
        "{changes:#?}"
    );
    let allow =
        json!({ "kind": "allow_right", "user": "contractor", "project": name, "right": "git" });
    world.change(allow).await;
    let third = world.check(&token).await;
    let changes = compare(&second, &third);
    assert!(
        matches!(
            &changes[..],
            [Change::BecameReadable {
                domain: Domain::Git,
                ..
            }]
        ),
        "{changes:#?}"
    );
    let hide =
        json!({ "kind": "hide_project", "user": "contractor", "project": name, "how": "list" });
    world.change(hide).await;
    let changes = compare(&third, &world.check(&token).await);
    let stopped = changes
        .iter()
        .all(|change| matches!(change, Change::StoppedBeingReadable { .. }));
    assert!(changes.len() >= 3 && stopped, "{changes:#?}");
}

#[tokio::test]
async fn a_service_that_is_switched_off_is_told_from_a_right_that_is_missing() {
    let world = World::start().await;
    let token = world.token("contractor").await;
    let name = world.check(&token).await.projects[0].name.clone();
    let order = json!({ "kind": "switch_off", "project": name, "domain": "git" });
    world.change(order).await;
    let check = world.check(&token).await;
    let git = of(&check, &name).finding(Domain::Git).expect("a cell");
    assert_eq!(git.state, State::SwitchedOff, "{git:#?}");
    assert!(git.remedy.contains("Repos is switched off"), "{git:#?}");
}
