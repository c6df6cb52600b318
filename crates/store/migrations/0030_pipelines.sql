-- Build definitions, builds and timelines.

CREATE TABLE ado.build_definitions (
    organization_id uuid NOT NULL,
    id bigint NOT NULL,
    project_id uuid,
    name text,
    path text,
    revision bigint NOT NULL,
    type text,
    quality text,
    queue_status text,
    created_date timestamptz,
    authored_by_id text,
    authored_by_display_name text,
    authored_by_unique_name text,
    authored_by_descriptor text,
    process_type bigint,
    process_yaml_filename text,
    repository_id text,
    repository_type text,
    repository_name text,
    repository_default_branch text,
    triggers jsonb,
    url text,
    queue_id bigint,
    queue_name text,
    uri text,
    extra jsonb,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX build_definitions_by_project ON ado.build_definitions (organization_id, project_id);
COMMENT ON TABLE ado.build_definitions IS 'A build definition (YAML or designer pipeline).';
COMMENT ON COLUMN ado.build_definitions.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.build_definitions.id IS 'Definition id, unique in the organization.';
COMMENT ON COLUMN ado.build_definitions.project_id IS 'Project guid.';
COMMENT ON COLUMN ado.build_definitions.name IS 'Name.';
COMMENT ON COLUMN ado.build_definitions.path IS 'Folder path, with backslashes.';
COMMENT ON COLUMN ado.build_definitions.revision IS 'Grows with each change of the definition.';
COMMENT ON COLUMN ado.build_definitions.type IS 'build or xaml.';
COMMENT ON COLUMN ado.build_definitions.quality IS 'definition or draft.';
COMMENT ON COLUMN ado.build_definitions.queue_status IS 'enabled, paused or disabled.';
COMMENT ON COLUMN ado.build_definitions.created_date IS 'When this revision was saved.';
COMMENT ON COLUMN ado.build_definitions.authored_by_id IS 'Who saved this revision: identity guid.';
COMMENT ON COLUMN ado.build_definitions.authored_by_display_name IS 'Who saved this revision: name to show.';
COMMENT ON COLUMN ado.build_definitions.authored_by_unique_name IS 'Who saved this revision: sign-in name.';
COMMENT ON COLUMN ado.build_definitions.authored_by_descriptor IS 'Who saved this revision: graph descriptor.';
COMMENT ON COLUMN ado.build_definitions.process_type IS '1 designer, 2 YAML.';
COMMENT ON COLUMN ado.build_definitions.process_yaml_filename IS 'Path of the YAML file.';
COMMENT ON COLUMN ado.build_definitions.repository_id IS 'Repository id as the definition names it (a guid for Azure Repos).';
COMMENT ON COLUMN ado.build_definitions.repository_type IS 'TfsGit, TfsVersionControl, GitHub and so on.';
COMMENT ON COLUMN ado.build_definitions.repository_name IS 'Repository name.';
COMMENT ON COLUMN ado.build_definitions.repository_default_branch IS 'Branch that is built by default.';
COMMENT ON COLUMN ado.build_definitions.triggers IS 'Triggers.';
COMMENT ON COLUMN ado.build_definitions.url IS 'REST address.';
COMMENT ON COLUMN ado.build_definitions.queue_id IS 'Agent queue id.';
COMMENT ON COLUMN ado.build_definitions.queue_name IS 'Agent queue name.';
COMMENT ON COLUMN ado.build_definitions.uri IS 'vstfs address.';
COMMENT ON COLUMN ado.build_definitions.extra IS 'Members of the answer that have no field here, unchanged, as an object.';
COMMENT ON COLUMN ado.build_definitions.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.build_definitions.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.build_definitions.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.build_definitions.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.builds (
    organization_id uuid NOT NULL,
    id bigint NOT NULL,
    project_id uuid,
    build_number text,
    definition_id bigint NOT NULL,
    definition_name text,
    definition_revision bigint NOT NULL,
    status text,
    result text,
    reason text,
    priority text,
    queue_time timestamptz,
    start_time timestamptz,
    finish_time timestamptz,
    last_changed_date timestamptz,
    last_changed_by_id text,
    last_changed_by_display_name text,
    last_changed_by_unique_name text,
    last_changed_by_descriptor text,
    requested_for_id text,
    requested_for_display_name text,
    requested_for_unique_name text,
    requested_for_descriptor text,
    requested_by_id text,
    requested_by_display_name text,
    requested_by_unique_name text,
    requested_by_descriptor text,
    source_branch text,
    source_version text,
    repository_id text,
    repository_type text,
    queue_id bigint,
    queue_name text,
    pool_name text,
    orchestration_plan_id text,
    build_number_revision bigint,
    keep_forever boolean NOT NULL,
    retained_by_release boolean NOT NULL,
    deleted boolean NOT NULL,
    deleted_date timestamptz,
    deleted_reason text,
    triggered_by_build_id bigint,
    tags jsonb,
    trigger_info jsonb,
    template_parameters jsonb,
    parameters text,
    validation_results jsonb,
    uri text,
    url text,
    extra jsonb,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id)
);
COMMENT ON TABLE ado.builds IS 'A build, which is also the run of a YAML pipeline.';
COMMENT ON COLUMN ado.builds.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.builds.id IS 'Build id, unique in the organization.';
COMMENT ON COLUMN ado.builds.project_id IS 'Project guid.';
COMMENT ON COLUMN ado.builds.build_number IS 'Run name as shown.';
COMMENT ON COLUMN ado.builds.definition_id IS 'Definition id.';
COMMENT ON COLUMN ado.builds.definition_name IS 'Definition name at the time of reading.';
COMMENT ON COLUMN ado.builds.definition_revision IS 'Revision of the definition that was built.';
COMMENT ON COLUMN ado.builds.status IS 'none, notStarted, inProgress, cancelling, postponed or completed; new words are kept.';
COMMENT ON COLUMN ado.builds.result IS 'succeeded, partiallySucceeded, failed or canceled; null until completed.';
COMMENT ON COLUMN ado.builds.reason IS 'manual, individualCI, batchedCI, schedule, pullRequest and so on.';
COMMENT ON COLUMN ado.builds.priority IS 'Queue priority.';
COMMENT ON COLUMN ado.builds.queue_time IS 'When it was queued.';
COMMENT ON COLUMN ado.builds.start_time IS 'When it started; null when it never did.';
COMMENT ON COLUMN ado.builds.finish_time IS 'When it finished; null until then.';
COMMENT ON COLUMN ado.builds.last_changed_date IS 'When the build was last changed.';
COMMENT ON COLUMN ado.builds.last_changed_by_id IS 'Who changed it last: identity guid.';
COMMENT ON COLUMN ado.builds.last_changed_by_display_name IS 'Who changed it last: name to show.';
COMMENT ON COLUMN ado.builds.last_changed_by_unique_name IS 'Who changed it last: sign-in name.';
COMMENT ON COLUMN ado.builds.last_changed_by_descriptor IS 'Who changed it last: graph descriptor.';
COMMENT ON COLUMN ado.builds.requested_for_id IS 'On whose behalf it was queued: identity guid.';
COMMENT ON COLUMN ado.builds.requested_for_display_name IS 'On whose behalf it was queued: name to show.';
COMMENT ON COLUMN ado.builds.requested_for_unique_name IS 'On whose behalf it was queued: sign-in name.';
COMMENT ON COLUMN ado.builds.requested_for_descriptor IS 'On whose behalf it was queued: graph descriptor.';
COMMENT ON COLUMN ado.builds.requested_by_id IS 'Who queued it: identity guid.';
COMMENT ON COLUMN ado.builds.requested_by_display_name IS 'Who queued it: name to show.';
COMMENT ON COLUMN ado.builds.requested_by_unique_name IS 'Who queued it: sign-in name.';
COMMENT ON COLUMN ado.builds.requested_by_descriptor IS 'Who queued it: graph descriptor.';
COMMENT ON COLUMN ado.builds.source_branch IS 'Full ref name.';
COMMENT ON COLUMN ado.builds.source_version IS 'Commit id, or C123 for TFVC.';
COMMENT ON COLUMN ado.builds.repository_id IS 'Repository id.';
COMMENT ON COLUMN ado.builds.repository_type IS 'TfsGit, TfsVersionControl, GitHub and so on.';
COMMENT ON COLUMN ado.builds.queue_id IS 'Agent queue id.';
COMMENT ON COLUMN ado.builds.queue_name IS 'Agent queue name.';
COMMENT ON COLUMN ado.builds.pool_name IS 'Agent pool name.';
COMMENT ON COLUMN ado.builds.orchestration_plan_id IS 'Plan guid; joins Analytics and environment records.';
COMMENT ON COLUMN ado.builds.build_number_revision IS 'Revision within the build number.';
COMMENT ON COLUMN ado.builds.keep_forever IS 'Retained without end.';
COMMENT ON COLUMN ado.builds.retained_by_release IS 'Retained by a release.';
COMMENT ON COLUMN ado.builds.deleted IS 'Deleted, by hand or by retention.';
COMMENT ON COLUMN ado.builds.deleted_date IS 'When it was deleted.';
COMMENT ON COLUMN ado.builds.deleted_reason IS 'Why it was deleted.';
COMMENT ON COLUMN ado.builds.triggered_by_build_id IS 'Build that triggered this one.';
COMMENT ON COLUMN ado.builds.tags IS 'Tags.';
COMMENT ON COLUMN ado.builds.trigger_info IS 'triggerInfo.';
COMMENT ON COLUMN ado.builds.template_parameters IS 'templateParameters.';
COMMENT ON COLUMN ado.builds.parameters IS 'Parameters as Azure DevOps gives them (JSON text).';
COMMENT ON COLUMN ado.builds.validation_results IS 'validationResults.';
COMMENT ON COLUMN ado.builds.uri IS 'vstfs address.';
COMMENT ON COLUMN ado.builds.url IS 'REST address.';
COMMENT ON COLUMN ado.builds.extra IS 'Members of the answer that have no field here, unchanged, as an object.';
COMMENT ON COLUMN ado.builds.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.builds.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.builds.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.builds.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.timelines (
    organization_id uuid NOT NULL,
    build_id bigint NOT NULL,
    project_id uuid,
    id text,
    change_id bigint NOT NULL,
    last_changed_on timestamptz,
    last_changed_by text,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, build_id)
);
COMMENT ON TABLE ado.timelines IS 'Stages, phases, jobs and tasks of one build, all attempts.';
COMMENT ON COLUMN ado.timelines.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.timelines.build_id IS 'Build id.';
COMMENT ON COLUMN ado.timelines.project_id IS 'Project guid.';
COMMENT ON COLUMN ado.timelines.id IS 'Timeline guid of the newest attempt.';
COMMENT ON COLUMN ado.timelines.change_id IS 'Grows with each change of the timeline.';
COMMENT ON COLUMN ado.timelines.last_changed_on IS 'When it last changed.';
COMMENT ON COLUMN ado.timelines.last_changed_by IS 'Identity guid of who changed it.';
COMMENT ON COLUMN ado.timelines.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.timelines.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.timelines.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.timelines.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.timeline_records (
    organization_id uuid NOT NULL,
    build_id bigint NOT NULL,
    position bigint NOT NULL,
    id text,
    attempt bigint NOT NULL,
    timeline_id text,
    parent_id text,
    type text,
    name text,
    ref_name text,
    identifier text,
    start_time timestamptz,
    finish_time timestamptz,
    state text,
    result text,
    result_code text,
    worker_name text,
    queue_id bigint,
    "order" bigint,
    percent_complete bigint,
    error_count bigint NOT NULL,
    warning_count bigint NOT NULL,
    log_id bigint,
    task_id text,
    task_name text,
    task_version text,
    issues jsonb,
    previous_attempts jsonb,
    extra jsonb,
    PRIMARY KEY (organization_id, build_id, position)
);
COMMENT ON TABLE ado.timeline_records IS 'One stage, phase, job, task or checkpoint in one attempt.';
COMMENT ON COLUMN ado.timeline_records.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.timeline_records.build_id IS 'Build id.';
COMMENT ON COLUMN ado.timeline_records.position IS 'Place in the list, from 0.';
COMMENT ON COLUMN ado.timeline_records.id IS 'Record guid: the same for every build of the definition, hence unique only with build and attempt.';
COMMENT ON COLUMN ado.timeline_records.attempt IS 'Attempt, from 1.';
COMMENT ON COLUMN ado.timeline_records.timeline_id IS 'Timeline that holds this record.';
COMMENT ON COLUMN ado.timeline_records.parent_id IS 'Record guid of the parent; null at the root.';
COMMENT ON COLUMN ado.timeline_records.type IS 'Stage, Phase, Job, Task, Checkpoint, Checkpoint.Approval and so on.';
COMMENT ON COLUMN ado.timeline_records.name IS 'Name.';
COMMENT ON COLUMN ado.timeline_records.ref_name IS 'Name within the YAML.';
COMMENT ON COLUMN ado.timeline_records.identifier IS 'Dotted name within the run.';
COMMENT ON COLUMN ado.timeline_records.start_time IS 'When it started.';
COMMENT ON COLUMN ado.timeline_records.finish_time IS 'When it finished.';
COMMENT ON COLUMN ado.timeline_records.state IS 'pending, inProgress or completed.';
COMMENT ON COLUMN ado.timeline_records.result IS 'succeeded, succeededWithIssues, failed, canceled, skipped or abandoned; null until completed.';
COMMENT ON COLUMN ado.timeline_records.result_code IS 'Reason of the result.';
COMMENT ON COLUMN ado.timeline_records.worker_name IS 'Agent.';
COMMENT ON COLUMN ado.timeline_records.queue_id IS 'Agent queue id.';
COMMENT ON COLUMN ado.timeline_records."order" IS 'Place among its siblings.';
COMMENT ON COLUMN ado.timeline_records.percent_complete IS '0 to 100.';
COMMENT ON COLUMN ado.timeline_records.error_count IS 'Errors.';
COMMENT ON COLUMN ado.timeline_records.warning_count IS 'Warnings.';
COMMENT ON COLUMN ado.timeline_records.log_id IS 'Log id.';
COMMENT ON COLUMN ado.timeline_records.task_id IS 'Task guid; null when it is no task.';
COMMENT ON COLUMN ado.timeline_records.task_name IS 'Task name.';
COMMENT ON COLUMN ado.timeline_records.task_version IS 'Task version.';
COMMENT ON COLUMN ado.timeline_records.issues IS 'Errors and warnings as a list.';
COMMENT ON COLUMN ado.timeline_records.previous_attempts IS 'Earlier attempts as a list.';
COMMENT ON COLUMN ado.timeline_records.extra IS 'Members of the answer that have no field here, unchanged, as an object.';
