-- The roles of Adit, for one database. Run it once in that database, as a superuser, before Adit's first start, and again after
-- an update that changes it; it changes nothing where all is well:
--
--     psql --dbname adit --file roles.sql
--
-- It sets no password: give each login role one by `\password adit_auth`, or let pg_hba.conf know them by certificates.
--
-- adit_migrator   owns the schemas and changes them (`adit migrate`, ADIT_MIGRATE_URL); no service runs as it
-- adit_auth       the service auth: connections, sealed secrets, people
-- adit_scheduler  the service scheduler: feeds and runs
-- adit_writer     the service writer: the rows
-- adit_reader     analysts: reads the schemas ado and insights; no login, but `GRANT adit_reader TO somebody`
--
-- What each may do with each table stands in grants.sql, which `adit migrate` applies. Fetchers have no role: they do not know
-- the database.
DO $roles$
DECLARE
    name text;
    place record;
BEGIN
    FOREACH name IN ARRAY ARRAY['adit_migrator', 'adit_auth', 'adit_scheduler', 'adit_writer', 'adit_reader'] LOOP
        IF to_regrole(name) IS NULL THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
        EXECUTE format('ALTER ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', name);
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), name);
        IF name <> 'adit_reader' THEN
            EXECUTE format('ALTER ROLE %I LOGIN', name);
        END IF;
    END LOOP;

    -- Others have no business here; the owner of the database may make schemas, and tables in the schema public.
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('ALTER DATABASE %I OWNER TO adit_migrator', current_database());
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;

    -- What another role has made, when one role did everything.
    FOR place IN SELECT nspname FROM pg_namespace WHERE nspname IN ('auth', 'sync', 'ado', 'insights') LOOP
        EXECUTE format('ALTER SCHEMA %I OWNER TO adit_migrator', place.nspname);
    END LOOP;
    FOR place IN
        SELECT c.oid::regclass AS name, CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS kind
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'v') AND c.relowner <> 'adit_migrator'::regrole
            AND (n.nspname IN ('auth', 'sync', 'ado', 'insights') OR c.oid = to_regclass('public._sqlx_migrations'))
    LOOP
        EXECUTE format('ALTER %s %s OWNER TO adit_migrator', place.kind, place.name);
    END LOOP;
    FOR place IN
        SELECT p.oid::regprocedure AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('auth', 'sync', 'ado', 'insights') AND p.proowner <> 'adit_migrator'::regrole
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO adit_migrator', place.name);
    END LOOP;
END
$roles$;
