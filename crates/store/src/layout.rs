//! What the database has for an entity: names and types, and nothing of the record's type.

use wire::{Record, ScopeKind};

use crate::{
    cell::Cell,
    column::{Column, ColumnLayout},
    table::{Absence, ListLayout, Newest, Table},
};

/// The tables of an entity.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) table: &'static str,
    /// Where the parts of the key are among the columns.
    pub(crate) key: Vec<usize>,
    pub(crate) long_key: bool,
    pub(crate) columns: Vec<ColumnLayout>,
    pub(crate) lists: Vec<ListLayout>,
    pub(crate) scope: ScopeKind,
    pub(crate) absence: Absence,
    /// True when its rows are scopes of feeds.
    pub(crate) scoped: bool,
    pub(crate) newest: Option<Newest>,
    pub(crate) after: &'static [&'static str],
    /// True when records carry Azure DevOps' own version; otherwise the time of the reading is the version.
    pub(crate) versioned: bool,
}

impl Layout {
    pub(crate) fn of<R: Record>(table: &Table<R>) -> Self {
        let columns: Vec<_> = table.columns.iter().flat_map(Column::layout).collect();
        let place = |name: &&str| columns.iter().position(|column| column.name == *name);
        let key = table.key.iter().filter_map(place).collect();
        let mut lists = Vec::new();
        for child in table.children {
            child.layouts(None, &mut lists);
        }
        Self {
            table: table.name,
            key,
            long_key: table.long_key,
            columns,
            lists,
            scope: R::ENTITY.scope,
            absence: table.absence,
            scoped: table.scope.is_some(),
            newest: table.newest,
            after: table.after,
            versioned: R::default().version().is_some(),
        }
    }

    /// The columns of the key.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &ColumnLayout> {
        self.key.iter().map(|place| &self.columns[*place])
    }

    /// The key of a row, as the catalogue writes it and as the statements put it together.
    pub(crate) fn key_of(&self, cells: &[Cell<'_>]) -> String {
        let parts = self.key.iter().map(|place| cells[*place].key_text());
        parts
            .map(Option::unwrap_or_default)
            .collect::<Vec<_>>()
            .join("/")
    }

    /// True when there is such a column.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }

    /// The column that names the scope of a feed within the organization.
    pub(crate) const fn scope_column(&self) -> Option<&'static str> {
        match self.scope {
            ScopeKind::Organization => None,
            ScopeKind::Project => Some("project_id"),
            ScopeKind::Repository => Some("repository_id"),
        }
    }
}
