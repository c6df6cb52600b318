-- TFVC.

CREATE TABLE ado.changesets (
    organization_id uuid NOT NULL,
    changeset_id bigint NOT NULL,
    author_id text,
    author_display_name text,
    author_unique_name text,
    author_descriptor text,
    checked_in_by_id text,
    checked_in_by_display_name text,
    checked_in_by_unique_name text,
    checked_in_by_descriptor text,
    created_date timestamptz,
    comment text,
    comment_truncated boolean NOT NULL,
    url text,
    extra jsonb,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, changeset_id)
);
COMMENT ON TABLE ado.changesets IS 'A TFVC changeset.';
COMMENT ON COLUMN ado.changesets.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.changesets.changeset_id IS 'Id: one increasing sequence for the organization.';
COMMENT ON COLUMN ado.changesets.author_id IS 'Author: identity guid.';
COMMENT ON COLUMN ado.changesets.author_display_name IS 'Author: name to show.';
COMMENT ON COLUMN ado.changesets.author_unique_name IS 'Author: sign-in name.';
COMMENT ON COLUMN ado.changesets.author_descriptor IS 'Author: graph descriptor.';
COMMENT ON COLUMN ado.changesets.checked_in_by_id IS 'Who checked it in, on behalf of the author: identity guid.';
COMMENT ON COLUMN ado.changesets.checked_in_by_display_name IS 'Who checked it in, on behalf of the author: name to show.';
COMMENT ON COLUMN ado.changesets.checked_in_by_unique_name IS 'Who checked it in, on behalf of the author: sign-in name.';
COMMENT ON COLUMN ado.changesets.checked_in_by_descriptor IS 'Who checked it in, on behalf of the author: graph descriptor.';
COMMENT ON COLUMN ado.changesets.created_date IS 'When it was checked in.';
COMMENT ON COLUMN ado.changesets.comment IS 'Comment.';
COMMENT ON COLUMN ado.changesets.comment_truncated IS 'True when Azure DevOps cut the comment.';
COMMENT ON COLUMN ado.changesets.url IS 'REST address.';
COMMENT ON COLUMN ado.changesets.extra IS 'Members of the answer that have no field here, unchanged, as an object.';
COMMENT ON COLUMN ado.changesets.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.changesets.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.changesets.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.changesets.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.changeset_details (
    organization_id uuid NOT NULL,
    changeset_id bigint NOT NULL,
    team_project_ids jsonb,
    policy_override_comment text,
    policy_failures jsonb,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, changeset_id)
);
COMMENT ON TABLE ado.changeset_details IS 'What a changeset changed, and why.';
COMMENT ON COLUMN ado.changeset_details.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.changeset_details.changeset_id IS 'Changeset id.';
COMMENT ON COLUMN ado.changeset_details.team_project_ids IS 'Guids of the projects that it touches.';
COMMENT ON COLUMN ado.changeset_details.policy_override_comment IS 'Why a policy was overridden; null when none was.';
COMMENT ON COLUMN ado.changeset_details.policy_failures IS 'Failed policies as a list.';
COMMENT ON COLUMN ado.changeset_details.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.changeset_details.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.changeset_details.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.changeset_details.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.changeset_changes (
    organization_id uuid NOT NULL,
    changeset_id bigint NOT NULL,
    position bigint NOT NULL,
    path text,
    change_type text,
    version bigint,
    is_folder boolean NOT NULL,
    size bigint,
    hash_value text,
    deletion_id bigint,
    source_server_item text,
    merge_sources jsonb,
    extra jsonb,
    PRIMARY KEY (organization_id, changeset_id, position)
);
COMMENT ON TABLE ado.changeset_changes IS 'A changed item.';
COMMENT ON COLUMN ado.changeset_changes.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.changeset_changes.changeset_id IS 'Changeset id.';
COMMENT ON COLUMN ado.changeset_changes.position IS 'Place in the list, from 0.';
COMMENT ON COLUMN ado.changeset_changes.path IS 'Server path.';
COMMENT ON COLUMN ado.changeset_changes.change_type IS 'Flags, comma-separated: add, edit, encoding, rename, delete, branch, merge and so on.';
COMMENT ON COLUMN ado.changeset_changes.version IS 'Version of the item.';
COMMENT ON COLUMN ado.changeset_changes.is_folder IS 'A folder.';
COMMENT ON COLUMN ado.changeset_changes.size IS 'Bytes.';
COMMENT ON COLUMN ado.changeset_changes.hash_value IS 'Hash as Azure DevOps gives it.';
COMMENT ON COLUMN ado.changeset_changes.deletion_id IS 'Deletion id.';
COMMENT ON COLUMN ado.changeset_changes.source_server_item IS 'Path before a rename.';
COMMENT ON COLUMN ado.changeset_changes.merge_sources IS 'Merge sources as a list.';
COMMENT ON COLUMN ado.changeset_changes.extra IS 'Members of the answer that have no field here, unchanged, as an object.';

CREATE TABLE ado.changeset_work_items (
    organization_id uuid NOT NULL,
    changeset_id bigint NOT NULL,
    position bigint NOT NULL,
    id bigint NOT NULL,
    title text,
    state text,
    work_item_type text,
    assigned_to text,
    PRIMARY KEY (organization_id, changeset_id, position)
);
COMMENT ON TABLE ado.changeset_work_items IS 'A work item tied to a changeset.';
COMMENT ON COLUMN ado.changeset_work_items.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.changeset_work_items.changeset_id IS 'Changeset id.';
COMMENT ON COLUMN ado.changeset_work_items.position IS 'Place in the list, from 0.';
COMMENT ON COLUMN ado.changeset_work_items.id IS 'Work item id.';
COMMENT ON COLUMN ado.changeset_work_items.title IS 'Title at the time of reading.';
COMMENT ON COLUMN ado.changeset_work_items.state IS 'State at the time of reading.';
COMMENT ON COLUMN ado.changeset_work_items.work_item_type IS 'Type.';
COMMENT ON COLUMN ado.changeset_work_items.assigned_to IS 'Whom it is assigned to, as text.';

CREATE TABLE ado.changeset_checkin_notes (
    organization_id uuid NOT NULL,
    changeset_id bigint NOT NULL,
    position bigint NOT NULL,
    name text,
    value text,
    PRIMARY KEY (organization_id, changeset_id, position)
);
COMMENT ON TABLE ado.changeset_checkin_notes IS 'A check-in note.';
COMMENT ON COLUMN ado.changeset_checkin_notes.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.changeset_checkin_notes.changeset_id IS 'Changeset id.';
COMMENT ON COLUMN ado.changeset_checkin_notes.position IS 'Place in the list, from 0.';
COMMENT ON COLUMN ado.changeset_checkin_notes.name IS 'Name of the note.';
COMMENT ON COLUMN ado.changeset_checkin_notes.value IS 'Text.';

CREATE TABLE ado.tfvc_branches (
    organization_id uuid NOT NULL,
    path text NOT NULL,
    project_id uuid NOT NULL,
    parent_path text,
    owner_id text,
    owner_display_name text,
    owner_unique_name text,
    owner_descriptor text,
    created_date timestamptz,
    description text,
    is_deleted boolean NOT NULL,
    related_branches jsonb,
    mappings jsonb,
    url text,
    extra jsonb,
    path_md5 uuid GENERATED ALWAYS AS (md5(path)::uuid) STORED,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, project_id, path_md5)
);
COMMENT ON TABLE ado.tfvc_branches IS 'A TFVC branch, flattened out of its tree.';
COMMENT ON COLUMN ado.tfvc_branches.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.tfvc_branches.path IS 'Server path.';
COMMENT ON COLUMN ado.tfvc_branches.project_id IS 'Project guid.';
COMMENT ON COLUMN ado.tfvc_branches.parent_path IS 'Path of the parent branch; null at a root.';
COMMENT ON COLUMN ado.tfvc_branches.owner_id IS 'Owner: identity guid.';
COMMENT ON COLUMN ado.tfvc_branches.owner_display_name IS 'Owner: name to show.';
COMMENT ON COLUMN ado.tfvc_branches.owner_unique_name IS 'Owner: sign-in name.';
COMMENT ON COLUMN ado.tfvc_branches.owner_descriptor IS 'Owner: graph descriptor.';
COMMENT ON COLUMN ado.tfvc_branches.created_date IS 'When it was created.';
COMMENT ON COLUMN ado.tfvc_branches.description IS 'Description.';
COMMENT ON COLUMN ado.tfvc_branches.is_deleted IS 'Deleted.';
COMMENT ON COLUMN ado.tfvc_branches.related_branches IS 'Paths of related branches.';
COMMENT ON COLUMN ado.tfvc_branches.mappings IS 'Mappings as a list.';
COMMENT ON COLUMN ado.tfvc_branches.url IS 'REST address.';
COMMENT ON COLUMN ado.tfvc_branches.extra IS 'Members of the answer that have no field here, unchanged, as an object.';
COMMENT ON COLUMN ado.tfvc_branches.path_md5 IS 'MD5 of the path, which may be too long for an index.';
COMMENT ON COLUMN ado.tfvc_branches.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.tfvc_branches.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.tfvc_branches.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.tfvc_branches.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.tfvc_labels (
    organization_id uuid NOT NULL,
    id bigint NOT NULL,
    project_id uuid,
    name text,
    label_scope text,
    description text,
    owner_id text,
    owner_display_name text,
    owner_unique_name text,
    owner_descriptor text,
    modified_date timestamptz,
    url text,
    extra jsonb,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX tfvc_labels_by_project ON ado.tfvc_labels (organization_id, project_id);
COMMENT ON TABLE ado.tfvc_labels IS 'A TFVC label.';
COMMENT ON COLUMN ado.tfvc_labels.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.tfvc_labels.id IS 'Label id, unique in the organization.';
COMMENT ON COLUMN ado.tfvc_labels.project_id IS 'Project guid.';
COMMENT ON COLUMN ado.tfvc_labels.name IS 'Name.';
COMMENT ON COLUMN ado.tfvc_labels.label_scope IS 'Server path that the name is unique in.';
COMMENT ON COLUMN ado.tfvc_labels.description IS 'Description.';
COMMENT ON COLUMN ado.tfvc_labels.owner_id IS 'Owner: identity guid.';
COMMENT ON COLUMN ado.tfvc_labels.owner_display_name IS 'Owner: name to show.';
COMMENT ON COLUMN ado.tfvc_labels.owner_unique_name IS 'Owner: sign-in name.';
COMMENT ON COLUMN ado.tfvc_labels.owner_descriptor IS 'Owner: graph descriptor.';
COMMENT ON COLUMN ado.tfvc_labels.modified_date IS 'When it last changed.';
COMMENT ON COLUMN ado.tfvc_labels.url IS 'REST address.';
COMMENT ON COLUMN ado.tfvc_labels.extra IS 'Members of the answer that have no field here, unchanged, as an object.';
COMMENT ON COLUMN ado.tfvc_labels.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.tfvc_labels.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.tfvc_labels.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.tfvc_labels.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';
