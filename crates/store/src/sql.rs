//! The statements of an entity, put together once from the names of its tables and columns.
//!
//! sqlx takes only `&'static str`, so that nothing from outside gets into a statement. The texts here are made of
//! names that stand in this crate's source, once in the life of a process, and leaked.

use std::fmt::Write as _;

use crate::{
    cell::Kind,
    column::ColumnLayout,
    layout::Layout,
    table::{Absence, ListLayout, Newest},
};

/// The statements of an entity.
#[derive(Debug)]
pub(crate) struct Statements {
    /// Parameters: organizations, a list a column, hashes, versions, times of reading. Gives organization, key and
    /// whether it is new, of what really changed.
    pub(crate) upsert: &'static str,
    /// One a list: organizations, then a list a key column.
    pub(crate) clear: Vec<&'static str>,
    /// One a list: organizations, a list a key column, positions, then a list a column.
    pub(crate) fill: Vec<&'static str>,
    /// Organizations and the first columns of keys.
    pub(crate) newest: Option<&'static str>,
    /// Organizations, a list a key column, times, versions. Gives organization, key, project and hash.
    pub(crate) delete: &'static str,
    /// Organizations, a list a key column. Gives the same of those that are deleted.
    pub(crate) gone: &'static str,
    /// Feeds, epochs, connections, organizations, scopes, times, versions; then feeds and keys seen in this call.
    /// Gives feed, organization, key, project and hash.
    pub(crate) sweep: &'static str,
    /// What a sweep of an organization and scope deleted, by its time.
    pub(crate) swept: &'static str,
    /// Opens a cursor over all rows of an organization, as JSON, lists beside them.
    pub(crate) export: &'static str,
    /// How many rows there are, without the deleted ones.
    pub(crate) count: &'static str,
}

impl Statements {
    pub(crate) fn of(layout: &Layout) -> Self {
        let lists = layout.lists.iter();
        Self {
            upsert: upsert(layout).leak(),
            clear: lists
                .clone()
                .map(|list| &*clear(layout, list).leak())
                .collect(),
            fill: lists.map(|list| &*fill(layout, list).leak()).collect(),
            newest: layout
                .newest
                .map(|newest| &*self::newest(layout, newest).leak()),
            delete: delete(layout).leak(),
            gone: gone(layout).leak(),
            sweep: sweep(layout).leak(),
            swept: swept(layout).leak(),
            export: export(layout).leak(),
            count: format!(
                "SELECT count(*) FROM {} WHERE organization_id = $1 AND deleted_at IS NULL",
                layout.table
            )
            .leak(),
        }
    }
}

/// What every table has beside what its records say.
const OWN: [(&str, &str); 3] = [
    ("content_hash", "int8[]"),
    ("version", "int8[]"),
    ("observed_at", "timestamptz[]"),
];

fn upsert(layout: &Layout) -> String {
    let own = OWN.map(|(name, _)| name);
    let names = list(
        columns(layout.columns.iter()).chain(own.map(quoted)),
        |name| name,
    );
    let parameters = parameters(
        ["uuid[]"]
            .into_iter()
            .chain(layout.columns.iter().map(|column| column.kind.parameter()))
            .chain(OWN.map(|(_, kind)| kind)),
    );
    let values = values("x", &layout.columns);
    let own_values = list(own.into_iter(), |name| format!("x.{name}"));
    let assignments = list(columns(not_key(layout)).chain(own.map(quoted)), |name| {
        format!("{name} = excluded.{name}")
    });
    format!(
        "INSERT INTO {table} AS t (organization_id, {names})
SELECT x.organization_id, {values}, {own_values}
FROM unnest({parameters}) AS x (organization_id, {names})
ON CONFLICT ({conflict}) DO UPDATE SET {assignments}, deleted_at = NULL
WHERE t.version <= excluded.version AND CASE WHEN t.deleted_at IS NULL
    THEN t.content_hash IS DISTINCT FROM excluded.content_hash
    ELSE t.deleted_at <= excluded.observed_at END
RETURNING t.organization_id, {key} AS key, t.xmax = 0 AS created",
        table = layout.table,
        conflict = conflict(layout),
        key = key(layout),
    )
}

fn clear(layout: &Layout, items: &ListLayout) -> String {
    let keys = list(columns(layout.keys()), |name| name);
    let parameters = parameters(
        ["uuid[]"]
            .into_iter()
            .chain(layout.keys().map(|column| column.kind.parameter())),
    );
    format!(
        "DELETE FROM {table} AS t USING unnest({parameters}) AS x (organization_id, {keys})
WHERE t.organization_id = x.organization_id AND {same}",
        table = items.table,
        same = same("x", layout),
    )
}

fn fill(layout: &Layout, items: &ListLayout) -> String {
    let keys = list(columns(layout.keys()), |name| name);
    let names = list(columns(items.columns.iter()), |name| name);
    let parameters = parameters(
        ["uuid[]"]
            .into_iter()
            .chain(layout.keys().map(|column| column.kind.parameter()))
            .chain(["int8[]"])
            .chain(items.columns.iter().map(|column| column.kind.parameter())),
    );
    format!(
        "INSERT INTO {table} (organization_id, {keys}, position, {names})
SELECT x.organization_id, {key_values}, x.position, {values}
FROM unnest({parameters}) AS x (organization_id, {keys}, position, {names})",
        table = items.table,
        key_values = list(columns(layout.keys()), |name| format!("x.{name}")),
        values = values("x", &items.columns),
    )
}

/// The group is what shares the first column of the key; the newest is the one with the greatest last column.
fn newest(layout: &Layout, newest: Newest) -> String {
    let mut keys = columns(layout.keys());
    let group = keys.next().unwrap_or_default();
    let order = keys.last().unwrap_or_default();
    let kept = || {
        let kept = layout
            .columns
            .iter()
            .filter(|column| !newest.without.contains(&column.name));
        columns(kept).chain(["content_hash", "observed_at"].map(quoted))
    };
    format!(
        "INSERT INTO {table} AS t (organization_id, {names}, version)
SELECT n.organization_id, {values}, n.{order}
FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::int8[]) AS u (organization_id, {group})) AS k
CROSS JOIN LATERAL (
    SELECT * FROM {source} AS s
    WHERE s.organization_id = k.organization_id AND s.{group} = k.{group} AND s.deleted_at IS NULL
    ORDER BY s.{order} DESC LIMIT 1
) AS n
ORDER BY 1, n.{group}
ON CONFLICT (organization_id, {group}) DO UPDATE
SET {assignments}, version = excluded.version, deleted_at = NULL
WHERE t.version < excluded.version
    OR t.version = excluded.version AND t.content_hash IS DISTINCT FROM excluded.content_hash
    OR t.deleted_at IS NOT NULL",
        table = newest.table,
        source = layout.table,
        names = list(kept(), |name| name),
        values = list(kept(), |name| format!("n.{name}")),
        assignments = list(kept().filter(|name| *name != group), |name| {
            format!("{name} = excluded.{name}")
        }),
    )
}

/// A reading later than the deletion is not undone by it.
fn delete(layout: &Layout) -> String {
    let keys = list(columns(layout.keys()), |name| name);
    let parameters = parameters(
        ["uuid[]"]
            .into_iter()
            .chain(layout.keys().map(|column| column.kind.parameter()))
            .chain(["timestamptz[]", "int8[]"]),
    );
    format!(
        "UPDATE {table} AS t SET deleted_at = x.deleted_at, version = greatest(t.version, x.version)
FROM unnest({parameters}) AS x (organization_id, {keys}, deleted_at, version)
WHERE t.organization_id = x.organization_id AND {same} AND t.deleted_at IS NULL
    AND t.observed_at <= x.deleted_at AND t.version <= coalesce(x.version, t.version)
RETURNING t.organization_id, {key} AS key, {project} AS project_id, t.content_hash",
        table = layout.table,
        same = same("x", layout),
        key = key(layout),
        project = project(layout),
    )
}

fn gone(layout: &Layout) -> String {
    let keys = list(columns(layout.keys()), |name| name);
    let parameters = parameters(
        ["uuid[]"]
            .into_iter()
            .chain(layout.keys().map(|column| column.kind.parameter())),
    );
    format!(
        "SELECT t.organization_id, {key} AS key, {project} AS project_id, t.content_hash
FROM unnest({parameters}) AS x (organization_id, {keys})
JOIN {table} AS t ON t.organization_id = x.organization_id AND {same}
WHERE t.deleted_at IS NOT NULL",
        table = layout.table,
        same = same("x", layout),
        key = key(layout),
        project = project(layout),
    )
}

fn sweep(layout: &Layout) -> String {
    let key = key(layout);
    let scope = layout.scope_column().map_or_else(String::new, |column| {
        format!("\n    AND t.{column} = x.scope_id")
    });
    let seen = match layout.absence {
        Absence::DeletionInSeenProjects => {
            "
    AND EXISTS (SELECT FROM sync.scopes AS s WHERE s.connection_id = x.connection_id
        AND s.organization_id = x.organization_id AND s.id = t.project_id AND s.readable)"
        }
        Absence::Deletion | Absence::Unseen => "",
    };
    format!(
        "UPDATE {table} AS t SET deleted_at = x.deleted_at, version = greatest(t.version, x.version)
FROM unnest($1::uuid[], $2::int8[], $3::uuid[], $4::uuid[], $5::uuid[], $6::timestamptz[], $7::int8[])
    AS x (feed_id, epoch, connection_id, organization_id, scope_id, deleted_at, version)
WHERE t.organization_id = x.organization_id{scope}
    AND t.deleted_at IS NULL AND t.observed_at <= x.deleted_at{seen}
    AND NOT EXISTS (SELECT FROM sync.sweep_keys AS s
        WHERE s.feed_id = x.feed_id AND s.epoch = x.epoch AND s.key = {key})
    AND NOT EXISTS (SELECT FROM unnest($8::uuid[], $9::text[]) AS s (feed_id, key)
        WHERE s.feed_id = x.feed_id AND s.key = {key})
RETURNING x.feed_id, t.organization_id, {key} AS key, {project} AS project_id, t.content_hash",
        table = layout.table,
        project = project(layout),
    )
}

fn swept(layout: &Layout) -> String {
    let scope = layout
        .scope_column()
        .map_or_else(String::new, |column| format!(" AND t.{column} = $2"));
    format!(
        "SELECT t.organization_id, {key} AS key, {project} AS project_id, t.content_hash FROM {table} AS t
WHERE t.organization_id = $1{scope} AND t.deleted_at = $3 AND $2 IS NOT DISTINCT FROM $2::uuid",
        table = layout.table,
        key = key(layout),
        project = project(layout),
    )
}

/// Lists come as JSON arrays beside their row, so that rows can stream.
fn export(layout: &Layout) -> String {
    let mut lists = String::new();
    for (place, items) in layout.lists.iter().enumerate() {
        let same = list_of(
            layout.keys().map(|column| quoted(column.name)),
            " AND ",
            |name| format!("c.{name} = t.{name}"),
        );
        let _ = write!(
            lists,
            ",
    (SELECT json_agg(to_json(c) ORDER BY c.position) FROM {table} AS c
     WHERE c.organization_id = t.organization_id AND {same}) AS list_{place}",
            table = items.table,
        );
    }
    let gone = |table: &str, column: &str| {
        format!(
            "
    AND NOT EXISTS (SELECT FROM {table} AS p WHERE p.organization_id = t.organization_id
        AND p.id = t.{column} AND p.deleted_at IS NOT NULL)"
        )
    };
    // What belonged to a deleted project or repository is gone with it.
    let mut within = String::new();
    if layout.table != "ado.projects" && layout.has("project_id") {
        within += &gone("ado.projects", "project_id");
    }
    let repository = layout
        .columns
        .iter()
        .find(|column| column.name == "repository_id");
    if repository.is_some_and(|column| column.kind == Kind::Uuid) {
        within += &gone("ado.repositories", "repository_id");
    }
    format!(
        "DECLARE export NO SCROLL CURSOR FOR SELECT to_json(t) AS record{lists}
FROM {table} AS t
WHERE t.organization_id = $1 AND t.deleted_at IS NULL{within}",
        table = layout.table,
    )
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn columns<'a>(columns: impl Iterator<Item = &'a ColumnLayout>) -> impl Iterator<Item = String> {
    columns.map(|column| quoted(column.name))
}

fn not_key(layout: &Layout) -> impl Iterator<Item = &ColumnLayout> {
    let columns = layout.columns.iter().enumerate();
    columns
        .filter(|(place, _)| !layout.key.contains(place))
        .map(|(_, column)| column)
}

fn list<T>(items: impl Iterator<Item = T>, write: impl Fn(T) -> String) -> String {
    list_of(items, ", ", write)
}

fn list_of<T>(
    items: impl Iterator<Item = T>,
    between: &str,
    write: impl Fn(T) -> String,
) -> String {
    items.map(write).collect::<Vec<_>>().join(between)
}

/// `$1::uuid[], $2::int8[], …`
fn parameters(kinds: impl Iterator<Item = &'static str>) -> String {
    list(kinds.enumerate(), |(place, kind)| {
        format!("${}::{kind}", place + 1)
    })
}

/// The columns of the unnested parameters as the table wants them.
fn values(from: &str, columns: &[ColumnLayout]) -> String {
    list(columns.iter(), |column| match column.kind {
        Kind::Json => format!("{from}.{}::jsonb", quoted(column.name)),
        _ => format!("{from}.{}", quoted(column.name)),
    })
}

fn same(with: &str, layout: &Layout) -> String {
    list_of(columns(layout.keys()), " AND ", |name| {
        format!("t.{name} = {with}.{name}")
    })
}

/// The columns that the table's primary key is made of.
fn conflict(layout: &Layout) -> String {
    let last = layout.key.len();
    let keys = layout.keys().enumerate().map(|(place, column)| {
        if layout.long_key && place + 1 == last {
            format!("{}_md5", column.name)
        } else {
            column.name.to_owned()
        }
    });
    list(
        ["organization_id".to_owned()].into_iter().chain(keys),
        |name| quoted(&name),
    )
}

/// The key as the catalogue writes it.
fn key(layout: &Layout) -> String {
    list_of(columns(layout.keys()), " || '/' || ", |name| {
        format!("t.{name}::text")
    })
}

fn project(layout: &Layout) -> &'static str {
    if layout.table == "ado.projects" {
        "t.id"
    } else if layout.has("project_id") {
        "t.project_id"
    } else if layout.has("source_project_id") {
        "t.source_project_id"
    } else {
        "NULL::uuid"
    }
}
