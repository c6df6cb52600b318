//! The upsert: one statement a table, and what a refused value costs is that value's row alone.

use std::{collections::HashMap, iter};

use sqlx::{Connection, PgConnection, Row as _};
use uuid::Uuid;

use crate::{Error, bind, mapping::Mapping, row::Row};

/// What became of a row.
#[derive(Clone, Debug)]
pub(super) enum RowFate {
    Created,
    Updated,
    Unchanged,
    /// PostgreSQL refuses one of its values, for this reason.
    Refused(String),
}

/// Stores rows with all that hangs on them, and tells what became of each. Where PostgreSQL refuses a value, the rows
/// are halved until that row is alone.
pub(super) async fn upsert(
    connection: &mut PgConnection,
    mapping: &Mapping,
    rows: &[Row<'_>],
) -> Result<Vec<RowFate>, Error> {
    let mut fates = vec![RowFate::Unchanged; rows.len()];
    let mut ranges: Vec<_> = iter::once(0..rows.len()).collect();
    while let Some(range) = ranges.pop() {
        let mut savepoint = connection.begin().await?;
        match write(&mut savepoint, mapping, &rows[range.clone()]).await {
            Ok(changed) => {
                savepoint.commit().await?;
                for (place, created) in changed {
                    fates[range.start + place] = if created {
                        RowFate::Created
                    } else {
                        RowFate::Updated
                    };
                }
            }
            Err(Error::Data(error)) => {
                savepoint.rollback().await?;
                if range.len() == 1 {
                    fates[range.start] = RowFate::Refused(reason(&error));
                } else {
                    let middle = usize::midpoint(range.start, range.end);
                    ranges.extend([range.start..middle, middle..range.end]);
                }
            }
            Err(error) => return Err(error),
        }
    }
    follow(connection, mapping, rows, &fates).await?;
    Ok(fates)
}

fn reason(error: &sqlx::Error) -> String {
    match error.as_database_error() {
        Some(error) => error.message().to_owned(),
        None => error.to_string(),
    }
}

/// Stores rows and their lists; tells the places of those that changed, and whether they are new.
async fn write(
    connection: &mut PgConnection,
    mapping: &Mapping,
    rows: &[Row<'_>],
) -> Result<Vec<(usize, bool)>, Error> {
    let organizations: Vec<_> = rows.iter().map(|row| row.organization).collect();
    let mut statement = sqlx::query(mapping.sql.upsert).bind(organizations);
    for (place, column) in mapping.layout.columns.iter().enumerate() {
        let cells = rows.iter().map(|row| &row.cells[place]);
        statement = bind::column(statement, column.kind, cells);
    }
    let times = rows.iter().map(|row| bind::time(row.observed_at));
    let written = statement
        .bind(rows.iter().map(|row| row.hash).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.version).collect::<Vec<_>>())
        .bind(times.collect::<Vec<_>>())
        .fetch_all(&mut *connection)
        .await?;
    let places: HashMap<(Uuid, &str), usize> = rows
        .iter()
        .enumerate()
        .map(|(place, row)| ((row.organization, row.key.as_str()), place))
        .collect();
    let mut changed = Vec::with_capacity(written.len());
    for row in &written {
        if let Some(place) = places.get(&(row.try_get(0)?, row.try_get(1)?)) {
            changed.push((*place, row.try_get(2)?));
        }
    }
    if !mapping.layout.lists.is_empty() && !changed.is_empty() {
        write_lists(connection, mapping, rows, &changed).await?;
    }
    Ok(changed)
}

/// Replaces the lists of the rows that changed.
async fn write_lists(
    connection: &mut PgConnection,
    mapping: &Mapping,
    rows: &[Row<'_>],
    changed: &[(usize, bool)],
) -> Result<(), Error> {
    let updated: Vec<&Row<'_>> = changed
        .iter()
        .filter(|(_, created)| !created)
        .map(|(place, _)| &rows[*place])
        .collect();
    if !updated.is_empty() {
        for clear in &mapping.sql.clear {
            keys(mapping, clear, &updated, |_| 1)
                .execute(&mut *connection)
                .await?;
        }
    }
    let changed: Vec<&Row<'_>> = changed.iter().map(|(place, _)| &rows[*place]).collect();
    for (list, (layout, fill)) in mapping
        .layout
        .lists
        .iter()
        .zip(&mapping.sql.fill)
        .enumerate()
    {
        let items = || changed.iter().flat_map(|row| &row.lists[list]);
        if items().next().is_none() {
            continue;
        }
        let positions: Vec<_> = changed
            .iter()
            .flat_map(|row| (0i64..).zip(&row.lists[list]).map(|(position, _)| position))
            .collect();
        let mut statement =
            keys(mapping, fill, &changed, |row| row.lists[list].len()).bind(positions);
        for (place, column) in layout.columns.iter().enumerate() {
            statement = bind::column(statement, column.kind, items().map(|item| &item[place]));
        }
        statement.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Binds the organization and the key of rows, each as often as `times` says.
fn keys(
    mapping: &Mapping,
    sql: &'static str,
    rows: &[&Row<'_>],
    times: impl Fn(&Row<'_>) -> usize,
) -> bind::Statement {
    let organizations: Vec<_> = rows
        .iter()
        .flat_map(|row| iter::repeat_n(row.organization, times(row)))
        .collect();
    let mut statement = sqlx::query(sql).bind(organizations);
    for place in &mapping.layout.key {
        let cells = rows
            .iter()
            .flat_map(|row| iter::repeat_n(&row.cells[*place], times(row)));
        statement = bind::column(statement, mapping.layout.columns[*place].kind, cells);
    }
    statement
}

/// Carries out what follows from changed rows: newest rows, and statements of the entity's own.
async fn follow(
    connection: &mut PgConnection,
    mapping: &Mapping,
    rows: &[Row<'_>],
    fates: &[RowFate],
) -> Result<(), Error> {
    let Some(group) = mapping.layout.key.first() else {
        return Ok(());
    };
    let changed = || {
        let fates = rows.iter().zip(fates);
        fates
            .filter(|(_, fate)| matches!(fate, RowFate::Created | RowFate::Updated))
            .map(|(row, _)| row)
    };
    if changed().next().is_none() {
        return Ok(());
    }
    for sql in mapping
        .sql
        .newest
        .iter()
        .chain(mapping.layout.after)
        .copied()
    {
        let organizations: Vec<_> = changed().map(|row| row.organization).collect();
        let groups = changed().map(|row| row.cells[*group].int8());
        sqlx::query(sql)
            .bind(organizations)
            .bind(groups.collect::<Vec<_>>())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
