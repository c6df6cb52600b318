//! How a record becomes a row and its lists become rows of other tables: as data.

use wire::Record;

pub(crate) use crate::column::Column;
use crate::{
    cell::Cell,
    column::{ColumnLayout, Malformed},
};

/// Where the records of an entity are kept.
pub(crate) struct Table<R: 'static> {
    /// Name with its schema.
    pub(crate) name: &'static str,
    /// Columns of the key within the organization, in the order of the catalogue's key.
    pub(crate) key: &'static [&'static str],
    /// The last column of the key may be too long for an index: its MD5, in the column `…_md5`, stands for it.
    pub(crate) long_key: bool,
    /// What the record says of itself.
    pub(crate) columns: &'static [Column<R>],
    /// Its lists.
    pub(crate) children: &'static [&'static dyn Child<R>],
    /// What it means that a row is not in a whole listing.
    pub(crate) absence: Absence,
    /// The feeds' scope that the record stands for.
    pub(crate) scope: Option<fn(&R) -> Scope<'_>>,
    /// A table that holds the newest of the rows that share all of the key but its last column.
    pub(crate) newest: Option<Newest>,
    /// Statements over what changed: `$1` are organizations and `$2` the first column of their keys.
    pub(crate) after: &'static [&'static str],
}

impl<R> Table<R> {
    /// What most tables are.
    pub(crate) const PLAIN: Self = Self {
        name: "",
        key: &[],
        long_key: false,
        columns: &[],
        children: &[],
        absence: Absence::Deletion,
        scope: None,
        newest: None,
        after: &[],
    };
}

/// What it means that a row is not in a whole listing of its scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absence {
    /// It is gone.
    Deletion,
    /// It is gone if the listing's connection still sees its project: without, only the permission may be.
    DeletionInSeenProjects,
    /// Nothing for the row: only deletions that Azure DevOps tells one by one delete it. The connection does not see
    /// it any more.
    Unseen,
}

/// What feeds can cover: a project or a repository.
#[derive(Clone, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) kind: &'static str,
    pub(crate) id: &'a str,
    pub(crate) project_id: &'a str,
    pub(crate) name: &'a str,
    /// False when nothing below it can be read.
    pub(crate) readable: bool,
}

/// A table kept beside another one: the newest row of each group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Newest {
    /// Name with its schema.
    pub(crate) table: &'static str,
    /// Columns that it does not have.
    pub(crate) without: &'static [&'static str],
}

/// A list in records `R`, kept in a table of its own: replaced whole when the record changes.
pub(crate) struct List<R: 'static, I: 'static> {
    /// Name with its schema.
    pub(crate) table: &'static str,
    /// Name of the list in the record.
    pub(crate) field: &'static str,
    /// The list.
    pub(crate) items: fn(&R) -> &[I],
    /// What an item says of itself.
    pub(crate) columns: &'static [Column<I>],
    /// The item's own lists.
    pub(crate) children: &'static [&'static dyn Child<I>],
    /// How a list within a list names the item that it belongs to.
    pub(crate) link: Option<Link>,
}

/// `column` of the inner table holds what `of` holds in the item that the list belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) column: &'static str,
    pub(crate) of: &'static str,
}

/// A table of list items as the database has it.
#[derive(Debug)]
pub(crate) struct ListLayout {
    pub(crate) table: &'static str,
    pub(crate) field: &'static str,
    /// Place of the list that it is within, if any.
    pub(crate) within: Option<usize>,
    pub(crate) link: Option<Link>,
    /// The link, if any, and then what an item says of itself.
    pub(crate) columns: Vec<ColumnLayout>,
}

/// The rows of one list table that belong to one record.
pub(crate) type Items<'a> = Vec<Vec<Cell<'a>>>;

/// A list, whatever its items are. Lists within lists are numbered depth first.
pub(crate) trait Child<R>: Sync {
    /// Appends the layout of this list and of the lists within it.
    fn layouts(&self, within: Option<(usize, &[ColumnLayout])>, layouts: &mut Vec<ListLayout>);

    /// Appends the rows of this list to the first of `lists`, and those of the lists within it to the next ones.
    fn read<'a>(
        &self,
        record: &'a R,
        link: Option<&dyn Fn(&'static str) -> Option<Cell<'a>>>,
        lists: &mut [Items<'a>],
    ) -> Result<(), Malformed>;

    /// How many tables it takes.
    fn tables(&self) -> usize;
}

impl<R, I> Child<R> for List<R, I> {
    fn layouts(&self, within: Option<(usize, &[ColumnLayout])>, layouts: &mut Vec<ListLayout>) {
        let own: Vec<_> = self.columns.iter().flat_map(Column::layout).collect();
        let linked = self.link.zip(within).and_then(|(link, (_, outer))| {
            let outer = outer.iter().find(|column| column.name == link.of)?;
            Some(ColumnLayout {
                name: link.column,
                kind: outer.kind,
            })
        });
        let place = layouts.len();
        layouts.push(ListLayout {
            table: self.table,
            field: self.field,
            within: within.map(|(place, _)| place),
            link: self.link,
            columns: linked.into_iter().chain(own.iter().copied()).collect(),
        });
        for child in self.children {
            child.layouts(Some((place, &own)), layouts);
        }
    }

    fn read<'a>(
        &self,
        record: &'a R,
        link: Option<&dyn Fn(&'static str) -> Option<Cell<'a>>>,
        lists: &mut [Items<'a>],
    ) -> Result<(), Malformed> {
        let Some((rows, inner)) = lists.split_first_mut() else {
            return Ok(());
        };
        for item in (self.items)(record) {
            let mut cells = Vec::with_capacity(self.columns.len() + 1);
            cells.extend(self.link.zip(link).and_then(|(link, find)| find(link.of)));
            for column in self.columns {
                column.read(item, &mut cells)?;
            }
            rows.push(cells);
            let find = |name: &'static str| {
                let column = self.columns.iter().find(|column| column.name == name)?;
                let mut cells = Vec::new();
                column.read(item, &mut cells).ok()?;
                cells.pop()
            };
            let mut place = 0;
            for child in self.children {
                let end = place + child.tables();
                child.read(item, Some(&find), &mut inner[place..end])?;
                place = end;
            }
        }
        Ok(())
    }

    fn tables(&self) -> usize {
        1 + self
            .children
            .iter()
            .map(|child| child.tables())
            .sum::<usize>()
    }
}

impl<R: Record> Table<R> {
    /// Reads the cells of a record, as many as the layout has columns.
    pub(crate) fn cells<'a>(&self, record: &'a R) -> Result<Vec<Cell<'a>>, Malformed> {
        let mut cells = Vec::with_capacity(self.columns.len() + 8);
        for column in self.columns {
            let place = cells.len();
            column.read(record, &mut cells)?;
            // A part of a key may be empty, but never null.
            if self.key.contains(&column.name)
                && let Some(Cell::Text(text @ None)) = cells.get_mut(place)
            {
                *text = Some("".into());
            }
        }
        Ok(cells)
    }

    /// Reads the lists of a record, in the order of the layouts.
    pub(crate) fn lists<'a>(&self, record: &'a R) -> Result<Vec<Items<'a>>, Malformed> {
        let mut lists = Vec::new();
        lists.resize_with(
            self.children.iter().map(|child| child.tables()).sum(),
            Vec::new,
        );
        let mut place = 0;
        for child in self.children {
            let end = place + child.tables();
            child.read(record, None, &mut lists[place..end])?;
            place = end;
        }
        Ok(lists)
    }
}
