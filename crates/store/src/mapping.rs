//! Every entity's mapping: its layout and its statements, made once.

use std::sync::LazyLock;

use wire::{Entity, PageError, Record};

use crate::{
    ado::TABLES,
    layout::Layout,
    row::{self, Records},
    sql::Statements,
    table::Table,
};

/// A table, whatever its records are.
pub(crate) trait Mapped: Sync {
    fn entity(&self) -> &'static Entity;
    fn layout(&self) -> Layout;
    fn decode(
        &'static self,
        layout: &'static Layout,
        payload: &[u8],
    ) -> Result<Box<dyn Records>, PageError>;
}

impl<R: Record> Mapped for Table<R> {
    fn entity(&self) -> &'static Entity {
        R::ENTITY
    }

    fn layout(&self) -> Layout {
        Layout::of(self)
    }

    fn decode(
        &'static self,
        layout: &'static Layout,
        payload: &[u8],
    ) -> Result<Box<dyn Records>, PageError> {
        row::decode(self, layout, payload)
    }
}

/// How the records of an entity are kept.
pub(crate) struct Mapping {
    pub(crate) entity: &'static Entity,
    pub(crate) layout: Layout,
    pub(crate) sql: Statements,
    table: &'static dyn Mapped,
}

impl Mapping {
    /// The mapping of an entity of the catalogue.
    pub(crate) fn of(entity: &Entity) -> &'static Self {
        MAPPINGS
            .iter()
            .find(|mapping| mapping.entity == entity)
            .expect("a test goes through the catalogue: every entity has a table")
    }

    /// Decodes the payload of a page.
    pub(crate) fn decode(&'static self, payload: &[u8]) -> Result<Box<dyn Records>, PageError> {
        self.table.decode(&self.layout, payload)
    }
}

static MAPPINGS: LazyLock<Vec<Mapping>> = LazyLock::new(|| {
    let mapping = |table: &&'static dyn Mapped| {
        let layout = table.layout();
        Mapping {
            entity: table.entity(),
            sql: Statements::of(&layout),
            layout,
            table: *table,
        }
    };
    TABLES.iter().map(mapping).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entity_of_the_catalogue_has_one_table() {
        for entity in wire::ENTITIES {
            let tables = TABLES.iter().filter(|table| table.entity() == *entity);
            assert_eq!(tables.count(), 1, "{}", entity.name);
        }
        assert_eq!(TABLES.len(), wire::ENTITIES.len());
    }

    #[test]
    fn every_part_of_a_key_is_a_column() {
        for mapping in MAPPINGS.iter() {
            assert!(!mapping.layout.key.is_empty(), "{}", mapping.entity.name);
        }
    }
}
