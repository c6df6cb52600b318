-- What each role of roles.sql may do with each table: the whole truth, and the only place that has it. `adit migrate`, and every
-- service that migrates by ADIT_MIGRATE_URL, applies it after the migrations, as the owner; so a table of a later migration has
-- its rights at once. A test holds a real database to it, role by role and table by table.
--
-- Without those roles one role does everything, and nothing is granted.
DO $grants$
DECLARE
    place record;
BEGIN
    IF to_regrole('adit_migrator') IS NULL THEN
        RETURN;
    END IF;
    -- Two who grant at once would be in each other's way.
    PERFORM pg_advisory_xact_lock(hashtext('adit grants'));

    REVOKE ALL ON SCHEMA auth, sync, ado, insights FROM PUBLIC, adit_auth, adit_scheduler, adit_writer, adit_reader;
    REVOKE ALL ON ALL TABLES IN SCHEMA auth, sync, ado, insights
        FROM PUBLIC, adit_auth, adit_scheduler, adit_writer, adit_reader;
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA auth, sync, ado, insights
        FROM PUBLIC, adit_auth, adit_scheduler, adit_writer, adit_reader;

    -- Every service looks whether the schema is at its version.
    GRANT SELECT ON public._sqlx_migrations TO adit_auth, adit_scheduler, adit_writer;

    -- auth: alone in its schema; knows which feeds run, and clears away what a deleted connection leaves.
    GRANT USAGE ON SCHEMA auth, sync TO adit_auth;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA auth TO adit_auth;
    GRANT SELECT, DELETE ON sync.feeds, sync.runs, sync.pages, sync.sweep_keys, sync.scopes, sync.details TO adit_auth;
    -- What becomes readable is read anew from the beginning.
    GRANT UPDATE ON sync.feeds, sync.runs, sync.details TO adit_auth;

    -- scheduler: makes feeds, orders runs, forgets old ones; looks for gaps among the rows.
    GRANT USAGE ON SCHEMA sync, ado TO adit_scheduler;
    GRANT SELECT ON ALL TABLES IN SCHEMA sync, ado TO adit_scheduler;
    GRANT INSERT, UPDATE ON sync.feeds, sync.runs TO adit_scheduler;
    GRANT UPDATE ON sync.details TO adit_scheduler;
    GRANT DELETE ON sync.runs, sync.pages, sync.sweep_keys TO adit_scheduler;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA sync TO adit_scheduler;

    -- writer: rows, ledger and cursor. Rows are marked as deleted; only lists within a record, whose tables have no
    -- deleted_at of their own, are replaced.
    GRANT USAGE ON SCHEMA sync, ado TO adit_writer;
    GRANT SELECT ON ALL TABLES IN SCHEMA sync, ado TO adit_writer;
    GRANT UPDATE ON sync.feeds, sync.runs TO adit_writer;
    GRANT INSERT ON sync.pages, sync.dead_letters TO adit_writer;
    GRANT INSERT, UPDATE ON sync.details TO adit_writer;
    GRANT INSERT, DELETE ON sync.sweep_keys TO adit_writer;
    GRANT INSERT, UPDATE, DELETE ON sync.scopes TO adit_writer;
    FOR place IN
        SELECT c.oid::regclass AS name,
            EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'deleted_at' AND NOT a.attisdropped)
                AS is_marked
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'ado' AND c.relkind = 'r'
    LOOP
        EXECUTE format('GRANT INSERT, UPDATE%s ON %s TO adit_writer',
            CASE WHEN place.is_marked THEN '' ELSE ', DELETE' END, place.name);
    END LOOP;

    -- analysts: what Azure DevOps has, and what it means.
    GRANT USAGE ON SCHEMA ado, insights TO adit_reader;
    GRANT SELECT ON ALL TABLES IN SCHEMA ado, insights TO adit_reader;

    -- Tables that the owner makes by hand: no more than what is certain to be right.
    ALTER DEFAULT PRIVILEGES IN SCHEMA ado, insights GRANT SELECT ON TABLES TO adit_reader;
    ALTER DEFAULT PRIVILEGES IN SCHEMA ado GRANT SELECT ON TABLES TO adit_scheduler;
    ALTER DEFAULT PRIVILEGES IN SCHEMA ado GRANT SELECT, INSERT, UPDATE ON TABLES TO adit_writer;
    ALTER DEFAULT PRIVILEGES IN SCHEMA auth GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO adit_auth;
    ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

    -- Deletes all rows of an organization when its last connection goes: with the rights of its owner, for auth alone.
    IF to_regprocedure('ado.purge(uuid, bigint)') IS NOT NULL THEN
        ALTER FUNCTION ado.purge(uuid, bigint) SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
        GRANT USAGE ON SCHEMA ado TO adit_auth;
        GRANT EXECUTE ON FUNCTION ado.purge(uuid, bigint) TO adit_auth;
    END IF;
    -- What somebody did stays said.
    IF to_regclass('auth.audit') IS NOT NULL THEN
        REVOKE UPDATE, DELETE ON auth.audit FROM adit_auth;
    END IF;
END
$grants$;
