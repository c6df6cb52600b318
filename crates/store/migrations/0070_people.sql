-- People who use Adit's pages and its HTTP API: who they are, what they are signed in with, and what they changed.

CREATE TABLE auth.users (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('viewer', 'administrator')),
    password_hash text,
    issuer text,
    subject text,
    created_at timestamptz NOT NULL,
    signed_in_at timestamptz,
    disabled_at timestamptz,
    CHECK ((issuer IS NULL) = (subject IS NULL)),
    CHECK (issuer IS NULL OR password_hash IS NULL)
);
CREATE UNIQUE INDEX users_name ON auth.users (lower(name));
CREATE UNIQUE INDEX users_subject ON auth.users (issuer, subject);
COMMENT ON TABLE auth.users IS 'People who may sign in.';
COMMENT ON COLUMN auth.users.id IS 'User id.';
COMMENT ON COLUMN auth.users.name IS 'Name to sign in with, unique regardless of case.';
COMMENT ON COLUMN auth.users.role IS 'viewer or administrator.';
COMMENT ON COLUMN auth.users.password_hash IS 'Argon2id hash of the password; null until there is one, and for who signs in by OpenID Connect.';
COMMENT ON COLUMN auth.users.issuer IS 'OpenID Connect issuer who vouches for the user; null for who signs in by password.';
COMMENT ON COLUMN auth.users.subject IS 'What the issuer calls the user.';
COMMENT ON COLUMN auth.users.created_at IS 'When it was made.';
COMMENT ON COLUMN auth.users.signed_in_at IS 'When the user last signed in.';
COMMENT ON COLUMN auth.users.disabled_at IS 'When it was disabled; null while it may sign in.';

CREATE VIEW auth.administrators AS
    SELECT id FROM auth.users
    WHERE role = 'administrator' AND disabled_at IS NULL AND (password_hash IS NOT NULL OR issuer IS NOT NULL);
COMMENT ON VIEW auth.administrators IS 'Administrators who can sign in; without any, the first one can be set up.';
COMMENT ON COLUMN auth.administrators.id IS 'User id.';

CREATE TABLE auth.links (
    token_hash bytea PRIMARY KEY,
    user_id uuid REFERENCES auth.users (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX links_by_user ON auth.links (user_id);
COMMENT ON TABLE auth.links IS 'One-time links: to set up the first administrator, to choose a password.';
COMMENT ON COLUMN auth.links.token_hash IS 'SHA-256 of the token in the link.';
COMMENT ON COLUMN auth.links.user_id IS 'Whose password it sets; null for the setup.';
COMMENT ON COLUMN auth.links.expires_at IS 'When it ends.';

CREATE TABLE auth.sessions (
    id_hash bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL
);
CREATE INDEX sessions_by_user ON auth.sessions (user_id);
COMMENT ON TABLE auth.sessions IS 'Browsers that are signed in.';
COMMENT ON COLUMN auth.sessions.id_hash IS 'SHA-256 of the id in the cookie.';
COMMENT ON COLUMN auth.sessions.user_id IS 'Who is signed in.';
COMMENT ON COLUMN auth.sessions.created_at IS 'When the user signed in.';
COMMENT ON COLUMN auth.sessions.seen_at IS 'When the user was last seen, to the minute.';

CREATE TABLE auth.openid_sign_ins (
    state_hash bytea PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE auth.openid_sign_ins IS 'Sign-ins of people by OpenID Connect that have begun, so that each ends once.';
COMMENT ON COLUMN auth.openid_sign_ins.state_hash IS 'SHA-256 of the state given to the issuer.';
COMMENT ON COLUMN auth.openid_sign_ins.expires_at IS 'When it ends.';

CREATE TABLE auth.tokens (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('viewer', 'administrator')),
    token_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    used_at timestamptz
);
CREATE INDEX tokens_by_user ON auth.tokens (user_id);
COMMENT ON TABLE auth.tokens IS 'Tokens of the HTTP API.';
COMMENT ON COLUMN auth.tokens.id IS 'Token id.';
COMMENT ON COLUMN auth.tokens.user_id IS 'Whose it is. It can do no more than its user.';
COMMENT ON COLUMN auth.tokens.name IS 'What it is for.';
COMMENT ON COLUMN auth.tokens.role IS 'viewer or administrator.';
COMMENT ON COLUMN auth.tokens.token_hash IS 'SHA-256 of the token.';
COMMENT ON COLUMN auth.tokens.created_at IS 'When it was made.';
COMMENT ON COLUMN auth.tokens.expires_at IS 'When it ends; null for never.';
COMMENT ON COLUMN auth.tokens.used_at IS 'When it was last used, to the minute.';

-- Without references: what somebody did outlives them.
CREATE TABLE auth.audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    user_id uuid,
    who text NOT NULL,
    via text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL,
    address text NOT NULL,
    correlation_id uuid NOT NULL
);
COMMENT ON TABLE auth.audit IS 'Who changed what, when and from where.';
COMMENT ON COLUMN auth.audit.id IS 'Number of the row.';
COMMENT ON COLUMN auth.audit.at IS 'When.';
COMMENT ON COLUMN auth.audit.user_id IS 'Who, by id; null for nobody who is known.';
COMMENT ON COLUMN auth.audit.who IS 'Who, by the name of that time.';
COMMENT ON COLUMN auth.audit.via IS 'session, token and its name, or nothing.';
COMMENT ON COLUMN auth.audit.action IS 'What was done, such as user.disable.';
COMMENT ON COLUMN auth.audit.subject IS 'To what.';
COMMENT ON COLUMN auth.audit.detail IS 'More about it; never a secret.';
COMMENT ON COLUMN auth.audit.address IS 'The address it was asked from.';
COMMENT ON COLUMN auth.audit.correlation_id IS 'The request, as logs and error pages name it.';
