-- Git repositories and pull requests.

CREATE TABLE ado.repositories (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    project_id uuid,
    project_name text,
    name text,
    default_branch text,
    size bigint NOT NULL,
    remote_url text,
    ssh_url text,
    web_url text,
    is_disabled boolean NOT NULL,
    is_fork boolean NOT NULL,
    is_in_maintenance boolean NOT NULL,
    url text,
    extra jsonb,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id)
);
COMMENT ON TABLE ado.repositories IS 'A Git repository.';
COMMENT ON COLUMN ado.repositories.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.repositories.id IS 'Repository guid; survives renames and moves.';
COMMENT ON COLUMN ado.repositories.project_id IS 'Project guid.';
COMMENT ON COLUMN ado.repositories.project_name IS 'Project name at the time of reading.';
COMMENT ON COLUMN ado.repositories.name IS 'Name.';
COMMENT ON COLUMN ado.repositories.default_branch IS 'Full ref name; null for an empty repository.';
COMMENT ON COLUMN ado.repositories.size IS 'Bytes.';
COMMENT ON COLUMN ado.repositories.remote_url IS 'HTTPS address without user.';
COMMENT ON COLUMN ado.repositories.ssh_url IS 'SSH address.';
COMMENT ON COLUMN ado.repositories.web_url IS 'Web address.';
COMMENT ON COLUMN ado.repositories.is_disabled IS 'Disabled: nothing below it can be read.';
COMMENT ON COLUMN ado.repositories.is_fork IS 'A fork.';
COMMENT ON COLUMN ado.repositories.is_in_maintenance IS 'In maintenance.';
COMMENT ON COLUMN ado.repositories.url IS 'REST address.';
COMMENT ON COLUMN ado.repositories.extra IS 'Members of the answer that have no field here, unchanged, as an object.';
COMMENT ON COLUMN ado.repositories.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.repositories.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.repositories.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.repositories.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.refs (
    organization_id uuid NOT NULL,
    repository_id uuid NOT NULL,
    project_id uuid,
    name text NOT NULL,
    object_id text,
    peeled_object_id text,
    creator_id text,
    creator_display_name text,
    creator_unique_name text,
    creator_descriptor text,
    is_locked boolean NOT NULL,
    url text,
    extra jsonb,
    name_md5 uuid GENERATED ALWAYS AS (md5(name)::uuid) STORED,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, repository_id, name_md5)
);
COMMENT ON TABLE ado.refs IS 'A branch or tag.';
COMMENT ON COLUMN ado.refs.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.refs.repository_id IS 'Repository guid.';
COMMENT ON COLUMN ado.refs.project_id IS 'Project guid.';
COMMENT ON COLUMN ado.refs.name IS 'Full name: refs/heads/… or refs/tags/….';
COMMENT ON COLUMN ado.refs.object_id IS 'Object that it points to.';
COMMENT ON COLUMN ado.refs.peeled_object_id IS 'Commit behind an annotated tag; null otherwise.';
COMMENT ON COLUMN ado.refs.creator_id IS 'Who pushed it first: identity guid.';
COMMENT ON COLUMN ado.refs.creator_display_name IS 'Who pushed it first: name to show.';
COMMENT ON COLUMN ado.refs.creator_unique_name IS 'Who pushed it first: sign-in name.';
COMMENT ON COLUMN ado.refs.creator_descriptor IS 'Who pushed it first: graph descriptor.';
COMMENT ON COLUMN ado.refs.is_locked IS 'Locked.';
COMMENT ON COLUMN ado.refs.url IS 'REST address.';
COMMENT ON COLUMN ado.refs.extra IS 'Members of the answer that have no field here, unchanged, as an object.';
COMMENT ON COLUMN ado.refs.name_md5 IS 'MD5 of the name, which may be too long for an index.';
COMMENT ON COLUMN ado.refs.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.refs.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.refs.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.refs.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.commits (
    organization_id uuid NOT NULL,
    repository_id uuid NOT NULL,
    project_id uuid,
    commit_id text NOT NULL,
    parents jsonb,
    tree_id text,
    author_name text,
    author_email text,
    author_date timestamptz,
    committer_name text,
    committer_email text,
    committer_date timestamptz,
    comment text,
    files_changed bigint NOT NULL,
    lines_added bigint NOT NULL,
    lines_deleted bigint NOT NULL,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, repository_id, commit_id)
);
COMMENT ON TABLE ado.commits IS 'A commit with its files and line counts, as git itself tells it.';
COMMENT ON COLUMN ado.commits.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.commits.repository_id IS 'Repository guid.';
COMMENT ON COLUMN ado.commits.project_id IS 'Project guid.';
COMMENT ON COLUMN ado.commits.commit_id IS 'Commit id, 40 hexadecimal digits.';
COMMENT ON COLUMN ado.commits.parents IS 'Parent commit ids, in order.';
COMMENT ON COLUMN ado.commits.tree_id IS 'Tree id.';
COMMENT ON COLUMN ado.commits.author_name IS 'Author name.';
COMMENT ON COLUMN ado.commits.author_email IS 'Author e-mail.';
COMMENT ON COLUMN ado.commits.author_date IS 'Author date.';
COMMENT ON COLUMN ado.commits.committer_name IS 'Committer name.';
COMMENT ON COLUMN ado.commits.committer_email IS 'Committer e-mail.';
COMMENT ON COLUMN ado.commits.committer_date IS 'Committer date.';
COMMENT ON COLUMN ado.commits.comment IS 'Whole message.';
COMMENT ON COLUMN ado.commits.files_changed IS 'Number of files.';
COMMENT ON COLUMN ado.commits.lines_added IS 'Added lines over all text files.';
COMMENT ON COLUMN ado.commits.lines_deleted IS 'Deleted lines over all text files.';
COMMENT ON COLUMN ado.commits.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.commits.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.commits.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.commits.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.commit_files (
    organization_id uuid NOT NULL,
    repository_id uuid NOT NULL,
    commit_id text NOT NULL,
    position bigint NOT NULL,
    path text,
    old_path text,
    lines_added bigint,
    lines_deleted bigint,
    PRIMARY KEY (organization_id, repository_id, commit_id, position)
);
COMMENT ON TABLE ado.commit_files IS 'One file of a commit.';
COMMENT ON COLUMN ado.commit_files.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.commit_files.repository_id IS 'Repository guid.';
COMMENT ON COLUMN ado.commit_files.commit_id IS 'Commit id, 40 hexadecimal digits.';
COMMENT ON COLUMN ado.commit_files.position IS 'Place in the list, from 0.';
COMMENT ON COLUMN ado.commit_files.path IS 'Path after the commit.';
COMMENT ON COLUMN ado.commit_files.old_path IS 'Path before a rename or copy; null otherwise.';
COMMENT ON COLUMN ado.commit_files.lines_added IS 'Added lines; null for a binary file.';
COMMENT ON COLUMN ado.commit_files.lines_deleted IS 'Deleted lines; null for a binary file.';

CREATE TABLE ado.pull_requests (
    organization_id uuid NOT NULL,
    pull_request_id bigint NOT NULL,
    repository_id uuid,
    project_id uuid,
    code_review_id bigint,
    status text,
    title text,
    description text,
    is_draft boolean NOT NULL,
    created_by_id text,
    created_by_display_name text,
    created_by_unique_name text,
    created_by_descriptor text,
    creation_date timestamptz,
    closed_by_id text,
    closed_by_display_name text,
    closed_by_unique_name text,
    closed_by_descriptor text,
    closed_date timestamptz,
    source_ref_name text,
    target_ref_name text,
    merge_status text,
    merge_id text,
    last_merge_source_commit_id text,
    last_merge_target_commit_id text,
    last_merge_commit_id text,
    completion_options_merge_strategy text,
    completion_options jsonb,
    auto_complete_set_by_id text,
    auto_complete_set_by_display_name text,
    auto_complete_set_by_unique_name text,
    auto_complete_set_by_descriptor text,
    supports_iterations boolean NOT NULL,
    labels jsonb,
    url text,
    extra jsonb,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, pull_request_id)
);
COMMENT ON TABLE ado.pull_requests IS 'A pull request as its list shows it.';
COMMENT ON COLUMN ado.pull_requests.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.pull_requests.pull_request_id IS 'Id, unique in the organization.';
COMMENT ON COLUMN ado.pull_requests.repository_id IS 'Repository guid.';
COMMENT ON COLUMN ado.pull_requests.project_id IS 'Project guid.';
COMMENT ON COLUMN ado.pull_requests.code_review_id IS 'Code review id.';
COMMENT ON COLUMN ado.pull_requests.status IS 'active, abandoned or completed.';
COMMENT ON COLUMN ado.pull_requests.title IS 'Title.';
COMMENT ON COLUMN ado.pull_requests.description IS 'Description; the list cuts it at 400 characters (see pull_request_descriptions).';
COMMENT ON COLUMN ado.pull_requests.is_draft IS 'Draft.';
COMMENT ON COLUMN ado.pull_requests.created_by_id IS 'Author: identity guid.';
COMMENT ON COLUMN ado.pull_requests.created_by_display_name IS 'Author: name to show.';
COMMENT ON COLUMN ado.pull_requests.created_by_unique_name IS 'Author: sign-in name.';
COMMENT ON COLUMN ado.pull_requests.created_by_descriptor IS 'Author: graph descriptor.';
COMMENT ON COLUMN ado.pull_requests.creation_date IS 'When it was created.';
COMMENT ON COLUMN ado.pull_requests.closed_by_id IS 'Who closed it: identity guid.';
COMMENT ON COLUMN ado.pull_requests.closed_by_display_name IS 'Who closed it: name to show.';
COMMENT ON COLUMN ado.pull_requests.closed_by_unique_name IS 'Who closed it: sign-in name.';
COMMENT ON COLUMN ado.pull_requests.closed_by_descriptor IS 'Who closed it: graph descriptor.';
COMMENT ON COLUMN ado.pull_requests.closed_date IS 'When it was completed or abandoned.';
COMMENT ON COLUMN ado.pull_requests.source_ref_name IS 'Source branch.';
COMMENT ON COLUMN ado.pull_requests.target_ref_name IS 'Target branch.';
COMMENT ON COLUMN ado.pull_requests.merge_status IS 'notSet, queued, conflicts, succeeded, rejectedByPolicy or failure.';
COMMENT ON COLUMN ado.pull_requests.merge_id IS 'Merge guid.';
COMMENT ON COLUMN ado.pull_requests.last_merge_source_commit_id IS 'Head of the source at the last merge attempt.';
COMMENT ON COLUMN ado.pull_requests.last_merge_target_commit_id IS 'Head of the target at the last merge attempt.';
COMMENT ON COLUMN ado.pull_requests.last_merge_commit_id IS 'Merge commit; of an active pull request only a trial.';
COMMENT ON COLUMN ado.pull_requests.completion_options_merge_strategy IS 'noFastForward, squash, rebase or rebaseMerge.';
COMMENT ON COLUMN ado.pull_requests.completion_options IS 'completionOptions.';
COMMENT ON COLUMN ado.pull_requests.auto_complete_set_by_id IS 'Who set auto-complete: identity guid.';
COMMENT ON COLUMN ado.pull_requests.auto_complete_set_by_display_name IS 'Who set auto-complete: name to show.';
COMMENT ON COLUMN ado.pull_requests.auto_complete_set_by_unique_name IS 'Who set auto-complete: sign-in name.';
COMMENT ON COLUMN ado.pull_requests.auto_complete_set_by_descriptor IS 'Who set auto-complete: graph descriptor.';
COMMENT ON COLUMN ado.pull_requests.supports_iterations IS 'Supports iterations.';
COMMENT ON COLUMN ado.pull_requests.labels IS 'Names of labels.';
COMMENT ON COLUMN ado.pull_requests.url IS 'REST address.';
COMMENT ON COLUMN ado.pull_requests.extra IS 'Members of the answer that have no field here, unchanged, as an object.';
COMMENT ON COLUMN ado.pull_requests.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.pull_requests.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.pull_requests.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.pull_requests.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.pull_request_reviewers (
    organization_id uuid NOT NULL,
    pull_request_id bigint NOT NULL,
    position bigint NOT NULL,
    id text,
    display_name text,
    unique_name text,
    vote bigint NOT NULL,
    is_required boolean NOT NULL,
    is_container boolean NOT NULL,
    has_declined boolean NOT NULL,
    is_flagged boolean NOT NULL,
    voted_for jsonb,
    PRIMARY KEY (organization_id, pull_request_id, position)
);
COMMENT ON TABLE ado.pull_request_reviewers IS 'A reviewer and its vote.';
COMMENT ON COLUMN ado.pull_request_reviewers.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.pull_request_reviewers.pull_request_id IS 'Id, unique in the organization.';
COMMENT ON COLUMN ado.pull_request_reviewers.position IS 'Place in the list, from 0.';
COMMENT ON COLUMN ado.pull_request_reviewers.id IS 'Identity guid.';
COMMENT ON COLUMN ado.pull_request_reviewers.display_name IS 'Name to show.';
COMMENT ON COLUMN ado.pull_request_reviewers.unique_name IS 'Sign-in name.';
COMMENT ON COLUMN ado.pull_request_reviewers.vote IS '10 approved, 5 approved with suggestions, 0 none, -5 waiting for author, -10 rejected.';
COMMENT ON COLUMN ado.pull_request_reviewers.is_required IS 'Required.';
COMMENT ON COLUMN ado.pull_request_reviewers.is_container IS 'A group or team.';
COMMENT ON COLUMN ado.pull_request_reviewers.has_declined IS 'Declined to review.';
COMMENT ON COLUMN ado.pull_request_reviewers.is_flagged IS 'Flagged for attention.';
COMMENT ON COLUMN ado.pull_request_reviewers.voted_for IS 'Identity guids of the teams that this vote counts for.';

CREATE TABLE ado.pull_request_discussions (
    organization_id uuid NOT NULL,
    pull_request_id bigint NOT NULL,
    repository_id uuid,
    project_id uuid,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, pull_request_id)
);
COMMENT ON TABLE ado.pull_request_discussions IS 'All threads of one pull request: comments and system events.';
COMMENT ON COLUMN ado.pull_request_discussions.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.pull_request_discussions.pull_request_id IS 'Pull request id.';
COMMENT ON COLUMN ado.pull_request_discussions.repository_id IS 'Repository guid.';
COMMENT ON COLUMN ado.pull_request_discussions.project_id IS 'Project guid.';
COMMENT ON COLUMN ado.pull_request_discussions.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.pull_request_discussions.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.pull_request_discussions.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.pull_request_discussions.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE TABLE ado.pull_request_threads (
    organization_id uuid NOT NULL,
    pull_request_id bigint NOT NULL,
    position bigint NOT NULL,
    id bigint NOT NULL,
    status text,
    is_deleted boolean NOT NULL,
    published_date timestamptz,
    last_updated_date timestamptz,
    type text,
    vote_result text,
    voted_by_identity text,
    file_path text,
    right_file_start_line bigint,
    properties jsonb,
    thread_context jsonb,
    extra jsonb,
    PRIMARY KEY (organization_id, pull_request_id, position)
);
COMMENT ON TABLE ado.pull_request_threads IS 'A thread of comments, or an event that the system wrote down.';
COMMENT ON COLUMN ado.pull_request_threads.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.pull_request_threads.pull_request_id IS 'Pull request id.';
COMMENT ON COLUMN ado.pull_request_threads.position IS 'Place in the list, from 0.';
COMMENT ON COLUMN ado.pull_request_threads.id IS 'Thread id within the pull request.';
COMMENT ON COLUMN ado.pull_request_threads.status IS 'active, fixed, wontFix, closed, byDesign, pending or unknown.';
COMMENT ON COLUMN ado.pull_request_threads.is_deleted IS 'Deleted.';
COMMENT ON COLUMN ado.pull_request_threads.published_date IS 'When it was published.';
COMMENT ON COLUMN ado.pull_request_threads.last_updated_date IS 'When it last changed.';
COMMENT ON COLUMN ado.pull_request_threads.type IS 'CodeReviewThreadType: VoteUpdate, RefUpdate, ReviewersUpdate and so on; null for a discussion.';
COMMENT ON COLUMN ado.pull_request_threads.vote_result IS 'CodeReviewVoteResult of a vote.';
COMMENT ON COLUMN ado.pull_request_threads.voted_by_identity IS 'Identity guid that voted, as the thread''s identities tell.';
COMMENT ON COLUMN ado.pull_request_threads.file_path IS 'File commented on; null for the whole.';
COMMENT ON COLUMN ado.pull_request_threads.right_file_start_line IS 'First line commented on.';
COMMENT ON COLUMN ado.pull_request_threads.properties IS 'Properties.';
COMMENT ON COLUMN ado.pull_request_threads.thread_context IS 'threadContext.';
COMMENT ON COLUMN ado.pull_request_threads.extra IS 'Members of the answer that have no field here, unchanged, as an object.';

CREATE TABLE ado.pull_request_comments (
    organization_id uuid NOT NULL,
    pull_request_id bigint NOT NULL,
    position bigint NOT NULL,
    thread_id bigint NOT NULL,
    id bigint NOT NULL,
    parent_comment_id bigint NOT NULL,
    author_id text,
    author_display_name text,
    author_unique_name text,
    author_descriptor text,
    content text,
    comment_type text,
    is_deleted boolean NOT NULL,
    published_date timestamptz,
    last_updated_date timestamptz,
    last_content_updated_date timestamptz,
    likes bigint NOT NULL,
    PRIMARY KEY (organization_id, pull_request_id, position)
);
COMMENT ON TABLE ado.pull_request_comments IS 'A comment of a thread.';
COMMENT ON COLUMN ado.pull_request_comments.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.pull_request_comments.pull_request_id IS 'Pull request id.';
COMMENT ON COLUMN ado.pull_request_comments.position IS 'Place in the list, from 0.';
COMMENT ON COLUMN ado.pull_request_comments.thread_id IS 'Thread that it belongs to.';
COMMENT ON COLUMN ado.pull_request_comments.id IS 'Comment id within the thread.';
COMMENT ON COLUMN ado.pull_request_comments.parent_comment_id IS 'Comment answered; 0 at the root.';
COMMENT ON COLUMN ado.pull_request_comments.author_id IS 'Author: identity guid.';
COMMENT ON COLUMN ado.pull_request_comments.author_display_name IS 'Author: name to show.';
COMMENT ON COLUMN ado.pull_request_comments.author_unique_name IS 'Author: sign-in name.';
COMMENT ON COLUMN ado.pull_request_comments.author_descriptor IS 'Author: graph descriptor.';
COMMENT ON COLUMN ado.pull_request_comments.content IS 'Text; null when deleted.';
COMMENT ON COLUMN ado.pull_request_comments.comment_type IS 'text, system or codeChange.';
COMMENT ON COLUMN ado.pull_request_comments.is_deleted IS 'Deleted.';
COMMENT ON COLUMN ado.pull_request_comments.published_date IS 'When it was published.';
COMMENT ON COLUMN ado.pull_request_comments.last_updated_date IS 'When it last changed.';
COMMENT ON COLUMN ado.pull_request_comments.last_content_updated_date IS 'When its text last changed.';
COMMENT ON COLUMN ado.pull_request_comments.likes IS 'Number of likes.';

CREATE TABLE ado.pull_request_descriptions (
    organization_id uuid NOT NULL,
    pull_request_id bigint NOT NULL,
    repository_id uuid,
    project_id uuid,
    description text,
    content_hash bigint NOT NULL,
    version bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, pull_request_id)
);
COMMENT ON TABLE ado.pull_request_descriptions IS 'The whole description of a pull request whose list entry was cut.';
COMMENT ON COLUMN ado.pull_request_descriptions.organization_id IS 'Organization guid.';
COMMENT ON COLUMN ado.pull_request_descriptions.pull_request_id IS 'Pull request id.';
COMMENT ON COLUMN ado.pull_request_descriptions.repository_id IS 'Repository guid.';
COMMENT ON COLUMN ado.pull_request_descriptions.project_id IS 'Project guid.';
COMMENT ON COLUMN ado.pull_request_descriptions.description IS 'Whole description.';
COMMENT ON COLUMN ado.pull_request_descriptions.content_hash IS 'Hash of the record: tells whether a reading differs.';
COMMENT ON COLUMN ado.pull_request_descriptions.version IS 'Order of readings: an older one never overwrites a newer one.';
COMMENT ON COLUMN ado.pull_request_descriptions.observed_at IS 'Azure DevOps'' time of the reading that last changed the row.';
COMMENT ON COLUMN ado.pull_request_descriptions.deleted_at IS 'Azure DevOps'' time of the reading that found it gone; null while it exists.';

CREATE VIEW insights.pull_requests AS
SELECT
    p.organization_id, p.pull_request_id, p.repository_id, p.project_id, p.code_review_id, p.status, p.title,
    CASE
        -- The list cuts at 400 UTF-16 units, between two halves of an emoji if need be. A text that has been replaced
        -- since it was read in full does not begin like it.
        WHEN length(p.description) >= 200 AND starts_with(d.description, rtrim(p.description, U&'\FFFD'))
            THEN d.description
        ELSE p.description
    END AS description,
    p.is_draft, p.created_by_id,
    p.created_by_display_name, p.created_by_unique_name, p.created_by_descriptor, p.creation_date,
    p.closed_by_id, p.closed_by_display_name, p.closed_by_unique_name, p.closed_by_descriptor, p.closed_date,
    p.source_ref_name, p.target_ref_name, p.merge_status, p.merge_id, p.last_merge_source_commit_id,
    p.last_merge_target_commit_id, p.last_merge_commit_id, p.completion_options_merge_strategy,
    p.completion_options, p.auto_complete_set_by_id, p.auto_complete_set_by_display_name,
    p.auto_complete_set_by_unique_name, p.auto_complete_set_by_descriptor, p.supports_iterations, p.labels,
    p.url, p.extra, p.observed_at
FROM ado.pull_requests AS p
LEFT JOIN ado.pull_request_descriptions AS d
    ON d.organization_id = p.organization_id AND d.pull_request_id = p.pull_request_id AND d.deleted_at IS NULL
WHERE p.deleted_at IS NULL;
COMMENT ON VIEW insights.pull_requests IS 'Pull requests that exist, each with its whole description.';
