//! The process: types of work items with their states, their categories, and the fields.

use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A state: name, category, colour.
pub(crate) type State = (&'static str, &'static str, &'static str);

/// A type of work item.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) reference: &'static str,
    pub(crate) description: Option<&'static str>,
    pub(crate) color: &'static str,
    pub(crate) icon: &'static str,
    pub(crate) disabled: bool,
    /// In the order in which work goes through them; the last may be the removed one.
    pub(crate) states: &'static [State],
    /// Category, by reference name.
    pub(crate) category: &'static str,
}

const NEW: State = ("New", "Proposed", "b2b2b2");
const ACTIVE: State = ("Active", "InProgress", "007acc");
const RESOLVED: State = ("Resolved", "Resolved", "ff9d00");
const CLOSED: State = ("Closed", "Completed", "339933");
const REMOVED: State = ("Removed", "Removed", "ffffff");

/// All types; the custom one among them.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        name: "User Story",
        reference: "Microsoft.VSTS.WorkItemTypes.UserStory",
        description: Some("Tracks an activity the user will be able to perform with the product"),
        color: "009CCC",
        icon: "icon_book",
        disabled: false,
        states: &[NEW, ACTIVE, RESOLVED, CLOSED, REMOVED],
        category: "Microsoft.RequirementCategory",
    },
    Kind {
        name: "Bug",
        reference: "Microsoft.VSTS.WorkItemTypes.Bug",
        description: Some("Describes a divergence between required and actual behavior"),
        color: "CC293D",
        icon: "icon_insect",
        disabled: false,
        states: &[NEW, ACTIVE, RESOLVED, CLOSED],
        category: "Microsoft.BugCategory",
    },
    Kind {
        name: "Task",
        reference: "Microsoft.VSTS.WorkItemTypes.Task",
        description: Some("Tracks work that needs to be done."),
        color: "F2CB1D",
        icon: "icon_clipboard",
        disabled: false,
        states: &[NEW, ACTIVE, CLOSED, REMOVED],
        category: "Microsoft.TaskCategory",
    },
    Kind {
        name: "Feature",
        reference: "Microsoft.VSTS.WorkItemTypes.Feature",
        description: Some("Tracks a feature that will be released with the product"),
        color: "773B93",
        icon: "icon_trophy",
        disabled: false,
        states: &[NEW, ACTIVE, RESOLVED, CLOSED, REMOVED],
        category: "Microsoft.FeatureCategory",
    },
    Kind {
        name: "Epic",
        reference: "Microsoft.VSTS.WorkItemTypes.Epic",
        description: None,
        color: "FF7B00",
        icon: "icon_crown",
        disabled: false,
        states: &[NEW, ACTIVE, RESOLVED, CLOSED, REMOVED],
        category: "Microsoft.EpicCategory",
    },
    Kind {
        name: "Risk & Opportunity \u{2696}",
        reference: "FabrikamAgile.RiskOpportunity",
        description: Some("A custom type: <i>what might happen</i>"),
        color: "60AF49",
        icon: "icon_flame",
        disabled: false,
        states: &[
            ("Identified", "Proposed", "b2b2b2"),
            ("Being mitigated", "InProgress", "007acc"),
            ("Waiting for #1", "InProgress", "c0d4f9"),
            ("Accepted", "Completed", "339933"),
            ("Dropped", "Removed", "ffffff"),
        ],
        category: "Microsoft.HiddenCategory",
    },
    Kind {
        name: "Issue",
        reference: "Microsoft.VSTS.WorkItemTypes.Issue",
        description: Some("Tracks an obstacle to progress."),
        color: "B4009E",
        icon: "icon_traffic_cone",
        disabled: true,
        states: &[ACTIVE, CLOSED],
        category: "Microsoft.HiddenCategory",
    },
];

/// Category: reference name, name, default type. Hidden ones have no default.
pub(crate) const CATEGORIES: &[(&str, &str, Option<&str>)] = &[
    ("Microsoft.BugCategory", "Bug Category", Some("Bug")),
    ("Microsoft.EpicCategory", "Epic Category", Some("Epic")),
    (
        "Microsoft.FeatureCategory",
        "Feature Category",
        Some("Feature"),
    ),
    ("Microsoft.HiddenCategory", "Hidden Types Category", None),
    (
        "Microsoft.RequirementCategory",
        "Requirement Category",
        Some("User Story"),
    ),
    ("Microsoft.TaskCategory", "Task Category", Some("Task")),
    ("Microsoft.TestCaseCategory", "Test Case Category", None),
];

/// Field: reference name, name, type, read only, long text.
pub(crate) const FIELDS: &[(&str, &str, &str, bool)] = &[
    ("System.Id", "ID", "integer", true),
    ("System.Rev", "Rev", "integer", true),
    ("System.Watermark", "Watermark", "integer", true),
    ("System.AreaId", "Area ID", "integer", false),
    ("System.AreaPath", "Area Path", "treePath", false),
    ("System.NodeName", "Node Name", "string", true),
    ("System.TeamProject", "Team Project", "string", true),
    ("System.IterationId", "Iteration ID", "integer", false),
    ("System.IterationPath", "Iteration Path", "treePath", false),
    ("System.WorkItemType", "Work Item Type", "string", true),
    ("System.Title", "Title", "string", false),
    ("System.State", "State", "string", false),
    ("System.Reason", "Reason", "string", false),
    ("System.AssignedTo", "Assigned To", "string", false),
    ("System.CreatedBy", "Created By", "string", true),
    ("System.CreatedDate", "Created Date", "dateTime", true),
    ("System.ChangedBy", "Changed By", "string", true),
    ("System.ChangedDate", "Changed Date", "dateTime", true),
    ("System.AuthorizedAs", "Authorized As", "string", true),
    ("System.AuthorizedDate", "Authorized Date", "dateTime", true),
    ("System.RevisedDate", "Revised Date", "dateTime", true),
    ("System.Tags", "Tags", "plainText", false),
    ("System.Parent", "Parent", "integer", true),
    ("System.CommentCount", "Comment Count", "integer", true),
    ("System.BoardColumn", "Board Column", "string", true),
    (
        "System.BoardColumnDone",
        "Board Column Done",
        "boolean",
        true,
    ),
    ("System.BoardLane", "Board Lane", "string", true),
    ("System.IsDeleted", "Is Deleted", "boolean", true),
    ("System.Description", "Description", "html", false),
    ("System.History", "History", "history", false),
    (
        "Microsoft.VSTS.TCM.ReproSteps",
        "Repro Steps",
        "html",
        false,
    ),
    (
        "Microsoft.VSTS.Common.AcceptanceCriteria",
        "Acceptance Criteria",
        "html",
        false,
    ),
    (
        "Microsoft.VSTS.Common.Priority",
        "Priority",
        "integer",
        false,
    ),
    (
        "Microsoft.VSTS.Common.Severity",
        "Severity",
        "string",
        false,
    ),
    (
        "Microsoft.VSTS.Common.StackRank",
        "Stack Rank",
        "double",
        false,
    ),
    (
        "Microsoft.VSTS.Common.StateChangeDate",
        "State Change Date",
        "dateTime",
        true,
    ),
    (
        "Microsoft.VSTS.Common.ActivatedDate",
        "Activated Date",
        "dateTime",
        true,
    ),
    (
        "Microsoft.VSTS.Common.ResolvedDate",
        "Resolved Date",
        "dateTime",
        true,
    ),
    (
        "Microsoft.VSTS.Common.ClosedDate",
        "Closed Date",
        "dateTime",
        true,
    ),
    (
        "Microsoft.VSTS.Scheduling.DueDate",
        "Due Date",
        "dateTime",
        false,
    ),
    (
        "Microsoft.VSTS.Scheduling.StoryPoints",
        "Story Points",
        "double",
        false,
    ),
    (
        "Microsoft.VSTS.Scheduling.Effort",
        "Effort",
        "double",
        false,
    ),
    ("Microsoft.VSTS.Scheduling.Size", "Size", "double", false),
    (
        "Microsoft.VSTS.Scheduling.OriginalEstimate",
        "Original Estimate",
        "double",
        false,
    ),
    (
        "Microsoft.VSTS.Scheduling.RemainingWork",
        "Remaining Work",
        "double",
        false,
    ),
    (
        "Microsoft.VSTS.Scheduling.CompletedWork",
        "Completed Work",
        "double",
        false,
    ),
    (
        "Custom.CustomerName",
        "Customer name (\u{c4}\u{d6}\u{dc})",
        "string",
        false,
    ),
    (
        "Custom.LegacyReleaseDate",
        "Legacy release date",
        "dateTime",
        false,
    ),
    ("Custom.Notes", "Notes", "html", false),
    ("Custom.RiskScore", "Risk score", "double", false),
    ("Custom.Reviewer", "Reviewer", "string", false),
    ("Custom.IsBillable", "Is billable?", "boolean", false),
    ("Custom.0ld_Field", "Old field <deleted>", "string", false),
    (
        "WEF_6CB513B6E70E43499D9FC94E5BBFB784_Kanban.Column",
        "Board Column",
        "string",
        false,
    ),
];

/// Fields that hold somebody.
pub(crate) const IDENTITY_FIELDS: &[&str] = &[
    "System.AssignedTo",
    "System.CreatedBy",
    "System.ChangedBy",
    "System.AuthorizedAs",
    "Custom.Reviewer",
];

/// Fields that feeds leave out unless told to expand.
pub(crate) const LONG_FIELDS: &[&str] = &[
    "System.Description",
    "System.History",
    "Microsoft.VSTS.TCM.ReproSteps",
    "Microsoft.VSTS.Common.AcceptanceCriteria",
    "Custom.Notes",
];

/// The type of this name.
pub(crate) fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| {
        kind.name.eq_ignore_ascii_case(name) || kind.reference.eq_ignore_ascii_case(name)
    })
}

impl Kind {
    /// The service's word for what kind of state this is.
    pub(crate) fn category_of(&self, state: &str) -> &'static str {
        self.states
            .iter()
            .find(|(name, _, _)| *name == state)
            .map_or("Proposed", |(_, category, _)| *category)
    }

    pub(crate) fn url(&self, link: &str, project: Uuid) -> String {
        format!(
            "{link}/{project}/_apis/wit/workItemTypes/{}",
            encoded(self.name)
        )
    }

    /// From each state to each other; from nothing to the first.
    pub(crate) fn transitions(&self) -> Value {
        let mut transitions = Map::new();
        transitions.insert(
            String::new(),
            json!([{ "to": self.states[0].0, "actions": null }]),
        );
        for (from, _, _) in self.states {
            let others = self.states.iter().filter(|(to, _, _)| to != from);
            let targets: Vec<Value> = others
                .map(|(to, _, _)| json!({ "to": to, "actions": null }))
                .collect();
            transitions.insert(String::from(*from), Value::Array(targets));
        }
        Value::Object(transitions)
    }

    /// The reference names of the fields of this type.
    pub(crate) fn fields(&self) -> Vec<&'static str> {
        let custom = self.reference.starts_with("Fabrikam");
        FIELDS
            .iter()
            .map(|(reference, ..)| *reference)
            .filter(|reference| custom || *reference != "Custom.RiskScore")
            .filter(|reference| self.name == "Bug" || *reference != "Microsoft.VSTS.TCM.ReproSteps")
            .collect()
    }
}

/// A path segment, percent-encoded as the service does in links.
pub(crate) fn encoded(segment: &str) -> String {
    percent_encoding::utf8_percent_encode(segment, percent_encoding::NON_ALPHANUMERIC).to_string()
}
