//! Binds rows column by column, an array a column.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{Postgres, postgres::PgArguments, query::Query};

use crate::cell::{Cell, Kind};

pub(crate) type Statement = Query<'static, Postgres, PgArguments>;

/// Binds one column of all rows.
pub(crate) fn column<'a>(
    statement: Statement,
    kind: Kind,
    cells: impl Iterator<Item = &'a Cell<'a>>,
) -> Statement {
    match kind {
        Kind::Int8 => statement.bind(cells.map(Cell::int8).collect::<Vec<_>>()),
        Kind::Float8 => statement.bind(cells.map(Cell::float8).collect::<Vec<_>>()),
        Kind::Bool => statement.bind(cells.map(Cell::bool).collect::<Vec<_>>()),
        Kind::Text | Kind::Json => statement.bind(cells.map(Cell::text).collect::<Vec<_>>()),
        Kind::Uuid => statement.bind(cells.map(Cell::uuid).collect::<Vec<_>>()),
        Kind::Time => statement.bind(cells.map(|cell| cell.time().map(time)).collect::<Vec<_>>()),
    }
}

/// A moment as sqlx takes it.
pub(crate) fn time(time: Timestamp) -> jiff_sqlx::Timestamp {
    time.to_sqlx()
}
