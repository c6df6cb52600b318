//! Plain tables: the first column to the left, figures to the right.

use std::fmt;

/// A table with a line of headings.
#[derive(Debug)]
pub(crate) struct Table<const N: usize>(Vec<[String; N]>);

impl<const N: usize> Table<N> {
    pub(crate) fn new(headings: [&str; N]) -> Self {
        Self(vec![headings.map(str::to_owned)])
    }

    pub(crate) fn row(&mut self, cells: [String; N]) {
        self.0.push(cells);
    }
}

impl<const N: usize> fmt::Display for Table<N> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| self.0.iter().map(|row| row[column].chars().count()).max();
        for (line, row) in self.0.iter().enumerate() {
            if line > 0 {
                writeln!(out)?;
            }
            for (column, cell) in row.iter().enumerate() {
                let width = width(column).unwrap_or_default();
                if column == 0 {
                    write!(out, "  {cell:<width$}")?;
                } else {
                    write!(out, "  {cell:>width$}")?;
                }
            }
        }
        Ok(())
    }
}

/// A number with its thousands apart.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut apart = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            apart.push(',');
        }
        apart.push(digit);
    }
    apart
}

/// Seconds, to a tenth.
pub(crate) fn seconds(seconds: f64) -> String {
    format!("{seconds:.1}")
}

/// So many in so long.
pub(crate) fn rate(records: u64, seconds: f64) -> f64 {
    let records = u32::try_from(records).map_or(f64::INFINITY, f64::from);
    records / seconds.max(0.001)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_below_one_another() {
        let mut table = Table::new(["what", "how many"]);
        table.row(["builds".to_owned(), number(1_234_567)]);
        table.row(["refs".to_owned(), number(100)]);
        assert_eq!(
            table.to_string(),
            "  what     how many\n  builds  1,234,567\n  refs          100"
        );
    }
}
