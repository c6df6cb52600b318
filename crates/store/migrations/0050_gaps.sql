-- What the scheduler asks every second: which details are lacking, and which jobs are not published.

CREATE INDEX builds_finished ON ado.builds (organization_id, project_id, finish_time DESC, id DESC)
    WHERE finish_time IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX pull_requests_newest ON ado.pull_requests (organization_id, project_id, pull_request_id DESC)
    WHERE deleted_at IS NULL;
CREATE INDEX runs_unpublished ON sync.runs (ordered_at) WHERE published_at IS NULL AND ended_at IS NULL;
CREATE INDEX pages_by_age ON sync.pages (committed_at);
CREATE INDEX dead_letters_by_feed ON sync.dead_letters (feed_id);

-- ADO cuts a description in a list at 400 UTF-16 code units; a character above U+FFFF is two of them.
CREATE FUNCTION sync.utf16_length(content text) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT length(content) + length(regexp_replace(content, '[^\U00010000-\U0010FFFF]', '', 'g'))
$$;
COMMENT ON FUNCTION sync.utf16_length IS 'How many UTF-16 code units a text has, which is how Azure DevOps counts.';
