-- Every way in: how a connection signs in and stands, its grant, sign-ins under way, drafts, and what can be read.

ALTER TABLE auth.connections
    ADD COLUMN credential jsonb,
    ADD COLUMN state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'needs_sign_in', 'deleting')),
    ADD COLUMN reason text NOT NULL DEFAULT '',
    ADD COLUMN explanation text NOT NULL DEFAULT '',
    ADD COLUMN remedy text NOT NULL DEFAULT '',
    ADD COLUMN link text NOT NULL DEFAULT '',
    ADD COLUMN all_organizations boolean NOT NULL DEFAULT false,
    ADD COLUMN credential_expires_at timestamptz,
    ADD COLUMN created_by text NOT NULL DEFAULT '',
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN checked_at timestamptz,
    ADD COLUMN next_try_at timestamptz,
    ADD COLUMN next_look_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN purge boolean NOT NULL DEFAULT false;
UPDATE auth.connections SET credential = jsonb_build_object('kind',
    CASE credential_kind WHEN 'pat' THEN 'personal_access_token' ELSE credential_kind END);
ALTER TABLE auth.connections ALTER COLUMN credential SET NOT NULL, DROP COLUMN credential_kind;
-- A connection that is being deleted gives its name free.
DROP INDEX auth.connections_name;
CREATE UNIQUE INDEX connections_name ON auth.connections (lower(name)) WHERE state <> 'deleting';
COMMENT ON COLUMN auth.connections.name IS 'Name, unique regardless of case among those that are not being deleted.';
COMMENT ON COLUMN auth.connections.credential IS 'How it signs in, without the secret: kind, and what belongs to it (tenant, account, client).';
COMMENT ON COLUMN auth.connections.state IS 'active, paused, needs_sign_in or deleting; only active ones are read.';
COMMENT ON COLUMN auth.connections.reason IS 'Why it is not active, in one word.';
COMMENT ON COLUMN auth.connections.explanation IS 'Why it is not active.';
COMMENT ON COLUMN auth.connections.remedy IS 'What to do about it.';
COMMENT ON COLUMN auth.connections.link IS 'Where to do it; empty when there is no such page.';
COMMENT ON COLUMN auth.connections.all_organizations IS 'Covers all organizations that the credential can list, those too that appear later.';
COMMENT ON COLUMN auth.connections.credential_expires_at IS 'When the credential ends unless it is renewed; null when that is not known.';
COMMENT ON COLUMN auth.connections.created_by IS 'Who made it.';
COMMENT ON COLUMN auth.connections.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN auth.connections.checked_at IS 'When it was last checked what it can read.';
COMMENT ON COLUMN auth.connections.next_try_at IS 'When a grant that was declared dead may be tried again.';
COMMENT ON COLUMN auth.connections.next_look_at IS 'When the daily look is due.';
COMMENT ON COLUMN auth.connections.purge IS 'Whether rows go too when it is deleted.';

ALTER TABLE auth.connection_organizations
    ADD COLUMN remedy text NOT NULL DEFAULT '',
    ADD COLUMN link text NOT NULL DEFAULT '';
COMMENT ON COLUMN auth.connection_organizations.explanation IS 'Why it is not active.';
COMMENT ON COLUMN auth.connection_organizations.remedy IS 'What to do about it.';
COMMENT ON COLUMN auth.connection_organizations.link IS 'Where to do it; empty when there is no such page.';
COMMENT ON COLUMN auth.connection_organizations.state IS
    'active, inactive, not_a_member, policy_off, conditional_access, address_blocked, microsoft_account, token_expired, not_found or unreachable.';
UPDATE auth.connection_organizations SET state = 'token_expired' WHERE state = 'unauthorized';

CREATE OR REPLACE VIEW sync.connections AS
SELECT id, name, state, reason, concat_ws('; ', nullif(explanation, ''), nullif(remedy, '')) AS explanation
FROM auth.connections WHERE state <> 'deleting';
COMMENT ON COLUMN sync.connections.state IS 'active, paused or needs_sign_in; only active ones are read.';
COMMENT ON COLUMN sync.connections.reason IS 'Why it is not active, in one word.';
COMMENT ON COLUMN sync.connections.explanation IS 'Why it is not active, with the remedy.';

CREATE OR REPLACE VIEW sync.connection_organizations AS
SELECT o.connection_id, o.organization_id, o.name, o.state,
    concat_ws('; ', nullif(o.explanation, ''), nullif(o.remedy, '')) AS explanation
FROM auth.connection_organizations o JOIN auth.connections c ON c.id = o.connection_id
WHERE c.state <> 'deleting';

COMMENT ON TABLE auth.secrets IS
    'Sealed secrets (XChaCha20-Poly1305; connection, name, tenant and key are associated data).';
COMMENT ON COLUMN auth.secrets.name IS
    'Which secret: personal_access_token, client_secret, certificate, refresh_token, or access_token, which all replicas share.';

CREATE TABLE auth.grants (
    connection_id uuid PRIMARY KEY REFERENCES auth.connections (id) ON DELETE CASCADE,
    generation bigint NOT NULL DEFAULT 0,
    granted_at timestamptz,
    refresh_at timestamptz,
    expires_at timestamptz,
    after_rejection boolean NOT NULL DEFAULT false,
    proven_at timestamptz
);
INSERT INTO auth.grants (connection_id) SELECT id FROM auth.connections;
COMMENT ON TABLE auth.grants IS 'The standing of a connection''s access token; whoever renews it locks the row, so that one does.';
COMMENT ON COLUMN auth.grants.connection_id IS 'Connection.';
COMMENT ON COLUMN auth.grants.generation IS 'Number of the token, raised with each.';
COMMENT ON COLUMN auth.grants.granted_at IS 'When the token was asked for; null before the first.';
COMMENT ON COLUMN auth.grants.refresh_at IS 'When it is to be renewed.';
COMMENT ON COLUMN auth.grants.expires_at IS 'When it ends.';
COMMENT ON COLUMN auth.grants.after_rejection IS 'It was asked for because Azure DevOps had refused the one before.';
COMMENT ON COLUMN auth.grants.proven_at IS 'When Azure DevOps last took it, asked for just that after a refusal.';

CREATE TABLE auth.drafts (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    credential jsonb NOT NULL,
    name text NOT NULL,
    key_id text NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE auth.drafts IS 'Signed in, and not yet saved as a connection.';
COMMENT ON COLUMN auth.drafts.id IS 'Id of the connection that it becomes.';
COMMENT ON COLUMN auth.drafts.person_id IS 'Whose it is: nobody else sees it.';
COMMENT ON COLUMN auth.drafts.credential IS 'How it signs in, without the secret.';
COMMENT ON COLUMN auth.drafts.name IS 'Which secret: refresh_token.';
COMMENT ON COLUMN auth.drafts.key_id IS 'Key that sealed it.';
COMMENT ON COLUMN auth.drafts.sealed IS 'Nonce and ciphertext.';
COMMENT ON COLUMN auth.drafts.created_at IS 'When it was made.';
COMMENT ON COLUMN auth.drafts.expires_at IS 'When it is forgotten.';

CREATE TABLE auth.connection_sign_ins (
    state_hash bytea PRIMARY KEY,
    browser_hash bytea NOT NULL,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    connection_id uuid REFERENCES auth.connections (id) ON DELETE CASCADE,
    tenant text NOT NULL,
    key_id text NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE auth.connection_sign_ins IS 'Sign-ins whose browser is at Microsoft. Each is taken out once.';
COMMENT ON COLUMN auth.connection_sign_ins.state_hash IS 'SHA-256 of the state that comes back.';
COMMENT ON COLUMN auth.connection_sign_ins.browser_hash IS 'SHA-256 of the cookie of the browser that began it.';
COMMENT ON COLUMN auth.connection_sign_ins.id IS 'What its secret is sealed for.';
COMMENT ON COLUMN auth.connection_sign_ins.person_id IS 'Who began it.';
COMMENT ON COLUMN auth.connection_sign_ins.connection_id IS 'The connection that signs in again; null for a new one.';
COMMENT ON COLUMN auth.connection_sign_ins.tenant IS 'Tenant that was asked, or organizations.';
COMMENT ON COLUMN auth.connection_sign_ins.key_id IS 'Key that sealed it.';
COMMENT ON COLUMN auth.connection_sign_ins.sealed IS 'Verifier and nonce, sealed.';
COMMENT ON COLUMN auth.connection_sign_ins.created_at IS 'When it began.';
COMMENT ON COLUMN auth.connection_sign_ins.expires_at IS 'When it is forgotten.';

CREATE TABLE auth.device_sign_ins (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    connection_id uuid REFERENCES auth.connections (id) ON DELETE CASCADE,
    tenant text NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'signed_in', 'declined', 'expired', 'refused')),
    explanation text NOT NULL DEFAULT '',
    key_id text NOT NULL,
    sealed bytea NOT NULL,
    interval_seconds integer NOT NULL,
    next_poll_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE auth.device_sign_ins IS 'Sign-ins by a code that is typed elsewhere.';
COMMENT ON COLUMN auth.device_sign_ins.id IS 'Its id, and that of the draft that comes of it.';
COMMENT ON COLUMN auth.device_sign_ins.person_id IS 'Who began it.';
COMMENT ON COLUMN auth.device_sign_ins.connection_id IS 'The connection that signs in again; null for a new one.';
COMMENT ON COLUMN auth.device_sign_ins.tenant IS 'Tenant that was asked, or organizations.';
COMMENT ON COLUMN auth.device_sign_ins.state IS 'pending, signed_in, declined, expired or refused.';
COMMENT ON COLUMN auth.device_sign_ins.explanation IS 'Why it was refused, with the remedy.';
COMMENT ON COLUMN auth.device_sign_ins.key_id IS 'Key that sealed it.';
COMMENT ON COLUMN auth.device_sign_ins.sealed IS 'The device code, sealed.';
COMMENT ON COLUMN auth.device_sign_ins.interval_seconds IS 'Seconds between two questions to Microsoft.';
COMMENT ON COLUMN auth.device_sign_ins.next_poll_at IS 'When Microsoft may be asked again.';
COMMENT ON COLUMN auth.device_sign_ins.created_at IS 'When it began.';
COMMENT ON COLUMN auth.device_sign_ins.expires_at IS 'When the code ends.';

CREATE TABLE auth.checks (
    connection_id uuid NOT NULL REFERENCES auth.connections (id) ON DELETE CASCADE,
    organization_id uuid NOT NULL,
    project_id uuid NOT NULL,
    domain text NOT NULL,
    organization text NOT NULL,
    project text NOT NULL,
    state text NOT NULL,
    former_state text NOT NULL DEFAULT '',
    lacking boolean NOT NULL DEFAULT false,
    asked text NOT NULL,
    answered text NOT NULL,
    remedy text NOT NULL DEFAULT '',
    link text NOT NULL DEFAULT '',
    checked_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (connection_id, organization_id, project_id, domain)
);
COMMENT ON TABLE auth.checks IS 'What a connection can read, as last asked: organization, project and domain.';
COMMENT ON COLUMN auth.checks.connection_id IS 'Connection.';
COMMENT ON COLUMN auth.checks.organization_id IS 'Organization guid.';
COMMENT ON COLUMN auth.checks.project_id IS 'Project guid.';
COMMENT ON COLUMN auth.checks.domain IS 'boards, git, pipelines or tfvc.';
COMMENT ON COLUMN auth.checks.organization IS 'Organization name.';
COMMENT ON COLUMN auth.checks.project IS 'Project name.';
COMMENT ON COLUMN auth.checks.state IS
    'readable, no_permission, switched_off, licence_too_low, oauth_policy_off, conditional_access, address_blocked, organization_inactive, token_expired or unknown.';
COMMENT ON COLUMN auth.checks.former_state IS 'What it was before it last changed; empty when it never did.';
COMMENT ON COLUMN auth.checks.lacking IS 'It was hidden since it was last read: once it is readable, it is read anew.';
COMMENT ON COLUMN auth.checks.asked IS 'What was asked.';
COMMENT ON COLUMN auth.checks.answered IS 'What came back.';
COMMENT ON COLUMN auth.checks.remedy IS 'What to do about it.';
COMMENT ON COLUMN auth.checks.link IS 'Where to do it.';
COMMENT ON COLUMN auth.checks.checked_at IS 'When it was last asked.';
COMMENT ON COLUMN auth.checks.changed_at IS 'When the state last changed.';

CREATE FUNCTION ado.purge(organization uuid, most bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    place regclass;
    gone bigint;
BEGIN
    FOR place IN
        SELECT c.oid::regclass FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'ado'
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
        WHERE c.relkind = 'r'
        ORDER BY c.relname
    LOOP
        EXECUTE format('DELETE FROM %1$s WHERE ctid = ANY (ARRAY(SELECT ctid FROM %1$s WHERE organization_id = $1 LIMIT $2))', place)
            USING organization, most;
        GET DIAGNOSTICS gone = ROW_COUNT;
        IF gone > 0 THEN
            RETURN gone;
        END IF;
    END LOOP;
    RETURN 0;
END
$$;
COMMENT ON FUNCTION ado.purge IS 'Deletes at most so many rows of an organization from one table, and tells how many; 0 when none is left.';
