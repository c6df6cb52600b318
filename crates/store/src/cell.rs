//! One value of one row, on its way into the database.

use std::borrow::Cow;

use jiff::Timestamp;
use uuid::Uuid;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Int8,
    Float8,
    Bool,
    Text,
    Json,
    Uuid,
    Time,
}

impl Kind {
    /// The type of the parameter that carries a whole column: JSON travels as text.
    pub(crate) const fn parameter(self) -> &'static str {
        match self {
            Self::Int8 => "int8[]",
            Self::Float8 => "float8[]",
            Self::Bool => "bool[]",
            Self::Text | Self::Json => "text[]",
            Self::Uuid => "uuid[]",
            Self::Time => "timestamptz[]",
        }
    }
}

/// A value; empty where the column shall be null.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    Int8(Option<i64>),
    Float8(Option<f64>),
    Bool(Option<bool>),
    Text(Option<Cow<'a, str>>),
    Json(Option<Cow<'a, str>>),
    Uuid(Option<Uuid>),
    Time(Option<Timestamp>),
}

impl Cell<'_> {
    /// The value as PostgreSQL casts it to text, for keys; nothing when it is null.
    pub(crate) fn key_text(&self) -> Option<String> {
        match self {
            Self::Int8(value) => value.map(|value| value.to_string()),
            Self::Text(value) => value.as_ref().map(|value| value.clone().into_owned()),
            Self::Uuid(value) => value.map(|value| value.to_string()),
            _ => None,
        }
    }

    pub(crate) const fn int8(&self) -> Option<i64> {
        match self {
            Self::Int8(value) => *value,
            _ => None,
        }
    }

    pub(crate) const fn float8(&self) -> Option<f64> {
        match self {
            Self::Float8(value) => *value,
            _ => None,
        }
    }

    pub(crate) const fn bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => *value,
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(value) | Self::Json(value) => value.as_deref(),
            _ => None,
        }
    }

    pub(crate) const fn uuid(&self) -> Option<Uuid> {
        match self {
            Self::Uuid(value) => *value,
            _ => None,
        }
    }

    pub(crate) const fn time(&self) -> Option<Timestamp> {
        match self {
            Self::Time(value) => *value,
            _ => None,
        }
    }
}
