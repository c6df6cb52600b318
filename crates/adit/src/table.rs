//! Tables for people: aligned, plain, and safe to show whatever is in them.

use std::fmt::{self, Write as _};

use chassis::telemetry::Escaped;
use unicode_width::UnicodeWidthStr as _;

/// A column's head, and which side its cells keep to.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    head: &'static str,
    right: bool,
}

impl Column {
    /// Text.
    pub const fn left(head: &'static str) -> Self {
        Self { head, right: false }
    }

    /// Numbers.
    pub const fn right(head: &'static str) -> Self {
        Self { head, right: true }
    }
}

/// Rows below heads. Its display has no control characters but the newlines between rows: names come from strangers.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Without rows yet.
    pub fn new(columns: impl Into<Vec<Column>>) -> Self {
        Self {
            columns: columns.into(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; a cell a column.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl fmt::Display>) {
        self.rows.push(
            cells
                .into_iter()
                .map(|cell| escaped(&cell.to_string()))
                .collect(),
        );
    }

    /// Whether there is nothing but heads.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn width(&self, place: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(place));
        let widest = cells.map(|cell| cell.width()).max().unwrap_or_default();
        widest.max(self.columns[place].head.width())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths: Vec<_> = (0..self.columns.len())
            .map(|place| self.width(place))
            .collect();
        let heads = self
            .columns
            .iter()
            .map(|column| column.head.to_owned())
            .collect();
        for row in std::iter::once(&heads).chain(&self.rows) {
            let mut line = String::new();
            for ((cell, column), width) in row.iter().zip(&self.columns).zip(&widths) {
                let gap = " ".repeat(width.saturating_sub(cell.width()));
                let (before, after) = if column.right {
                    (gap.as_str(), "")
                } else {
                    ("", gap.as_str())
                };
                write!(line, "{before}{cell}{after}  ")?;
            }
            writeln!(formatter, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// Text without what could end the line or change how it is shown.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Writing to a String cannot fail.
    let _ = Escaped(&mut out).write_str(text);
    out
}

/// At most so many columns of a terminal, with `…` where something was cut.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.width() <= most {
        return text.to_owned();
    }
    let mut out = String::new();
    for character in text.chars() {
        if out.width() + unicode_width::UnicodeWidthChar::width(character).unwrap_or_default()
            >= most
        {
            break;
        }
        out.push(character);
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_nothing_trails() {
        let mut table = Table::new([
            Column::left("ENTITY"),
            Column::right("ROWS"),
            Column::left("FRESH"),
        ]);
        table.row(["builds", "1500", "now"]);
        table.row(["日本", "7", ""]);
        let expected = "ENTITY  ROWS  FRESH\nbuilds  1500  now\n日本       7\n";
        assert_eq!(table.to_string(), expected);
    }

    #[test]
    fn names_of_strangers_cannot_draw() {
        let mut table = Table::new([Column::left("NAME")]);
        table.row(["a\nb\u{1b}[2J"]);
        assert_eq!(table.to_string(), "NAME\na\\nb\\u{1b}[2J\n");
    }

    #[test]
    fn a_long_text_is_cut_by_its_width() {
        for (text, most, expected) in [
            ("abcdef", 6, "abcdef"),
            ("abcdefg", 6, "abcde…"),
            ("日本語", 5, "日本…"),
        ] {
            assert_eq!(cut(text, most), expected);
        }
    }
}
