//! The catalogue: one line an entity. What is not here does not exist for any service.

use crate::{
    Cadence::{Cycle, Slow},
    Domain, Entity, Page,
    Reading::{Cursor, Detail, Follows, Whole},
    Record, ScopeKind,
    proto::{boards, git, pipelines, tfvc},
};

/// Writes, for each line, the entity and what its record says of itself.
macro_rules! catalogue {
    ($($domain:ident $name:literal of $scope:ident by $reading:expr;
       $package:ident $page:ident of $record:ident;
       key $key:expr; project $project:expr; version $version:expr;)*) => {
        /// Every entity, in the order in which they are shown.
        pub static ENTITIES: &[&Entity] = &[$(<$package::v1::$record as Record>::ENTITY),*];

        $(
            impl Record for $package::v1::$record {
                type Page = $package::v1::$page;
                const ENTITY: &'static Entity = &Entity {
                    domain: Domain::$domain,
                    name: $name,
                    scope: ScopeKind::$scope,
                    reading: $reading,
                    page_message: concat!("adit.", stringify!($package), ".v1.", stringify!($page)),
                    record_message: concat!("adit.", stringify!($package), ".v1.", stringify!($record)),
                };

                fn key(&self) -> String {
                    let key: fn(&Self) -> String = $key;
                    key(self)
                }

                fn project_id(&self) -> &str {
                    let project: fn(&Self) -> &str = $project;
                    project(self)
                }

                fn version(&self) -> Option<i64> {
                    let version: fn(&Self) -> Option<i64> = $version;
                    version(self)
                }
            }

            impl Page for $package::v1::$page {
                type Record = $package::v1::$record;

                fn of(records: Vec<Self::Record>) -> Self {
                    Self { records }
                }

                fn into_records(self) -> Vec<Self::Record> {
                    self.records
                }
            }
        )*
    };
}

/// Finds an entity by its name, with `_` or `-`.
pub fn entity(name: &str) -> Option<&'static Entity> {
    let name = name.replace('-', "_");
    ENTITIES.iter().find(|entity| entity.name == name).copied()
}

catalogue! {
    Boards "projects" of Organization by Whole(Cycle); boards Projects of Project;
        key |r| r.id.clone(); project |r| &r.id; version |r| Some(r.revision);
    Boards "teams" of Organization by Whole(Slow); boards Teams of Team;
        key |r| r.id.clone(); project |r| &r.project_id; version |_| None;
    Boards "fields" of Organization by Whole(Slow); boards Fields of Field;
        key |r| r.reference_name.clone(); project |_| ""; version |_| None;
    Boards "work_item_types" of Project by Whole(Slow); boards WorkItemTypes of WorkItemType;
        key |r| format!("{}/{}", r.project_id, r.reference_name); project |r| &r.project_id; version |_| None;
    Boards "work_item_type_categories" of Project by Whole(Slow); boards WorkItemTypeCategories of WorkItemTypeCategory;
        key |r| format!("{}/{}", r.project_id, r.reference_name); project |r| &r.project_id; version |_| None;
    Boards "classification_nodes" of Project by Whole(Slow); boards ClassificationNodes of ClassificationNode;
        key |r| r.id.to_string(); project |r| &r.project_id; version |_| None;
    Boards "work_item_revisions" of Organization by Cursor(Cycle); boards WorkItemRevisions of WorkItemRevision;
        key |r| format!("{}/{}", r.id, r.rev); project |r| &r.project_id; version |_| None;
    Boards "work_item_links" of Organization by Cursor(Cycle); boards WorkItemLinks of WorkItemLink;
        key |r| format!("{}/{}/{}", r.source_id, r.target_id, r.rel); project |r| &r.source_project_id;
        version |r| r.changed_date.as_ref().map(microseconds);
    Git "repositories" of Organization by Whole(Cycle); git Repositories of Repository;
        key |r| r.id.clone(); project |r| &r.project_id; version |_| None;
    Git "refs" of Repository by Whole(Cycle); git Refs of Ref;
        key |r| format!("{}/{}", r.repository_id, r.name); project |r| &r.project_id; version |_| None;
    Git "commits" of Repository by Follows("refs"); git Commits of Commit;
        key |r| format!("{}/{}", r.repository_id, r.commit_id); project |r| &r.project_id; version |_| None;
    Git "pull_requests" of Project by Cursor(Cycle); git PullRequests of PullRequest;
        key |r| r.pull_request_id.to_string(); project |r| &r.project_id; version |_| None;
    Git "pull_request_threads" of Project by Detail { of: "pull_requests", batch: 200 };
        git PullRequestThreadsPage of PullRequestThreads;
        key |r| r.pull_request_id.to_string(); project |r| &r.project_id; version |_| None;
    Git "pull_request_descriptions" of Project by Detail { of: "pull_requests", batch: 200 };
        git PullRequestDescriptions of PullRequestDescription;
        key |r| r.pull_request_id.to_string(); project |r| &r.project_id; version |_| None;
    Pipelines "build_definitions" of Project by Whole(Slow); pipelines BuildDefinitions of BuildDefinition;
        key |r| r.id.to_string(); project |r| &r.project_id; version |r| Some(r.revision);
    Pipelines "builds" of Project by Cursor(Cycle); pipelines Builds of Build;
        key |r| r.id.to_string(); project |r| &r.project_id; version |_| None;
    Pipelines "timelines" of Project by Detail { of: "builds", batch: 500 }; pipelines Timelines of Timeline;
        key |r| r.build_id.to_string(); project |r| &r.project_id; version |_| None;
    Tfvc "changesets" of Organization by Cursor(Cycle); tfvc Changesets of Changeset;
        key |r| r.changeset_id.to_string(); project |_| ""; version |_| None;
    Tfvc "changeset_details" of Organization by Detail { of: "changesets", batch: 500 };
        tfvc ChangesetDetails of ChangesetDetail;
        key |r| r.changeset_id.to_string(); project |r| r.team_project_ids.first().map_or("", String::as_str);
        version |_| None;
    Tfvc "tfvc_branches" of Project by Whole(Slow); tfvc Branches of Branch;
        key |r| format!("{}/{}", r.project_id, r.path); project |r| &r.project_id; version |_| None;
    Tfvc "tfvc_labels" of Project by Whole(Slow); tfvc Labels of Label;
        key |r| r.id.to_string(); project |r| &r.project_id; version |_| None;
}

/// A moment as a version.
fn microseconds(time: &prost_types::Timestamp) -> i64 {
    time.seconds
        .saturating_mul(1_000_000)
        .saturating_add(i64::from(time.nanos / 1_000))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Reading;

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<_> = ENTITIES.iter().map(|entity| entity.name).collect();
        assert_eq!(names.len(), ENTITIES.len());
    }

    #[test]
    fn parents_exist_and_come_first() {
        for (place, entity) in ENTITIES.iter().enumerate() {
            if let Reading::Detail { of, .. } | Reading::Follows(of) = entity.reading {
                let parent = ENTITIES.iter().position(|other| other.name == of);
                assert!(
                    parent.is_some_and(|parent| parent < place),
                    "{}",
                    entity.name
                );
            }
        }
    }

    #[test]
    fn an_entity_is_found_by_its_name_and_its_token() {
        for known in ENTITIES {
            assert_eq!(entity(known.name), Some(*known));
            assert_eq!(entity(&known.token()), Some(*known));
        }
        assert_eq!(entity("kittens"), None);
    }
}
