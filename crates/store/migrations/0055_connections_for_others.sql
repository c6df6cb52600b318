-- What services other than auth may know of connections. Their roles have no right in the schema auth: these views, which look
-- there with the rights of their owner, are all that they see of it.

CREATE VIEW sync.connections AS
SELECT id, name FROM auth.connections;
COMMENT ON VIEW sync.connections IS 'Connections, without how they sign in: what others than auth may know of auth.connections.';
COMMENT ON COLUMN sync.connections.id IS 'Guid.';
COMMENT ON COLUMN sync.connections.name IS 'Name, unique regardless of case.';

CREATE VIEW sync.connection_organizations AS
SELECT connection_id, organization_id, name, state, explanation FROM auth.connection_organizations;
COMMENT ON VIEW sync.connection_organizations IS 'The organizations that connections cover: what others than auth may know of auth.connection_organizations.';
COMMENT ON COLUMN sync.connection_organizations.connection_id IS 'Guid of the connection.';
COMMENT ON COLUMN sync.connection_organizations.organization_id IS 'Guid of the organization.';
COMMENT ON COLUMN sync.connection_organizations.name IS 'Its name.';
COMMENT ON COLUMN sync.connection_organizations.state IS 'Whether it can be read: active, or why not.';
COMMENT ON COLUMN sync.connection_organizations.explanation IS 'Why it is not active, with the remedy.';
