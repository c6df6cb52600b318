//! Feeds follow the scopes.

use crate::world::{ORGANIZATION, World, decide, of};

const ENABLED: &str = "SELECT count(*) FROM sync.feeds WHERE enabled";

#[tokio::test]
async fn feeds_come_and_go_with_their_scopes() {
    let world = World::new().await;
    let mut decider = world.decider();
    let of_organization = decide(&mut decider).await;
    assert!(of(&of_organization, "projects").len() == 1);
    let organization = world.sql(ENABLED).await;

    let project = world.project(1).await;
    let repository = world.repository(1, project).await;
    let jobs = decide(&mut decider).await;
    assert_eq!(of(&jobs, "refs").len(), 1);
    assert_eq!(of(&jobs, "builds").len(), 1);
    assert!(of(&jobs, "commits").is_empty(), "refs were not read yet");
    let all = world.sql(ENABLED).await;

    for (gone, back) in [
        (
            format!("UPDATE sync.scopes SET readable = false WHERE id = '{project}'"),
            format!("UPDATE sync.scopes SET readable = true WHERE id = '{project}'"),
        ),
        (
            "UPDATE auth.connection_organizations SET state = 'inactive'".to_owned(),
            "UPDATE auth.connection_organizations SET state = 'active'".to_owned(),
        ),
    ] {
        world.end_runs().await;
        world.sql(&gone).await;
        decide(&mut decider).await;
        let left = if gone.contains("inactive") {
            "0"
        } else {
            &organization
        };
        assert_eq!(world.sql(ENABLED).await, left, "{gone}");
        world.sql(&back).await;
        decide(&mut decider).await;
        assert_eq!(world.sql(ENABLED).await, all, "{back}");
    }

    world
        .sql(&format!(
            "UPDATE sync.scopes SET readable = false WHERE id = '{repository}'"
        ))
        .await;
    decide(&mut decider).await;
    let disabled = "SELECT string_agg(entity || running, ' ' ORDER BY entity) FROM sync.feeds WHERE NOT enabled";
    assert_eq!(world.sql(disabled).await, "commitsfalse refsfalse");
    world.sql("DELETE FROM auth.connections").await;
    decide(&mut decider).await;
    assert_eq!(world.sql("SELECT count(*) FROM sync.feeds").await, "0");
}

#[tokio::test]
async fn a_job_says_what_its_fetcher_must_know() {
    let world = World::new().await;
    let project = world.project(1).await;
    let repository = world.repository(1, project).await;
    let mut decider = world.decider();
    decide(&mut decider).await;
    world.sql("UPDATE sync.feeds SET cursor = 'here', requested = true WHERE entity IN ('refs', 'projects', 'repositories')").await;
    world.end_runs().await;
    let jobs = decide(&mut decider).await;
    let job = &of(&jobs, "refs")[0].job;
    let scope = job.scope.clone().unwrap();
    assert_eq!(scope.organization_id, ORGANIZATION.to_string());
    assert_eq!(
        [
            scope.organization_name,
            scope.project_name,
            scope.repository_name
        ],
        ["quarry", "Pit 1", "Seam 1"]
    );
    assert_eq!(scope.repository_id, repository.to_string());
    assert_eq!((job.epoch, job.cursor.as_slice()), (2, b"here".as_slice()));
    for (entity, id, name, within) in [
        ("projects", project, "Pit 1", String::new()),
        ("repositories", repository, "Seam 1", project.to_string()),
    ] {
        let known = &of(&jobs, entity)[0].job.known;
        assert_eq!(known.len(), 1, "{entity}");
        assert_eq!(
            (
                known[0].id.clone(),
                known[0].name.as_str(),
                known[0].project_id.clone()
            ),
            (id.to_string(), name, within),
            "{entity}"
        );
    }
    assert!(job.known.is_empty());
}
