-- Work items and the structure of an organization.

CREATE TABLE ado.projects (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text,
    description text,
    state text,
    revision bigint NOT NULL,
    visibility text,
    last_update_time timestamptz,
    url text,
    extra jsonb,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id)
);
COMMENT ON TABLE ado.projects IS 'A project.';
COMMENT ON COLUMN ado.projects.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.projects.id IS 'Project guid; survives renames.';
COMMENT ON COLUMN ado.projects.name IS 'Name.';
COMMENT ON COLUMN ado.projects.description IS 'Description.';
COMMENT ON COLUMN ado.projects.state IS 'wellFormed, createPending, deleting, new, deleted or unchanged.';
COMMENT ON COLUMN ado.projects.revision IS 'Grows with every change of a project of the organization.';
COMMENT ON COLUMN ado.projects.visibility IS 'private or public.';
COMMENT ON COLUMN ado.projects.last_update_time IS 'When it last changed; often absent.';
COMMENT ON COLUMN ado.projects.url IS 'REST address.';
COMMENT ON COLUMN ado.projects.extra IS 'Members of the answer that have no field here, unchanged, as an object.';
COMMENT ON COLUMN ado.projects.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.projects.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.projects.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.projects.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.teams (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text,
    project_id uuid,
    project_name text,
    description text,
    identity_url text,
    url text,
    extra jsonb,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id)
);
COMMENT ON TABLE ado.teams IS 'A team.';
COMMENT ON COLUMN ado.teams.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.teams.id IS 'Team guid.';
COMMENT ON COLUMN ado.teams.name IS 'Name.';
COMMENT ON COLUMN ado.teams.project_id IS 'Project guid.';
COMMENT ON COLUMN ado.teams.project_name IS 'Project name at the time of reading.';
COMMENT ON COLUMN ado.teams.description IS 'Description.';
COMMENT ON COLUMN ado.teams.identity_url IS 'Identity address.';
COMMENT ON COLUMN ado.teams.url IS 'REST address.';
COMMENT ON COLUMN ado.teams.extra IS 'Members of the answer that have no field here, unchanged, as an object.';
COMMENT ON COLUMN ado.teams.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.teams.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.teams.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.teams.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.fields (
    organization_id uuid NOT NULL,
    reference_name text NOT NULL,
    name text,
    type text,
    usage text,
    description text,
    read_only boolean NOT NULL,
    can_sort_by boolean NOT NULL,
    is_queryable boolean NOT NULL,
    is_identity boolean NOT NULL,
    is_picklist boolean NOT NULL,
    is_picklist_suggested boolean NOT NULL,
    picklist_id text,
    is_locked boolean NOT NULL,
    is_deleted boolean NOT NULL,
    url text,
    extra jsonb,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, reference_name)
);
COMMENT ON TABLE ado.fields IS 'A work item field of the organization.';
COMMENT ON COLUMN ado.fields.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.fields.reference_name IS 'Reference name, for example System.State.';
COMMENT ON COLUMN ado.fields.name IS 'Name.';
COMMENT ON COLUMN ado.fields.type IS 'string, integer, dateTime, html, treePath, boolean, double, identity and so on.';
COMMENT ON COLUMN ado.fields.usage IS 'workItem, workItemLink, tree and so on.';
COMMENT ON COLUMN ado.fields.description IS 'Description.';
COMMENT ON COLUMN ado.fields.read_only IS 'Read only.';
COMMENT ON COLUMN ado.fields.can_sort_by IS 'Sortable.';
COMMENT ON COLUMN ado.fields.is_queryable IS 'Queryable.';
COMMENT ON COLUMN ado.fields.is_identity IS 'Holds an identity.';
COMMENT ON COLUMN ado.fields.is_picklist IS 'Holds a choice from a list.';
COMMENT ON COLUMN ado.fields.is_picklist_suggested IS 'Holds a choice, or other text.';
COMMENT ON COLUMN ado.fields.picklist_id IS 'Guid of the list.';
COMMENT ON COLUMN ado.fields.is_locked IS 'Locked.';
COMMENT ON COLUMN ado.fields.is_deleted IS 'Deleted.';
COMMENT ON COLUMN ado.fields.url IS 'REST address.';
COMMENT ON COLUMN ado.fields.extra IS 'Members of the answer that have no field here, unchanged, as an object.';
COMMENT ON COLUMN ado.fields.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.fields.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.fields.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.fields.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.work_item_types (
    organization_id uuid NOT NULL,
    project_id uuid NOT NULL,
    reference_name text NOT NULL,
    name text,
    description text,
    color text,
    icon_id text,
    is_disabled boolean NOT NULL,
    transitions jsonb,
    field_instances jsonb,
    url text,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, project_id, reference_name)
);
COMMENT ON TABLE ado.work_item_types IS 'A work item type of a project, with its states.';
COMMENT ON COLUMN ado.work_item_types.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.work_item_types.project_id IS 'Project guid.';
COMMENT ON COLUMN ado.work_item_types.reference_name IS 'Reference name.';
COMMENT ON COLUMN ado.work_item_types.name IS 'Name.';
COMMENT ON COLUMN ado.work_item_types.description IS 'Description.';
COMMENT ON COLUMN ado.work_item_types.color IS 'Colour, hexadecimal.';
COMMENT ON COLUMN ado.work_item_types.icon_id IS 'Icon id.';
COMMENT ON COLUMN ado.work_item_types.is_disabled IS 'Disabled.';
COMMENT ON COLUMN ado.work_item_types.transitions IS 'Allowed transitions.';
COMMENT ON COLUMN ado.work_item_types.field_instances IS 'Fields of the type (fieldInstances), unchanged, as a list.';
COMMENT ON COLUMN ado.work_item_types.url IS 'REST address.';
COMMENT ON COLUMN ado.work_item_types.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.work_item_types.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.work_item_types.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.work_item_types.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.work_item_type_states (
    organization_id uuid NOT NULL,
    project_id uuid NOT NULL,
    reference_name text NOT NULL,
    position bigint NOT NULL,
    name text,
    category text,
    color text,
    PRIMARY KEY (organization_id, project_id, reference_name, position)
);
COMMENT ON TABLE ado.work_item_type_states IS 'A state of a work item type.';
COMMENT ON COLUMN ado.work_item_type_states.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.work_item_type_states.project_id IS 'Project guid.';
COMMENT ON COLUMN ado.work_item_type_states.reference_name IS 'Reference name.';
COMMENT ON COLUMN ado.work_item_type_states.position IS 'Place in the list, from 0.';
COMMENT ON COLUMN ado.work_item_type_states.name IS 'Name.';
COMMENT ON COLUMN ado.work_item_type_states.category IS 'Proposed, InProgress, Resolved, Completed or Removed.';
COMMENT ON COLUMN ado.work_item_type_states.color IS 'Colour, hexadecimal.';

CREATE TABLE ado.work_item_type_categories (
    organization_id uuid NOT NULL,
    project_id uuid NOT NULL,
    reference_name text NOT NULL,
    name text,
    default_work_item_type_name text,
    work_item_type_names jsonb,
    url text,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, project_id, reference_name)
);
COMMENT ON TABLE ado.work_item_type_categories IS 'A category of work item types of a project.';
COMMENT ON COLUMN ado.work_item_type_categories.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.work_item_type_categories.project_id IS 'Project guid.';
COMMENT ON COLUMN ado.work_item_type_categories.reference_name IS 'Reference name, for example Microsoft.TaskCategory.';
COMMENT ON COLUMN ado.work_item_type_categories.name IS 'Name.';
COMMENT ON COLUMN ado.work_item_type_categories.default_work_item_type_name IS 'Type created by default.';
COMMENT ON COLUMN ado.work_item_type_categories.work_item_type_names IS 'Types of the category.';
COMMENT ON COLUMN ado.work_item_type_categories.url IS 'REST address.';
COMMENT ON COLUMN ado.work_item_type_categories.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.work_item_type_categories.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.work_item_type_categories.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.work_item_type_categories.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.classification_nodes (
    organization_id uuid NOT NULL,
    id bigint NOT NULL,
    project_id uuid,
    identifier text,
    structure_type text,
    name text,
    path text,
    parent_id bigint,
    has_children boolean NOT NULL,
    start_date timestamptz,
    finish_date timestamptz,
    attributes jsonb,
    url text,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX classification_nodes_by_project ON ado.classification_nodes (organization_id, project_id);
COMMENT ON TABLE ado.classification_nodes IS 'An area or iteration, flattened out of its tree.';
COMMENT ON COLUMN ado.classification_nodes.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.classification_nodes.id IS 'Node id, as System.AreaId and System.IterationId name it.';
COMMENT ON COLUMN ado.classification_nodes.project_id IS 'Project guid.';
COMMENT ON COLUMN ado.classification_nodes.identifier IS 'Node guid.';
COMMENT ON COLUMN ado.classification_nodes.structure_type IS 'area or iteration.';
COMMENT ON COLUMN ado.classification_nodes.name IS 'Name.';
COMMENT ON COLUMN ado.classification_nodes.path IS 'Path from the root, with backslashes, as Azure DevOps gives it.';
COMMENT ON COLUMN ado.classification_nodes.parent_id IS 'Id of the parent; null at a root.';
COMMENT ON COLUMN ado.classification_nodes.has_children IS 'Has children.';
COMMENT ON COLUMN ado.classification_nodes.start_date IS 'First day of an iteration.';
COMMENT ON COLUMN ado.classification_nodes.finish_date IS 'Last day of an iteration.';
COMMENT ON COLUMN ado.classification_nodes.attributes IS 'All attributes.';
COMMENT ON COLUMN ado.classification_nodes.url IS 'REST address.';
COMMENT ON COLUMN ado.classification_nodes.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.classification_nodes.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.classification_nodes.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.classification_nodes.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.work_item_revisions (
    organization_id uuid NOT NULL,
    id bigint NOT NULL,
    rev bigint NOT NULL,
    project_id uuid,
    team_project text,
    work_item_type text,
    title text,
    state text,
    reason text,
    area_id bigint,
    area_path text,
    iteration_id bigint,
    iteration_path text,
    assigned_to_id text,
    assigned_to_display_name text,
    assigned_to_unique_name text,
    assigned_to_descriptor text,
    created_by_id text,
    created_by_display_name text,
    created_by_unique_name text,
    created_by_descriptor text,
    created_date timestamptz,
    changed_by_id text,
    changed_by_display_name text,
    changed_by_unique_name text,
    changed_by_descriptor text,
    changed_date timestamptz,
    revised_date timestamptz,
    state_change_date timestamptz,
    activated_date timestamptz,
    resolved_date timestamptz,
    closed_date timestamptz,
    due_date timestamptz,
    priority bigint,
    severity text,
    story_points double precision,
    effort double precision,
    size double precision,
    original_estimate double precision,
    remaining_work double precision,
    completed_work double precision,
    parent_id bigint,
    tags text,
    board_column text,
    board_column_done boolean,
    board_lane text,
    comment_count bigint,
    watermark bigint,
    is_deleted boolean NOT NULL,
    fields jsonb,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id, rev)
);
COMMENT ON TABLE ado.work_item_revisions IS 'One revision of a work item.';
COMMENT ON COLUMN ado.work_item_revisions.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.work_item_revisions.id IS 'Work item id, unique in the organization.';
COMMENT ON COLUMN ado.work_item_revisions.rev IS 'Revision, from 1.';
COMMENT ON COLUMN ado.work_item_revisions.project_id IS 'Project guid; null when the project could not be named.';
COMMENT ON COLUMN ado.work_item_revisions.team_project IS 'System.TeamProject.';
COMMENT ON COLUMN ado.work_item_revisions.work_item_type IS 'System.WorkItemType.';
COMMENT ON COLUMN ado.work_item_revisions.title IS 'System.Title.';
COMMENT ON COLUMN ado.work_item_revisions.state IS 'System.State.';
COMMENT ON COLUMN ado.work_item_revisions.reason IS 'System.Reason.';
COMMENT ON COLUMN ado.work_item_revisions.area_id IS 'System.AreaId.';
COMMENT ON COLUMN ado.work_item_revisions.area_path IS 'System.AreaPath.';
COMMENT ON COLUMN ado.work_item_revisions.iteration_id IS 'System.IterationId.';
COMMENT ON COLUMN ado.work_item_revisions.iteration_path IS 'System.IterationPath.';
COMMENT ON COLUMN ado.work_item_revisions.assigned_to_id IS 'System.AssignedTo: identity guid.';
COMMENT ON COLUMN ado.work_item_revisions.assigned_to_display_name IS 'System.AssignedTo: name to show.';
COMMENT ON COLUMN ado.work_item_revisions.assigned_to_unique_name IS 'System.AssignedTo: sign-in name.';
COMMENT ON COLUMN ado.work_item_revisions.assigned_to_descriptor IS 'System.AssignedTo: graph descriptor.';
COMMENT ON COLUMN ado.work_item_revisions.created_by_id IS 'System.CreatedBy: identity guid.';
COMMENT ON COLUMN ado.work_item_revisions.created_by_display_name IS 'System.CreatedBy: name to show.';
COMMENT ON COLUMN ado.work_item_revisions.created_by_unique_name IS 'System.CreatedBy: sign-in name.';
COMMENT ON COLUMN ado.work_item_revisions.created_by_descriptor IS 'System.CreatedBy: graph descriptor.';
COMMENT ON COLUMN ado.work_item_revisions.created_date IS 'System.CreatedDate.';
COMMENT ON COLUMN ado.work_item_revisions.changed_by_id IS 'System.ChangedBy: identity guid.';
COMMENT ON COLUMN ado.work_item_revisions.changed_by_display_name IS 'System.ChangedBy: name to show.';
COMMENT ON COLUMN ado.work_item_revisions.changed_by_unique_name IS 'System.ChangedBy: sign-in name.';
COMMENT ON COLUMN ado.work_item_revisions.changed_by_descriptor IS 'System.ChangedBy: graph descriptor.';
COMMENT ON COLUMN ado.work_item_revisions.changed_date IS 'System.ChangedDate.';
COMMENT ON COLUMN ado.work_item_revisions.revised_date IS 'System.RevisedDate: end of validity; null for the current revision.';
COMMENT ON COLUMN ado.work_item_revisions.state_change_date IS 'Microsoft.VSTS.Common.StateChangeDate.';
COMMENT ON COLUMN ado.work_item_revisions.activated_date IS 'Microsoft.VSTS.Common.ActivatedDate.';
COMMENT ON COLUMN ado.work_item_revisions.resolved_date IS 'Microsoft.VSTS.Common.ResolvedDate.';
COMMENT ON COLUMN ado.work_item_revisions.closed_date IS 'Microsoft.VSTS.Common.ClosedDate.';
COMMENT ON COLUMN ado.work_item_revisions.due_date IS 'Microsoft.VSTS.Scheduling.DueDate.';
COMMENT ON COLUMN ado.work_item_revisions.priority IS 'Microsoft.VSTS.Common.Priority.';
COMMENT ON COLUMN ado.work_item_revisions.severity IS 'Microsoft.VSTS.Common.Severity.';
COMMENT ON COLUMN ado.work_item_revisions.story_points IS 'Microsoft.VSTS.Scheduling.StoryPoints.';
COMMENT ON COLUMN ado.work_item_revisions.effort IS 'Microsoft.VSTS.Scheduling.Effort.';
COMMENT ON COLUMN ado.work_item_revisions.size IS 'Microsoft.VSTS.Scheduling.Size.';
COMMENT ON COLUMN ado.work_item_revisions.original_estimate IS 'Microsoft.VSTS.Scheduling.OriginalEstimate.';
COMMENT ON COLUMN ado.work_item_revisions.remaining_work IS 'Microsoft.VSTS.Scheduling.RemainingWork.';
COMMENT ON COLUMN ado.work_item_revisions.completed_work IS 'Microsoft.VSTS.Scheduling.CompletedWork.';
COMMENT ON COLUMN ado.work_item_revisions.parent_id IS 'System.Parent.';
COMMENT ON COLUMN ado.work_item_revisions.tags IS 'System.Tags, separated by semicolons.';
COMMENT ON COLUMN ado.work_item_revisions.board_column IS 'System.BoardColumn.';
COMMENT ON COLUMN ado.work_item_revisions.board_column_done IS 'System.BoardColumnDone.';
COMMENT ON COLUMN ado.work_item_revisions.board_lane IS 'System.BoardLane.';
COMMENT ON COLUMN ado.work_item_revisions.comment_count IS 'System.CommentCount.';
COMMENT ON COLUMN ado.work_item_revisions.watermark IS 'System.Watermark.';
COMMENT ON COLUMN ado.work_item_revisions.is_deleted IS 'System.IsDeleted: in the recycle bin.';
COMMENT ON COLUMN ado.work_item_revisions.fields IS 'All fields of the revision, custom ones and long texts too, as an object keyed by reference name.';
COMMENT ON COLUMN ado.work_item_revisions.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.work_item_revisions.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.work_item_revisions.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.work_item_revisions.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.work_items (
    organization_id uuid NOT NULL,
    id bigint NOT NULL,
    rev bigint NOT NULL,
    project_id uuid,
    team_project text,
    work_item_type text,
    title text,
    state text,
    reason text,
    area_id bigint,
    area_path text,
    iteration_id bigint,
    iteration_path text,
    assigned_to_id text,
    assigned_to_display_name text,
    assigned_to_unique_name text,
    assigned_to_descriptor text,
    created_by_id text,
    created_by_display_name text,
    created_by_unique_name text,
    created_by_descriptor text,
    created_date timestamptz,
    changed_by_id text,
    changed_by_display_name text,
    changed_by_unique_name text,
    changed_by_descriptor text,
    changed_date timestamptz,
    state_change_date timestamptz,
    activated_date timestamptz,
    resolved_date timestamptz,
    closed_date timestamptz,
    due_date timestamptz,
    priority bigint,
    severity text,
    story_points double precision,
    effort double precision,
    size double precision,
    original_estimate double precision,
    remaining_work double precision,
    completed_work double precision,
    parent_id bigint,
    tags text,
    board_column text,
    board_column_done boolean,
    board_lane text,
    comment_count bigint,
    watermark bigint,
    is_deleted boolean NOT NULL,
    fields jsonb,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX work_items_by_project ON ado.work_items (organization_id, project_id);
COMMENT ON TABLE ado.work_items IS 'A work item as its newest revision shows it; kept with every commit of revisions.';
COMMENT ON COLUMN ado.work_items.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.work_items.id IS 'Work item id, unique in the organization.';
COMMENT ON COLUMN ado.work_items.rev IS 'Revision, from 1.';
COMMENT ON COLUMN ado.work_items.project_id IS 'Project guid; null when the project could not be named.';
COMMENT ON COLUMN ado.work_items.team_project IS 'System.TeamProject.';
COMMENT ON COLUMN ado.work_items.work_item_type IS 'System.WorkItemType.';
COMMENT ON COLUMN ado.work_items.title IS 'System.Title.';
COMMENT ON COLUMN ado.work_items.state IS 'System.State.';
COMMENT ON COLUMN ado.work_items.reason IS 'System.Reason.';
COMMENT ON COLUMN ado.work_items.area_id IS 'System.AreaId.';
COMMENT ON COLUMN ado.work_items.area_path IS 'System.AreaPath.';
COMMENT ON COLUMN ado.work_items.iteration_id IS 'System.IterationId.';
COMMENT ON COLUMN ado.work_items.iteration_path IS 'System.IterationPath.';
COMMENT ON COLUMN ado.work_items.assigned_to_id IS 'System.AssignedTo: identity guid.';
COMMENT ON COLUMN ado.work_items.assigned_to_display_name IS 'System.AssignedTo: name to show.';
COMMENT ON COLUMN ado.work_items.assigned_to_unique_name IS 'System.AssignedTo: sign-in name.';
COMMENT ON COLUMN ado.work_items.assigned_to_descriptor IS 'System.AssignedTo: graph descriptor.';
COMMENT ON COLUMN ado.work_items.created_by_id IS 'System.CreatedBy: identity guid.';
COMMENT ON COLUMN ado.work_items.created_by_display_name IS 'System.CreatedBy: name to show.';
COMMENT ON COLUMN ado.work_items.created_by_unique_name IS 'System.CreatedBy: sign-in name.';
COMMENT ON COLUMN ado.work_items.created_by_descriptor IS 'System.CreatedBy: graph descriptor.';
COMMENT ON COLUMN ado.work_items.created_date IS 'System.CreatedDate.';
COMMENT ON COLUMN ado.work_items.changed_by_id IS 'System.ChangedBy: identity guid.';
COMMENT ON COLUMN ado.work_items.changed_by_display_name IS 'System.ChangedBy: name to show.';
COMMENT ON COLUMN ado.work_items.changed_by_unique_name IS 'System.ChangedBy: sign-in name.';
COMMENT ON COLUMN ado.work_items.changed_by_descriptor IS 'System.ChangedBy: graph descriptor.';
COMMENT ON COLUMN ado.work_items.changed_date IS 'System.ChangedDate.';
COMMENT ON COLUMN ado.work_items.state_change_date IS 'Microsoft.VSTS.Common.StateChangeDate.';
COMMENT ON COLUMN ado.work_items.activated_date IS 'Microsoft.VSTS.Common.ActivatedDate.';
COMMENT ON COLUMN ado.work_items.resolved_date IS 'Microsoft.VSTS.Common.ResolvedDate.';
COMMENT ON COLUMN ado.work_items.closed_date IS 'Microsoft.VSTS.Common.ClosedDate.';
COMMENT ON COLUMN ado.work_items.due_date IS 'Microsoft.VSTS.Scheduling.DueDate.';
COMMENT ON COLUMN ado.work_items.priority IS 'Microsoft.VSTS.Common.Priority.';
COMMENT ON COLUMN ado.work_items.severity IS 'Microsoft.VSTS.Common.Severity.';
COMMENT ON COLUMN ado.work_items.story_points IS 'Microsoft.VSTS.Scheduling.StoryPoints.';
COMMENT ON COLUMN ado.work_items.effort IS 'Microsoft.VSTS.Scheduling.Effort.';
COMMENT ON COLUMN ado.work_items.size IS 'Microsoft.VSTS.Scheduling.Size.';
COMMENT ON COLUMN ado.work_items.original_estimate IS 'Microsoft.VSTS.Scheduling.OriginalEstimate.';
COMMENT ON COLUMN ado.work_items.remaining_work IS 'Microsoft.VSTS.Scheduling.RemainingWork.';
COMMENT ON COLUMN ado.work_items.completed_work IS 'Microsoft.VSTS.Scheduling.CompletedWork.';
COMMENT ON COLUMN ado.work_items.parent_id IS 'System.Parent.';
COMMENT ON COLUMN ado.work_items.tags IS 'System.Tags, separated by semicolons.';
COMMENT ON COLUMN ado.work_items.board_column IS 'System.BoardColumn.';
COMMENT ON COLUMN ado.work_items.board_column_done IS 'System.BoardColumnDone.';
COMMENT ON COLUMN ado.work_items.board_lane IS 'System.BoardLane.';
COMMENT ON COLUMN ado.work_items.comment_count IS 'System.CommentCount.';
COMMENT ON COLUMN ado.work_items.watermark IS 'System.Watermark.';
COMMENT ON COLUMN ado.work_items.is_deleted IS 'System.IsDeleted: in the recycle bin.';
COMMENT ON COLUMN ado.work_items.fields IS 'All fields of the revision, custom ones and long texts too, as an object keyed by reference name.';
COMMENT ON COLUMN ado.work_items.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.work_items.version IS 'Number of the newest revision.';
COMMENT ON COLUMN ado.work_items.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.work_items.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.work_item_links (
    organization_id uuid NOT NULL,
    source_id bigint NOT NULL,
    target_id bigint NOT NULL,
    rel text NOT NULL,
    is_active boolean NOT NULL,
    changed_date timestamptz,
    changed_by_id text,
    changed_by_display_name text,
    changed_by_unique_name text,
    changed_by_descriptor text,
    changed_operation text,
    comment text,
    source_project_id uuid,
    target_project_id uuid,
    extra jsonb,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, source_id, target_id, rel)
);
COMMENT ON TABLE ado.work_item_links IS 'A link between two work items, or its removal.';
COMMENT ON COLUMN ado.work_item_links.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.work_item_links.source_id IS 'Work item at the start (the parent in a hierarchy).';
COMMENT ON COLUMN ado.work_item_links.target_id IS 'Work item at the end.';
COMMENT ON COLUMN ado.work_item_links.rel IS 'Link type without direction, for example System.LinkTypes.Hierarchy.';
COMMENT ON COLUMN ado.work_item_links.is_active IS 'False when the link was removed.';
COMMENT ON COLUMN ado.work_item_links.changed_date IS 'When it was made or removed.';
COMMENT ON COLUMN ado.work_item_links.changed_by_id IS 'Who made or removed it: identity guid.';
COMMENT ON COLUMN ado.work_item_links.changed_by_display_name IS 'Who made or removed it: name to show.';
COMMENT ON COLUMN ado.work_item_links.changed_by_unique_name IS 'Who made or removed it: sign-in name.';
COMMENT ON COLUMN ado.work_item_links.changed_by_descriptor IS 'Who made or removed it: graph descriptor.';
COMMENT ON COLUMN ado.work_item_links.changed_operation IS 'create or remove.';
COMMENT ON COLUMN ado.work_item_links.comment IS 'Comment.';
COMMENT ON COLUMN ado.work_item_links.source_project_id IS 'Project guid at the start.';
COMMENT ON COLUMN ado.work_item_links.target_project_id IS 'Project guid at the end.';
COMMENT ON COLUMN ado.work_item_links.extra IS 'Members of the answer that have no field here, unchanged, as an object.';
COMMENT ON COLUMN ado.work_item_links.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.work_item_links.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.work_item_links.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.work_item_links.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE VIEW ado.areas AS
SELECT organization_id, id, project_id, identifier, name, path, parent_id, has_children, observed_at
FROM ado.classification_nodes
WHERE structure_type = 'area' AND deleted_at IS NULL;
COMMENT ON VIEW ado.areas IS 'Areas that exist.';

CREATE VIEW ado.iterations AS
SELECT organization_id, id, project_id, identifier, name, path, parent_id, has_children, start_date, finish_date,
    observed_at
FROM ado.classification_nodes
WHERE structure_type = 'iteration' AND deleted_at IS NULL;
COMMENT ON VIEW ado.iterations IS 'Iterations that exist, with their dates.';
