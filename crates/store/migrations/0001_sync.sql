-- What Adit knows of its own work: connections (auth), and feeds, runs, pages, gaps and dead letters (sync).

CREATE SCHEMA auth;
COMMENT ON SCHEMA auth IS 'Connections and their sealed secrets. Only the auth service reads secrets.';
CREATE SCHEMA sync;
COMMENT ON SCHEMA sync IS 'Feeds, runs, the ledger of pages, gaps and dead letters.';
CREATE SCHEMA ado;
COMMENT ON SCHEMA ado IS 'The entities of Azure DevOps, in its own words.';
CREATE SCHEMA insights;
COMMENT ON SCHEMA insights IS 'Views for people who ask questions.';

CREATE TABLE auth.connections (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    tags text[] NOT NULL DEFAULT '{}',
    credential_kind text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX connections_name ON auth.connections (lower(name));
COMMENT ON TABLE auth.connections IS 'What a user sets up: a name, a credential and the organizations it covers.';
COMMENT ON COLUMN auth.connections.id IS 'Connection id.';
COMMENT ON COLUMN auth.connections.name IS 'Name, unique regardless of case.';
COMMENT ON COLUMN auth.connections.description IS 'What it is for.';
COMMENT ON COLUMN auth.connections.tags IS 'Tags.';
COMMENT ON COLUMN auth.connections.credential_kind IS 'How it signs in: pat.';
COMMENT ON COLUMN auth.connections.created_at IS 'When it was made.';

CREATE TABLE auth.connection_organizations (
    connection_id uuid NOT NULL REFERENCES auth.connections (id) ON DELETE CASCADE,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    state text NOT NULL,
    explanation text NOT NULL DEFAULT '',
    PRIMARY KEY (connection_id, organization_id)
);
COMMENT ON TABLE auth.connection_organizations IS 'The organizations that a connection covers.';
COMMENT ON COLUMN auth.connection_organizations.connection_id IS 'Connection.';
COMMENT ON COLUMN auth.connection_organizations.organization_id IS 'Organization guid (connectionData.instanceId).';
COMMENT ON COLUMN auth.connection_organizations.name IS 'Organization name.';
COMMENT ON COLUMN auth.connection_organizations.state IS 'active, inactive, unauthorized or unreachable.';
COMMENT ON COLUMN auth.connection_organizations.explanation IS 'Why it is not active, with the remedy.';

CREATE TABLE auth.secrets (
    connection_id uuid NOT NULL REFERENCES auth.connections (id) ON DELETE CASCADE,
    name text NOT NULL,
    key_id text NOT NULL,
    sealed bytea NOT NULL,
    sealed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (connection_id, name)
);
COMMENT ON TABLE auth.secrets IS 'Sealed secrets (XChaCha20-Poly1305; connection and name are associated data).';
COMMENT ON COLUMN auth.secrets.connection_id IS 'Connection.';
COMMENT ON COLUMN auth.secrets.name IS 'Which secret: personal_access_token.';
COMMENT ON COLUMN auth.secrets.key_id IS 'Key that sealed it.';
COMMENT ON COLUMN auth.secrets.sealed IS 'Nonce and ciphertext.';
COMMENT ON COLUMN auth.secrets.sealed_at IS 'When it was sealed.';

CREATE TABLE sync.scopes (
    connection_id uuid NOT NULL REFERENCES auth.connections (id) ON DELETE CASCADE,
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('project', 'repository')),
    project_id uuid NOT NULL,
    name text NOT NULL,
    readable boolean NOT NULL,
    PRIMARY KEY (connection_id, organization_id, id)
);
COMMENT ON TABLE sync.scopes IS 'Projects and repositories that a connection sees: what its feeds cover.';
COMMENT ON COLUMN sync.scopes.connection_id IS 'Connection.';
COMMENT ON COLUMN sync.scopes.organization_id IS 'Organization guid.';
COMMENT ON COLUMN sync.scopes.id IS 'Project or repository guid.';
COMMENT ON COLUMN sync.scopes.kind IS 'project or repository.';
COMMENT ON COLUMN sync.scopes.project_id IS 'Project guid: its own, or that of the repository.';
COMMENT ON COLUMN sync.scopes.name IS 'Name as last read.';
COMMENT ON COLUMN sync.scopes.readable IS 'False for a project that is not wellFormed, and for a repository that is disabled: it is known, and not read.';

CREATE TABLE sync.feeds (
    id uuid PRIMARY KEY,
    connection_id uuid NOT NULL REFERENCES auth.connections (id) ON DELETE CASCADE,
    organization_id uuid NOT NULL,
    project_id uuid,
    repository_id uuid,
    domain text NOT NULL,
    entity text NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    epoch bigint NOT NULL DEFAULT 0,
    cursor bytea NOT NULL DEFAULT '',
    running boolean NOT NULL DEFAULT false,
    requested boolean NOT NULL DEFAULT false,
    contiguous_page bigint NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT now(),
    ordered_at timestamptz,
    heartbeat_at timestamptz,
    ended_at timestamptz,
    complete_at timestamptz,
    changed_at timestamptz,
    status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'complete', 'partial', 'failed')),
    reason text NOT NULL DEFAULT '',
    explanation text NOT NULL DEFAULT '',
    failures integer NOT NULL DEFAULT 0
);
CREATE INDEX feeds_by_scope ON sync.feeds (connection_id, organization_id, entity);
COMMENT ON TABLE sync.feeds IS 'One entity over one scope of one connection: the unit of sync.';
COMMENT ON COLUMN sync.feeds.id IS 'Feed id, made of connection, organization, entity and scope.';
COMMENT ON COLUMN sync.feeds.connection_id IS 'Connection.';
COMMENT ON COLUMN sync.feeds.organization_id IS 'Organization guid.';
COMMENT ON COLUMN sync.feeds.project_id IS 'Project guid; null for an organization.';
COMMENT ON COLUMN sync.feeds.repository_id IS 'Repository guid; null unless the scope is a repository.';
COMMENT ON COLUMN sync.feeds.domain IS 'boards, git, pipelines or tfvc.';
COMMENT ON COLUMN sync.feeds.entity IS 'Entity name.';
COMMENT ON COLUMN sync.feeds.enabled IS 'False once its scope is gone or cannot be read: it is not ordered.';
COMMENT ON COLUMN sync.feeds.epoch IS 'Number of the newest run; pages of older runs are dropped.';
COMMENT ON COLUMN sync.feeds.cursor IS 'Where the feed stands; opaque to all but the entity that wrote it.';
COMMENT ON COLUMN sync.feeds.running IS 'True while the newest run has not ended.';
COMMENT ON COLUMN sync.feeds.requested IS 'True when somebody asked for a run now.';
COMMENT ON COLUMN sync.feeds.contiguous_page IS 'All pages of the newest run up to this one are committed.';
COMMENT ON COLUMN sync.feeds.due_at IS 'When the next run is due.';
COMMENT ON COLUMN sync.feeds.ordered_at IS 'When the newest run was ordered.';
COMMENT ON COLUMN sync.feeds.heartbeat_at IS 'When the newest run was last known alive.';
COMMENT ON COLUMN sync.feeds.ended_at IS 'When the last run ended.';
COMMENT ON COLUMN sync.feeds.complete_at IS 'When the last complete run was ordered: the freshness.';
COMMENT ON COLUMN sync.feeds.changed_at IS 'When rows of this feed last really changed.';
COMMENT ON COLUMN sync.feeds.status IS 'new, complete, partial or failed: how the last run ended.';
COMMENT ON COLUMN sync.feeds.reason IS 'Why it is not complete, in one word.';
COMMENT ON COLUMN sync.feeds.explanation IS 'Why it is not complete, with the remedy.';
COMMENT ON COLUMN sync.feeds.failures IS 'Runs in a row that failed.';

CREATE TABLE sync.runs (
    feed_id uuid NOT NULL REFERENCES sync.feeds (id) ON DELETE CASCADE,
    epoch bigint NOT NULL,
    priority text NOT NULL,
    ordered_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz,
    ended_at timestamptz,
    completeness text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    explanation text NOT NULL DEFAULT '',
    requests bigint NOT NULL DEFAULT 0,
    elapsed_ms bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (feed_id, epoch)
);
COMMENT ON TABLE sync.runs IS 'What became of each order to advance a feed.';
COMMENT ON COLUMN sync.runs.feed_id IS 'Feed.';
COMMENT ON COLUMN sync.runs.epoch IS 'Number of the run.';
COMMENT ON COLUMN sync.runs.priority IS 'fresh or backfill.';
COMMENT ON COLUMN sync.runs.ordered_at IS 'When it was ordered.';
COMMENT ON COLUMN sync.runs.published_at IS 'When its job was stored by NATS; null until then.';
COMMENT ON COLUMN sync.runs.ended_at IS 'When its last page and all before it were committed, or when a newer run took its place.';
COMMENT ON COLUMN sync.runs.completeness IS 'complete, partial, failed, interrupted or lost; empty while it goes on.';
COMMENT ON COLUMN sync.runs.reason IS 'Why it was not complete, in one word.';
COMMENT ON COLUMN sync.runs.explanation IS 'Why it was not complete, with the remedy.';
COMMENT ON COLUMN sync.runs.requests IS 'Requests made.';
COMMENT ON COLUMN sync.runs.elapsed_ms IS 'Milliseconds of fetching.';

CREATE TABLE sync.pages (
    feed_id uuid NOT NULL REFERENCES sync.feeds (id) ON DELETE CASCADE,
    epoch bigint NOT NULL,
    page bigint NOT NULL,
    created integer NOT NULL,
    updated integer NOT NULL,
    unchanged integer NOT NULL,
    deleted integer NOT NULL,
    dead integer NOT NULL,
    cursor bytea,
    outcome bytea,
    observed_at timestamptz NOT NULL,
    committed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (feed_id, epoch, page)
);
COMMENT ON TABLE sync.pages IS 'The ledger: every page committed, with what became of its records.';
COMMENT ON COLUMN sync.pages.feed_id IS 'Feed.';
COMMENT ON COLUMN sync.pages.epoch IS 'Number of the run.';
COMMENT ON COLUMN sync.pages.page IS 'Number of the page within the run, from 1.';
COMMENT ON COLUMN sync.pages.created IS 'Rows that were new.';
COMMENT ON COLUMN sync.pages.updated IS 'Rows that changed.';
COMMENT ON COLUMN sync.pages.unchanged IS 'Records that changed nothing.';
COMMENT ON COLUMN sync.pages.deleted IS 'Rows that were marked deleted.';
COMMENT ON COLUMN sync.pages.dead IS 'Records that went to dead letters.';
COMMENT ON COLUMN sync.pages.cursor IS 'Where the feed stands after this page; null when it does not move.';
COMMENT ON COLUMN sync.pages.outcome IS 'How the run ended (adit.control.v1.Outcome); null but on the last page.';
COMMENT ON COLUMN sync.pages.observed_at IS 'Azure DevOps'' time of the reading.';
COMMENT ON COLUMN sync.pages.committed_at IS 'When it was committed.';

CREATE TABLE sync.sweep_keys (
    feed_id uuid NOT NULL REFERENCES sync.feeds (id) ON DELETE CASCADE,
    epoch bigint NOT NULL,
    key text NOT NULL,
    PRIMARY KEY (feed_id, epoch, key)
);
COMMENT ON TABLE sync.sweep_keys IS 'Keys seen by a whole listing that is still under way; emptied when it ends.';
COMMENT ON COLUMN sync.sweep_keys.feed_id IS 'Feed.';
COMMENT ON COLUMN sync.sweep_keys.epoch IS 'Number of the run.';
COMMENT ON COLUMN sync.sweep_keys.key IS 'Key of a row.';

CREATE TABLE sync.details (
    organization_id uuid NOT NULL,
    entity text NOT NULL,
    key text NOT NULL,
    version text NOT NULL,
    state text NOT NULL CHECK (state IN ('read', 'absent', 'refused')),
    attempts integer NOT NULL DEFAULT 1,
    not_before timestamptz NOT NULL DEFAULT now(),
    reason text NOT NULL DEFAULT '',
    read_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, entity, key)
);
COMMENT ON TABLE sync.details IS 'Which details have been read, and for which version of their parent: a gap is a parent without its line here.';
COMMENT ON COLUMN sync.details.organization_id IS 'Organization guid.';
COMMENT ON COLUMN sync.details.entity IS 'Entity of the detail.';
COMMENT ON COLUMN sync.details.key IS 'Key of the parent row.';
COMMENT ON COLUMN sync.details.version IS 'Version of the parent row that was asked for.';
COMMENT ON COLUMN sync.details.state IS 'read; absent: there is none; refused: could not be read.';
COMMENT ON COLUMN sync.details.attempts IS 'Refusals in a row, at least 1.';
COMMENT ON COLUMN sync.details.not_before IS 'A refused one is not tried again before.';
COMMENT ON COLUMN sync.details.reason IS 'Why it was refused.';
COMMENT ON COLUMN sync.details.read_at IS 'When the answer was committed.';

CREATE TABLE sync.dead_letters (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    feed_id uuid,
    epoch bigint,
    page bigint,
    entity text NOT NULL,
    key text NOT NULL DEFAULT '',
    reason text NOT NULL,
    raw bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE sync.dead_letters IS 'What could not be stored, byte for byte, one by one.';
COMMENT ON COLUMN sync.dead_letters.id IS 'Number.';
COMMENT ON COLUMN sync.dead_letters.feed_id IS 'Feed, when known.';
COMMENT ON COLUMN sync.dead_letters.epoch IS 'Number of the run, when known.';
COMMENT ON COLUMN sync.dead_letters.page IS 'Number of the page, when known.';
COMMENT ON COLUMN sync.dead_letters.entity IS 'Entity name; empty when the message did not say.';
COMMENT ON COLUMN sync.dead_letters.key IS 'Key of the record, when known.';
COMMENT ON COLUMN sync.dead_letters.reason IS 'Why.';
COMMENT ON COLUMN sync.dead_letters.raw IS 'The bytes.';
COMMENT ON COLUMN sync.dead_letters.created_at IS 'When it was put here.';
