//! Tables for people, with columns as wide as their content.

/// A table printed as text.
#[derive(Debug)]
pub(super) struct TextTable {
    head: Vec<TextColumn>,
    rows: Vec<Vec<String>>,
}

#[derive(Debug)]
struct TextColumn {
    name: String,
    is_number: bool,
}

impl TextTable {
    /// A table without columns.
    pub(super) fn new() -> Self {
        Self { head: Vec::new(), rows: Vec::new() }
    }

    /// Adds a column; numbers are aligned to the right.
    pub(super) fn with(mut self, name: impl Into<String>, is_number: bool) -> Self {
        self.head.push(TextColumn { name: name.into(), is_number });
        self
    }

    /// Adds a row, with one cell per column.
    pub(super) fn push(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The lines of the table, beginning with the names of the columns.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        let names: Vec<String> = self.head.iter().map(|column| column.name.clone()).collect();
        let widths: Vec<usize> = (0..self.head.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.chain(names.get(column)).map(|cell| width(cell)).max().unwrap_or(0)
            })
            .collect();
        std::iter::once(names).chain(self.rows.iter().cloned()).map(move |cells| {
            let mut line = String::new();
            for ((cell, column), width_of_column) in cells.iter().zip(&self.head).zip(&widths) {
                let gap = " ".repeat(width_of_column.saturating_sub(width(cell)));
                let (before, after) = if column.is_number { (gap.as_str(), "") } else { ("", gap.as_str()) };
                let between = if line.is_empty() { "" } else { "  " };
                line.extend([between, before, cell, after]);
            }
            line.truncate(line.trim_end().len());
            line
        })
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_content() {
        let mut columns = TextTable::new().with("name", false).with("value", true).with("", false);
        columns.push(["Köln", "1.5", "▌"].map(str::to_owned).into());
        columns.push(["Bonn am Rhein", "-12.25", ""].map(str::to_owned).into());
        let lines: Vec<String> = columns.lines().collect();
        assert_eq!(lines, ["name            value", "Köln              1.5  ▌", "Bonn am Rhein  -12.25"]);
    }
}
