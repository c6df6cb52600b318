//! How a member of a record becomes a column, or four.

use jiff::Timestamp;
use prost_types::Timestamp as ProtoTime;
use uuid::Uuid;
use wire::proto::core::v1::Identity;

use crate::{
    cell::{Cell, Kind},
    clean,
};

/// A member of a record `R`, by the name that it has in proto, SQL and exports.
pub(crate) struct Column<R: 'static> {
    pub(crate) name: &'static str,
    read: Read<R>,
}

enum Read<R: 'static> {
    Int8(fn(&R) -> Option<i64>),
    Float8(fn(&R) -> Option<f64>),
    Bool(fn(&R) -> Option<bool>),
    Text(fn(&R) -> &str),
    Json(fn(&R) -> &str),
    Names(fn(&R) -> &[String]),
    Uuid(fn(&R) -> &str),
    Time(fn(&R) -> Option<&ProtoTime>),
    Identity(fn(&R) -> Option<&Identity>),
}

/// A member that cannot be what its column holds.
#[derive(Debug, thiserror::Error)]
#[error("{name} is no guid: `{text}`")]
pub(crate) struct Malformed {
    name: &'static str,
    text: String,
}

/// A column as the database has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColumnLayout {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

impl<R: 'static> Column<R> {
    /// A whole number.
    pub(crate) const fn int8(name: &'static str, read: fn(&R) -> Option<i64>) -> Self {
        let read = Read::Int8(read);
        Self { name, read }
    }

    /// A number.
    pub(crate) const fn float8(name: &'static str, read: fn(&R) -> Option<f64>) -> Self {
        let read = Read::Float8(read);
        Self { name, read }
    }

    /// True or false.
    pub(crate) const fn bool(name: &'static str, read: fn(&R) -> Option<bool>) -> Self {
        let read = Read::Bool(read);
        Self { name, read }
    }

    /// A text; null when empty, but in a key.
    pub(crate) const fn text(name: &'static str, read: fn(&R) -> &str) -> Self {
        let read = Read::Text(read);
        Self { name, read }
    }

    /// The text of a JSON value; null when empty.
    pub(crate) const fn json(name: &'static str, read: fn(&R) -> &str) -> Self {
        let read = Read::Json(read);
        Self { name, read }
    }

    /// A list of texts, kept as JSON; null when empty.
    pub(crate) const fn names(name: &'static str, read: fn(&R) -> &[String]) -> Self {
        let read = Read::Names(read);
        Self { name, read }
    }

    /// A guid; null when empty. Only for what is a guid in all of Azure DevOps' history: anything else costs the
    /// whole record. Identity ids, for one, are texts.
    pub(crate) const fn uuid(name: &'static str, read: fn(&R) -> &str) -> Self {
        let read = Read::Uuid(read);
        Self { name, read }
    }

    /// A moment, to the microsecond.
    pub(crate) const fn time(name: &'static str, read: fn(&R) -> Option<&ProtoTime>) -> Self {
        let read = Read::Time(read);
        Self { name, read }
    }

    /// A person, group or service: four columns.
    pub(crate) const fn identity(name: &'static str, read: fn(&R) -> Option<&Identity>) -> Self {
        let read = Read::Identity(read);
        Self { name, read }
    }

    /// The columns in the database.
    pub(crate) fn layout(&self) -> Vec<ColumnLayout> {
        let kind = match self.read {
            Read::Int8(_) => Kind::Int8,
            Read::Float8(_) => Kind::Float8,
            Read::Bool(_) => Kind::Bool,
            Read::Text(_) => Kind::Text,
            Read::Json(_) | Read::Names(_) => Kind::Json,
            Read::Uuid(_) => Kind::Uuid,
            Read::Time(_) => Kind::Time,
            Read::Identity(_) => {
                return ["id", "display_name", "unique_name", "descriptor"]
                    .map(|part| ColumnLayout {
                        // Layouts are built once in the life of a process.
                        name: format!("{}_{part}", self.name).leak(),
                        kind: Kind::Text,
                    })
                    .to_vec();
            }
        };
        let name = self.name;
        vec![ColumnLayout { name, kind }]
    }

    /// Reads the cells of a record, as many as the layout has columns.
    pub(crate) fn read<'a>(
        &self,
        record: &'a R,
        cells: &mut Vec<Cell<'a>>,
    ) -> Result<(), Malformed> {
        let cell = match self.read {
            Read::Int8(read) => Cell::Int8(read(record)),
            Read::Float8(read) => Cell::Float8(read(record)),
            Read::Bool(read) => Cell::Bool(read(record)),
            Read::Text(read) => text(read(record)),
            Read::Json(read) => {
                let json = read(record);
                Cell::Json((!json.is_empty()).then(|| clean::json(json)))
            }
            Read::Names(read) => names(read(record)),
            Read::Uuid(read) => Cell::Uuid(guid(self.name, read(record))?),
            Read::Time(read) => Cell::Time(read(record).and_then(moment)),
            Read::Identity(read) => {
                let identity = read(record);
                for member in [
                    identity.map(|identity| &identity.id),
                    identity.map(|identity| &identity.display_name),
                    identity.map(|identity| &identity.unique_name),
                ] {
                    cells.push(member.map_or(Cell::Text(None), |member| text(member)));
                }
                identity.map_or(Cell::Text(None), |identity| text(&identity.descriptor))
            }
        };
        cells.push(cell);
        Ok(())
    }
}

/// A guid, if there is one.
fn guid(name: &'static str, text: &str) -> Result<Option<Uuid>, Malformed> {
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse() {
        Ok(guid) => Ok(Some(guid)),
        Err(_) => Err(Malformed {
            name,
            text: text.to_owned(),
        }),
    }
}

fn text(text: &str) -> Cell<'_> {
    let text = clean::text(text);
    Cell::Text((!text.is_empty()).then_some(text))
}

fn names(names: &[String]) -> Cell<'static> {
    let json = serde_json::Value::from(names).to_string();
    Cell::Json((!names.is_empty()).then(|| clean::json(&json).into_owned().into()))
}

/// Whole microseconds, which is what PostgreSQL keeps.
fn moment(time: &ProtoTime) -> Option<Timestamp> {
    let time = wire::to_timestamp(time)?;
    Timestamp::from_microsecond(time.as_microsecond()).ok()
}
