//! A revision as JSON, in the shapes that endpoints give it.

use serde::Serialize;
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

/// Fields in the making.
struct Fields<'a> {
    fields: Map<String, Value>,
    snapshot: &'a Snapshot,
}

impl Fields<'_> {
    fn put(&mut self, name: &str, value: impl Serialize) {
        self.fields.insert(String::from(name), json!(value));
    }

    fn put_some(&mut self, name: &str, value: Option<impl Serialize>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    fn dates(&mut self) {
        let snapshot = self.snapshot;
        let changed = date::sent(snapshot.changed);
        self.put("System.CreatedDate", date::sent(snapshot.created));
        self.put("System.ChangedDate", &changed);
        self.put("System.AuthorizedDate", &changed);
        self.put(
            "System.RevisedDate",
            snapshot
                .revised
                .map_or_else(|| String::from(date::OPEN), date::sent),
        );
        self.put(
            "Microsoft.VSTS.Common.StateChangeDate",
            date::sent(snapshot.state_changed),
        );
        self.put_some(
            "Microsoft.VSTS.Common.ActivatedDate",
            snapshot.activated.as_ref(),
        );
        self.put_some(
            "Microsoft.VSTS.Common.ResolvedDate",
            snapshot.resolved.as_ref(),
        );
        self.put_some("Microsoft.VSTS.Common.ClosedDate", snapshot.closed.as_ref());
        self.put_some("Microsoft.VSTS.Scheduling.DueDate", snapshot.due.as_ref());
    }

    fn estimates(&mut self) {
        let snapshot = self.snapshot;
        self.put_some("Microsoft.VSTS.Common.Priority", snapshot.priority);
        self.put_some("Microsoft.VSTS.Common.Severity", snapshot.severity);
        self.put_some("Microsoft.VSTS.Common.StackRank", snapshot.stack_rank);
        self.put_some(
            "Microsoft.VSTS.Scheduling.StoryPoints",
            snapshot.story_points,
        );
        self.put_some("Microsoft.VSTS.Scheduling.Effort", snapshot.effort);
        self.put_some("Microsoft.VSTS.Scheduling.Size", snapshot.size);
        self.put_some(
            "Microsoft.VSTS.Scheduling.OriginalEstimate",
            snapshot.original_estimate,
        );
        self.put_some(
            "Microsoft.VSTS.Scheduling.RemainingWork",
            snapshot.remaining_work,
        );
        self.put_some(
            "Microsoft.VSTS.Scheduling.CompletedWork",
            snapshot.completed_work,
        );
    }

    fn board(&mut self) {
        let snapshot = self.snapshot;
        if snapshot.kind.name != "Task" {
            self.put("System.BoardColumn", snapshot.state);
            self.put(
                "System.BoardColumnDone",
                snapshot.kind.category_of(snapshot.state) == "Resolved",
            );
            self.put_some("System.BoardLane", snapshot.board_lane);
            self.put(
                "WEF_6CB513B6E70E43499D9FC94E5BBFB784_Kanban.Column",
                snapshot.state,
            );
        }
    }

    fn texts(&mut self, long: bool) {
        let snapshot = self.snapshot;
        for (name, value) in &snapshot.custom {
            if long || !LONG_FIELDS.contains(name) {
                self.put(name, value);
            }
        }
        if long {
            self.put_some("System.Description", snapshot.description.as_deref());
            self.put_some("System.History", snapshot.history.as_deref());
            self.put_some(
                "Microsoft.VSTS.TCM.ReproSteps",
                snapshot.repro_steps.as_deref(),
            );
            self.put_some(
                "Microsoft.VSTS.Common.AcceptanceCriteria",
                snapshot.acceptance.as_deref(),
            );
        }
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
        let (area, iteration) = (
            self.nodes.at(snapshot.area),
            self.nodes.at(snapshot.iteration),
        );
        let mut fields = Fields {
            fields: Map::new(),
            snapshot,
        };
        fields.put("System.Id", id);
        fields.put("System.Rev", rev);
        fields.put("System.Watermark", watermark);
        fields.put("System.AreaId", area.id);
        fields.put("System.AreaPath", &area.item_path);
        fields.put("System.NodeName", &area.name);
        fields.put("System.TeamProject", &*snapshot.team_project);
        fields.put("System.IterationId", iteration.id);
        fields.put("System.IterationPath", &iteration.item_path);
        fields.put("System.WorkItemType", snapshot.kind.name);
        fields.put("System.Title", &*snapshot.title);
        fields.put("System.State", snapshot.state);
        fields.put_some("System.Reason", snapshot.reason);
        fields.put("System.CreatedBy", who(snapshot.created_by));
        fields.put("System.ChangedBy", who(snapshot.changed_by));
        fields.put("System.AuthorizedAs", who(snapshot.changed_by));
        fields.put_some("System.AssignedTo", snapshot.assigned_to.map(who));
        fields.put_some("Custom.Reviewer", snapshot.reviewer.map(who));
        fields.put("System.CommentCount", snapshot.comment_count);
        fields.put_some("System.Parent", snapshot.parent);
        fields.put_some("System.Tags", self.tags_of(snapshot, shape));
        fields.put_some("System.IsDeleted", snapshot.is_deleted.then_some(true));
        fields.dates();
        fields.board();
        fields.estimates();
        fields.texts(shape.long);
        fields.fields
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
