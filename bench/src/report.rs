//! The table at the end of a run, ready to paste into `docs/performance.md`.
#![expect(clippy::print_stdout, reason = "the report is the output of the command")]

use std::fmt::{self, Write as _};

use anyhow::Result;

/// The figures of one run.
#[derive(Debug)]
pub(super) struct Report {
    machine: String,
    rows: Vec<Row>,
}

/// One figure.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// The name of the measurement.
    pub(super) what: String,
    /// The figure of HiveBox.
    pub(super) hivebox: String,
    /// The figure to compare with, if any.
    pub(super) beside: String,
    /// The goal, if any.
    pub(super) goal: String,
    /// Whether HiveBox meets the goal.
    pub(super) met: Option<bool>,
}

const HEAD: [&str; 5] = ["measured", "HiveBox", "beside", "goal", "met"];

impl Report {
    /// An empty report for this machine.
    pub(super) fn new(machine: String) -> Self {
        Self { machine, rows: Vec::new() }
    }

    /// Adds a row.
    pub(super) fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Prints the report to standard output.
    pub(super) fn print(&self) -> Result<()> {
        let mut text = String::new();
        write!(text, "{self}")?;
        println!("{text}");
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = |row: &Row| {
            let met = row.met.map_or("", |met| if met { "yes" } else { "**no**" });
            [row.what.clone(), row.hivebox.clone(), row.beside.clone(), row.goal.clone(), met.to_owned()]
        };
        let rows: Vec<_> = self.rows.iter().map(cells).collect();
        let mut widths = HEAD.map(str::len);
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        writeln!(f, "{}\n", self.machine)?;
        write_line(f, &HEAD, &widths, ' ')?;
        write_line(f, &[""; 5], &widths, '-')?;
        rows.iter().try_for_each(|row| write_line(f, &row.each_ref().map(String::as_str), &widths, ' '))
    }
}

fn write_line(f: &mut fmt::Formatter<'_>, cells: &[&str; 5], widths: &[usize; 5], fill: char) -> fmt::Result {
    for (cell, width) in cells.iter().zip(widths) {
        let padding = fill.to_string().repeat(width.saturating_sub(cell.chars().count()));
        write!(f, "| {cell}{padding} ")?;
    }
    writeln!(f, "|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_an_aligned_markdown_table() {
        let mut report = Report::new("a machine".to_owned());
        let row = |what: &str, met| Row {
            what: what.to_owned(),
            hivebox: "1 µs".to_owned(),
            goal: "2 µs".to_owned(),
            met,
            ..Row::default()
        };
        report.add(row("speed", Some(true)));
        report.add(row("more speed", Some(false)));
        let expected = "\
a machine

| measured   | HiveBox | beside | goal | met    |
| ---------- | ------- | ------ | ---- | ------ |
| speed      | 1 µs    |        | 2 µs | yes    |
| more speed | 1 µs    |        | 2 µs | **no** |
";
        assert_eq!(report.to_string(), expected);
    }
}
