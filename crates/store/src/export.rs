//! Rows as JSON objects: the names of the proto fields, lists as arrays, and nothing where there is nothing.

use futures::{
    StreamExt as _, TryStreamExt as _,
    stream::{self, BoxStream},
};
use jiff::Timestamp;
use serde_json::{Map, Value};
use sqlx::{Postgres, Row as _, Transaction, postgres::PgRow, types::Json};
use uuid::Uuid;
use wire::Entity;

use crate::{Error, Store, cell::Kind, column::ColumnLayout, layout::Layout, mapping::Mapping};

/// Rows a step: no statement runs for long, however large the organization.
const STEP: &str = "FETCH 500 FROM export";

impl Store {
    /// All records of an entity in an organization that are not deleted, nor belong to a project or repository that
    /// is. Times are RFC 3339 in UTC with six decimals. `extra` is left out.
    pub fn export(
        &self,
        entity: &Entity,
        organization: Uuid,
    ) -> BoxStream<'_, Result<Value, Error>> {
        let mapping = Mapping::of(entity);
        stream::try_unfold(None, move |cursor| async move {
            let mut cursor = match cursor {
                Some(cursor) => cursor,
                None => self.open(mapping, organization).await?,
            };
            // The same text has other columns each time: it must not be prepared for good.
            let rows = sqlx::query(STEP)
                .persistent(false)
                .fetch_all(&mut *cursor)
                .await?;
            if rows.is_empty() {
                return Ok::<_, Error>(None);
            }
            let objects: Vec<_> = rows.iter().map(|row| read(&mapping.layout, row)).collect();
            Ok(Some((stream::iter(objects), Some(cursor))))
        })
        .try_flatten()
        .boxed()
    }

    async fn open(
        &self,
        mapping: &Mapping,
        organization: Uuid,
    ) -> Result<Transaction<'static, Postgres>, Error> {
        let mut cursor = self.pool.begin().await?;
        sqlx::query(mapping.sql.export)
            .bind(organization)
            .execute(&mut *cursor)
            .await?;
        Ok(cursor)
    }

    /// How many records of an entity there are in an organization, without the deleted ones.
    pub async fn count(&self, entity: &Entity, organization: Uuid) -> Result<i64, Error> {
        let count = sqlx::query_scalar(Mapping::of(entity).sql.count)
            .bind(organization)
            .fetch_one(&self.pool)
            .await?;
        Ok(count)
    }
}

fn read(layout: &Layout, row: &PgRow) -> Result<Value, Error> {
    let Json(record): Json<Map<String, Value>> = row.try_get(0)?;
    let mut object = object(&layout.columns, &record);
    let mut lists = Vec::new();
    for place in 0..layout.lists.len() {
        let items: Option<Json<Vec<Map<String, Value>>>> = row.try_get(place + 1)?;
        lists.push(items.map(|Json(items)| items).unwrap_or_default());
    }
    nest(layout, None, None, &lists, &mut object);
    Ok(Value::Object(object))
}

/// Puts the lists that are directly within `within` into `object`; where a link is, only the items of `of`.
fn nest(
    layout: &Layout,
    within: Option<usize>,
    of: Option<&Map<String, Value>>,
    lists: &[Vec<Map<String, Value>>],
    object: &mut Map<String, Value>,
) {
    let own = layout.lists.iter().enumerate();
    for (place, list) in own.filter(|(_, list)| list.within == within) {
        let linked = |item: &&Map<String, Value>| match (list.link, of) {
            (Some(link), Some(of)) => item.get(link.column) == of.get(link.of),
            _ => true,
        };
        let columns = &list.columns[usize::from(list.link.is_some())..];
        let items: Vec<Value> = lists[place]
            .iter()
            .filter(linked)
            .map(|item| {
                let mut inner = self::object(columns, item);
                nest(layout, Some(place), Some(item), lists, &mut inner);
                Value::Object(inner)
            })
            .collect();
        if !items.is_empty() {
            object.insert(list.field.to_owned(), Value::Array(items));
        }
    }
}

/// The columns that say something.
fn object(columns: &[ColumnLayout], row: &Map<String, Value>) -> Map<String, Value> {
    let said = columns.iter().filter(|column| column.name != "extra");
    let values = said.filter_map(|column| {
        let value = row.get(column.name).filter(|value| !value.is_null())?;
        let value = match column.kind {
            Kind::Time => Value::String(time(value.as_str()?)?),
            _ => value.clone(),
        };
        Some((column.name.to_owned(), value))
    });
    values.collect()
}

/// PostgreSQL's JSON has times in the session's zone, without trailing zeros.
fn time(text: &str) -> Option<String> {
    let time: Timestamp = text.parse().ok()?;
    Some(format!("{time:.6}"))
}
