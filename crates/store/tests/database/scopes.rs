//! What a connection sees.

use uuid::Uuid;
use wire::proto::{
    boards::v1::Project,
    git::v1::{Ref, Repository},
};

use crate::{
    records::{project, reference, repository},
    world::{ONE, TWO, World},
};

const SCOPES: &str = "SELECT concat_ws(' ', kind, name, readable) FROM sync.scopes ORDER BY name";

#[tokio::test]
async fn projects_and_repositories_are_scopes_of_those_who_list_them() {
    let world = World::new().await;
    let projects = world.feed::<Project>().await;
    let repositories = world.feed::<Repository>().await;
    world
        .commit_one(&projects.page(1, vec![project(&world, "apollo")]).last())
        .await;
    let disabled = Repository {
        is_disabled: true,
        ..repository(&world, Uuid::from_u128(51), "closed")
    };
    let open = repository(&world, Uuid::from_u128(50), "open");
    world
        .commit_one(&repositories.page(1, vec![open, disabled]).last())
        .await;
    assert_eq!(
        world.texts(SCOPES).await,
        [
            "project apollo t",
            "repository closed f",
            "repository open t"
        ]
    );

    // Another connection brings no row, but sees the project too.
    let other = Uuid::from_u128(1_000);
    world.connect(other).await;
    let theirs = world
        .feed_of::<Project>(other, world.project, world.repository)
        .await;
    let result = world
        .commit_one(&theirs.page(1, vec![project(&world, "apollo")]).last())
        .await;
    assert_eq!(result.counts.unchanged, 1);
    let count = "SELECT count(DISTINCT connection_id) FROM sync.scopes WHERE kind = 'project'";
    assert_eq!(world.number(count).await, 2);
}

#[tokio::test]
async fn a_renamed_project_is_the_same_scope() {
    let world = World::new().await;
    let feed = world.feed::<Project>().await;
    world
        .commit_one(&feed.page(1, vec![project(&world, "apollo")]).last())
        .await;
    let feed = world.order(feed).await;
    let renamed = Project {
        revision: 2,
        state: "deleting".to_owned(),
        ..project(&world, "artemis")
    };
    world.commit_one(&feed.page(1, vec![renamed]).last()).await;
    assert_eq!(world.texts(SCOPES).await, ["project artemis f"]);
}

#[tokio::test]
async fn a_project_that_is_not_listed_is_out_of_sight_and_not_deleted() {
    let world = World::new().await;
    let feed = world.feed::<Project>().await;
    let repositories = world.feed::<Repository>().await;
    world
        .commit_one(&feed.page(1, vec![project(&world, "apollo")]).last())
        .await;
    let open = repository(&world, world.repository, "open");
    world
        .commit_one(&repositories.page(1, vec![open]).last())
        .await;
    let feed = world.order(feed).await;
    let result = world
        .commit_one(&feed.page::<Project>(1, Vec::new()).at(ONE).last())
        .await;
    assert_eq!(result.counts.deleted, 0);
    let living = "SELECT count(*) FROM ado.projects WHERE deleted_at IS NULL";
    assert_eq!(world.number(living).await, 1);
    assert_eq!(world.texts(SCOPES).await, ["repository open t"]);
}

#[tokio::test]
async fn a_deleted_repository_is_out_of_everybodys_sight_and_takes_its_records_along() {
    let world = World::new().await;
    let feed = world.feed::<Repository>().await;
    let refs = world.feed::<Ref>().await;
    world
        .commit_one(
            &feed
                .page(1, vec![repository(&world, world.repository, "open")])
                .last(),
        )
        .await;
    world
        .commit_one(&refs.page(1, vec![reference(&world, "main", "1")]).last())
        .await;
    let exported = async || {
        use futures::StreamExt as _;
        let entity = wire::entity("refs").unwrap();
        world
            .database
            .store
            .export(entity, world.organization)
            .count()
            .await
    };
    assert_eq!(exported().await, 1);
    let feed = world.order(feed).await;
    let gone = feed.deletions(1, &[world.repository.to_string()]).at(ONE);
    assert_eq!(world.commit_one(&gone.last()).await.counts.deleted, 1);
    assert!(world.texts(SCOPES).await.is_empty());
    assert_eq!(exported().await, 0);
    // It is restored.
    let feed = world.order(feed).await;
    let back = feed
        .page(1, vec![repository(&world, world.repository, "open")])
        .at(TWO)
        .last();
    world.commit_one(&back).await;
    assert_eq!(world.texts(SCOPES).await, ["repository open t"]);
    assert_eq!(exported().await, 1);
}
