//! A revision as JSON, in the shapes that endpoints give it.

use serde_json::{Map, Value, json};

use super::{
    BoardsWorld,
    item::{Item, Revision, Snapshot, rev},
    process::LONG_FIELDS,
};
use crate::{
    date, json,
    organization::{Identity, Organization},
};

/// How the fields are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Long text too.
    pub(crate) long: bool,
    pub(crate) people: People,
    /// Tags as references in place of a text.
    pub(crate) tag_references: bool,
}

/// How people are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum People {
    /// `Name <mail>`.
    Text,
    /// What the reporting feed gives for a reference.
    Short,
    /// What everything else gives.
    Full,
}

/// Everything, as the reporting feed gives it: the shape that is kept ready.
pub(crate) const REPORT: Shape = Shape {
    long: true,
    people: People::Short,
    tag_references: true,
};

fn person(identity: &Identity, place: usize, people: People, link: &str) -> Value {
    match people {
        People::Text => json!(identity.combined()),
        People::Full => identity.reference(link),
        // The documented answers have only these two, the unique name being the combined one.
        People::Short if place % 5 == 4 => {
            json!({ "id": identity.id, "uniqueName": identity.combined() })
        }
        People::Short => json!({
            "displayName": identity.display_name,
            "id": identity.id,
            "uniqueName": identity.unique_name,
            "descriptor": identity.descriptor,
        }),
    }
}

impl BoardsWorld {
    /// All fields of a revision.
    pub(crate) fn fields(
        &self,
        organization: &Organization,
        id: i64,
        rev: i64,
        watermark: i64,
        snapshot: &Snapshot,
        shape: Shape,
    ) -> Map<String, Value> {
        let link = organization.link();
        let who =
            |place: usize| person(&organization.identities[place], place, shape.people, &link);
        let mut fields = Map::new();
        let mut put = |name: &str, value: Value| drop(fields.insert(String::from(name), value));
        let (area, iteration) = (
            self.nodes.at(snapshot.area),
            self.nodes.at(snapshot.iteration),
        );
        put("System.Id", json!(id));
        put("System.Rev", json!(rev));
        put("System.Watermark", json!(watermark));
        put("System.AreaId", json!(area.id));
        put("System.AreaPath", json!(area.item_path));
        put("System.NodeName", json!(area.name));
        put("System.TeamProject", json!(&*snapshot.team_project));
        put("System.IterationId", json!(iteration.id));
        put("System.IterationPath", json!(iteration.item_path));
        put("System.WorkItemType", json!(snapshot.kind.name));
        put("System.Title", json!(&*snapshot.title));
        put("System.State", json!(snapshot.state));
        put("System.CreatedBy", who(snapshot.created_by));
        put("System.CreatedDate", json!(date::sent(snapshot.created)));
        put("System.ChangedBy", who(snapshot.changed_by));
        put("System.ChangedDate", json!(date::sent(snapshot.changed)));
        put("System.AuthorizedAs", who(snapshot.changed_by));
        put("System.AuthorizedDate", json!(date::sent(snapshot.changed)));
        put(
            "System.RevisedDate",
            json!(
                snapshot
                    .revised
                    .map_or_else(|| String::from(date::OPEN), date::sent)
            ),
        );
        put("System.CommentCount", json!(snapshot.comment_count));
        put(
            "Microsoft.VSTS.Common.StateChangeDate",
            json!(date::sent(snapshot.state_changed)),
        );
        let mut put_some = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                put(name, value);
            }
        };
        put_some("System.Reason", snapshot.reason.map(|reason| json!(reason)));
        put_some("System.AssignedTo", snapshot.assigned_to.map(who));
        put_some("Custom.Reviewer", snapshot.reviewer.map(who));
        put_some("System.Parent", snapshot.parent.map(|parent| json!(parent)));
        put_some("System.Tags", self.tags_of(snapshot, shape));
        put_some(
            "System.IsDeleted",
            snapshot.is_deleted.then_some(Value::Bool(true)),
        );
        if snapshot.kind.name != "Task" {
            put_some("System.BoardColumn", Some(json!(snapshot.state)));
            put_some(
                "System.BoardColumnDone",
                Some(json!(
                    snapshot.kind.category_of(snapshot.state) == "Resolved"
                )),
            );
            put_some(
                "System.BoardLane",
                snapshot.board_lane.map(|lane| json!(lane)),
            );
            put_some(
                "WEF_6CB513B6E70E43499D9FC94E5BBFB784_Kanban.Column",
                Some(json!(snapshot.state)),
            );
        }
        for (name, text) in [
            ("Microsoft.VSTS.Common.ActivatedDate", &snapshot.activated),
            ("Microsoft.VSTS.Common.ResolvedDate", &snapshot.resolved),
            ("Microsoft.VSTS.Common.ClosedDate", &snapshot.closed),
            ("Microsoft.VSTS.Scheduling.DueDate", &snapshot.due),
        ] {
            put_some(name, text.as_ref().map(|text| json!(text)));
        }
        put_some(
            "Microsoft.VSTS.Common.Priority",
            snapshot.priority.map(|priority| json!(priority)),
        );
        put_some(
            "Microsoft.VSTS.Common.Severity",
            snapshot.severity.map(|severity| json!(severity)),
        );
        for (name, number) in [
            ("Microsoft.VSTS.Common.StackRank", snapshot.stack_rank),
            (
                "Microsoft.VSTS.Scheduling.StoryPoints",
                snapshot.story_points,
            ),
            ("Microsoft.VSTS.Scheduling.Effort", snapshot.effort),
            ("Microsoft.VSTS.Scheduling.Size", snapshot.size),
            (
                "Microsoft.VSTS.Scheduling.OriginalEstimate",
                snapshot.original_estimate,
            ),
            (
                "Microsoft.VSTS.Scheduling.RemainingWork",
                snapshot.remaining_work,
            ),
            (
                "Microsoft.VSTS.Scheduling.CompletedWork",
                snapshot.completed_work,
            ),
        ] {
            put_some(name, number.map(|number| json!(number)));
        }
        for (name, value) in &snapshot.custom {
            if shape.long || !LONG_FIELDS.contains(name) {
                put_some(name, Some(value.clone()));
            }
        }
        if shape.long {
            put_some(
                "System.Description",
                snapshot.description.as_ref().map(|text| json!(&**text)),
            );
            put_some(
                "System.History",
                snapshot.history.as_ref().map(|text| json!(&**text)),
            );
            put_some(
                "Microsoft.VSTS.TCM.ReproSteps",
                snapshot.repro_steps.as_ref().map(|text| json!(&**text)),
            );
            put_some(
                "Microsoft.VSTS.Common.AcceptanceCriteria",
                snapshot.acceptance.as_ref().map(|text| json!(&**text)),
            );
        }
        fields
    }

    fn tags_of(&self, snapshot: &Snapshot, shape: Shape) -> Option<Value> {
        let tags = || snapshot.tags.iter().map(|tag| &self.tags[*tag]);
        if snapshot.tags.is_empty() {
            return None;
        }
        if shape.tag_references {
            return Some(
                tags()
                    .map(|tag| json!({ "id": tag.id, "name": tag.name }))
                    .collect(),
            );
        }
        Some(json!(self.tags_as_text(snapshot)))
    }

    /// Tags as the field has them where nobody asks for references.
    pub(crate) fn tags_as_text(&self, snapshot: &Snapshot) -> String {
        let names: Vec<&str> = snapshot
            .tags
            .iter()
            .map(|tag| self.tags[*tag].name.as_str())
            .collect();
        names.join("; ")
    }

    /// A row of the reporting feed.
    pub(crate) fn report_text(
        &self,
        organization: &Organization,
        id: i64,
        place: usize,
        revision: &Revision,
    ) -> String {
        let fields = self.fields(
            organization,
            id,
            rev(place),
            revision.watermark,
            &revision.snapshot,
            REPORT,
        );
        json::kept(&json!({ "id": id, "rev": rev(place), "fields": fields }))
    }

    /// Fields of the newest revision, as work items carry them.
    pub(crate) fn current_fields(
        &self,
        organization: &Organization,
        item: &Item,
        rev: i64,
    ) -> Option<Map<String, Value>> {
        let revision = item.revision(rev)?;
        let shape = Shape {
            long: true,
            people: People::Full,
            tag_references: false,
        };
        Some(self.fields(
            organization,
            item.id,
            rev,
            revision.watermark,
            &revision.snapshot,
            shape,
        ))
    }
}
