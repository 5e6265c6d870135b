//! Prints an answer about the past as a table for people.

use hivebox_archive::history::question::{Every, Question};
use hivebox_climate::catalogue::Catalogue;
use jiff::Timestamp;

use crate::cli::text_table::TextTable;
use hivebox_question::history::{BucketRow, HistoryBody};

/// The length of a bar in cells. Each cell has eight steps.
const BAR_CELLS: usize = 20;
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// One table per phenomenon, with or without bars.
pub(super) fn text(body: &HistoryBody, question: &Question, bars: bool) -> String {
    let mut lines = Vec::new();
    for id in &question.phenomena {
        let phenomenon = Catalogue::builtin().phenomenon(*id);
        let rows: Vec<&BucketRow> =
            body.rows.iter().filter(|row| row.phenomenon == phenomenon.slug()).collect();
        let (name, unit) = (phenomenon.name(), phenomenon.unit());
        if rows.is_empty() {
            lines.push(format!("{name}: no readings from {} to {}", body.from, body.to));
        } else {
            lines.push(format!("{name} in {unit}"));
            lines.extend(table(&rows, question, bars).lines());
        }
        lines.push(String::new());
    }
    lines.push(foot(body));
    lines.push(String::new());
    lines.join("\n")
}

fn table(rows: &[&BucketRow], question: &Question, bars: bool) -> TextTable {
    let mut columns = TextTable::new().with("from", false);
    for name in ["count", "mean", "min", "max"] {
        columns = columns.with(name, true);
    }
    for percentile in &question.percentiles {
        columns = columns.with(format!("p{}", percentile.get()), true);
    }
    if bars {
        columns = columns.with("", false);
    }
    let means = || rows.iter().filter_map(|row| row.mean);
    let (lowest, highest) =
        (means().fold(f64::INFINITY, f64::min), means().fold(f64::NEG_INFINITY, f64::max));
    for row in rows {
        let mut cells = vec![moment(row.from, question), row.count.to_string()];
        let values = [row.mean, row.min, row.max].into_iter();
        let values = values.chain(row.percentiles.iter().map(|percentile| percentile.value));
        cells.extend(values.map(|value| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"))));
        if bars {
            cells.push(row.mean.map(|mean| bar(mean, lowest, highest)).unwrap_or_default());
        }
        columns.push(cells);
    }
    columns
}

/// The start of a bucket in local time.
fn moment(from: Timestamp, question: &Question) -> String {
    let format = match question.every {
        Some(Every::Days(_) | Every::Weeks(_) | Every::Months(_)) => "%Y-%m-%d %a",
        Some(Every::Fixed(_)) | None => "%Y-%m-%d %H:%M",
    };
    question.zone.to_datetime(from).strftime(format).to_string()
}

/// A bar for a value between the lowest and the highest one. The lowest has an eighth of a cell.
fn bar(value: f64, lowest: f64, highest: f64) -> String {
    let share = if highest > lowest { (value - lowest) / (highest - lowest) } else { 1.0 };
    let eighths = (share * (8 * BAR_CELLS) as f64).round().max(1.0) as usize;
    let (full, rest) = (eighths / 8, eighths % 8);
    let mut bar = "█".repeat(full);
    bar.extend(rest.checked_sub(1).map(|rest| EIGHTHS[rest]));
    bar
}

fn foot(body: &HistoryBody) -> String {
    let Some(through) = body.through else {
        return "There is no history yet: HiveBox makes it from snapshots, some minutes after the first."
            .to_owned();
    };
    let HistoryBody { every, timezone, source, .. } = body;
    let percentiles = match body.rows.iter().any(|row| !row.percentiles.is_empty()) {
        true if body.percentiles_exact => ", percentiles exact",
        true => ", percentiles within half a bin of the sketches",
        false => "",
    };
    format!("every {every} in {timezone}, from {source}{percentiles}; the history reaches {through:.0}")
}

#[cfg(test)]
mod tests {
    use hivebox_climate::selection::Selection;
    use jiff::SignedDuration;
    use jiff::tz::TimeZone;

    use super::*;

    fn question() -> Question {
        let from = "2026-10-24T22:00:00Z".parse().unwrap();
        Question {
            phenomena: vec![Catalogue::builtin().air_temperature()],
            selection: Selection::default(),
            from,
            to: from + SignedDuration::from_hours(3),
            every: "PT1H".parse().ok(),
            zone: TimeZone::get("Europe/Berlin").unwrap(),
            percentiles: Vec::new(),
        }
    }

    fn body(means: &[Option<f64>]) -> HistoryBody {
        let question = question();
        let hour = SignedDuration::from_hours(1);
        let rows = means.iter().zip(0..).map(|(&mean, hours)| BucketRow {
            from: question.from + hour * hours,
            to: question.from + hour * (hours + 1),
            phenomenon: "air_temperature",
            unit: "°C",
            count: if mean.is_some() { 1234 } else { 0 },
            mean,
            min: mean.map(|mean| mean - 10.0),
            max: mean.map(|mean| mean + 10.0),
            percentiles: Vec::new(),
        });
        HistoryBody {
            from: question.from,
            to: question.to,
            every: "PT1H".to_owned(),
            timezone: "Europe/Berlin".to_owned(),
            source: "hourly",
            percentiles_exact: false,
            through: Some(question.to),
            rows: rows.collect(),
        }
    }

    #[test]
    fn buckets_are_rows_with_bars_and_gaps_have_none() {
        insta::assert_snapshot!(text(&body(&[Some(-1.5), None, Some(8.25)]), &question(), true));
    }

    #[test]
    fn without_readings_it_is_told_how_far_history_reaches() {
        insta::assert_snapshot!(text(&body(&[]), &question(), true));
        let nothing = HistoryBody { through: None, ..body(&[]) };
        assert!(text(&nothing, &question(), false).contains("There is no history yet"));
    }

    #[test]
    fn bars_grow_with_values() {
        assert_eq!(bar(0.0, 0.0, 10.0), "▏");
        assert_eq!(bar(10.0, 0.0, 10.0), "█".repeat(BAR_CELLS));
        assert_eq!(bar(5.0, 5.0, 5.0), "█".repeat(BAR_CELLS));
        assert_eq!(bar(5.2, 0.0, 10.0).chars().count(), 11);
    }
}
