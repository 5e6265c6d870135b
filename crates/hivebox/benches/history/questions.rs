//! The same questions for HiveBox and for `DuckDB`.

use std::time::Duration;

use hivebox_archive::history::question::{Every, HistoryRow, Question};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::Bbox;
use hivebox_climate::selection::Selection;
use hivebox_climate::statistics::Percentile;
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::workload::{FIRST_DAY, Workload, midnight};

/// Berlin and the middle of Brandenburg: west, south, east, north.
const AROUND_BERLIN: [f64; 4] = [12.2, 51.9, 14.4, 53.1];
const EVERYWHERE: [f64; 4] = [-180.0, -90.0, 180.0, 90.0];
const PERCENTILES: [f64; 3] = [5.0, 50.0, 95.0];

/// A question, and the same in SQL for `DuckDB`. `{files}` stands for the files.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) name: String,
    pub(crate) question: Question,
    pub(crate) sql: String,
}

/// The condition for counting readings, in the SQL of both.
const COUNTS: &str = "from {files} where phenomenon = 'air_temperature' and verdict = 'ok'";

/// The mean of each hour. A bounding box of the whole planet prevents HiveBox from using its hourly sums, because
/// `DuckDB` has none. `DuckDB` gets its fastest expression for an hour; `date_trunc` takes four times as long.
pub(crate) fn hourly_means(days: i64) -> Asked {
    let everywhere = Selection { bbox: bbox(EVERYWHERE), ..Selection::default() };
    Asked {
        name: "hourly mean of all readings".to_owned(),
        question: question(days, everywhere, Every::Fixed(Duration::from_hours(1)), &[]),
        sql: format!(
            "select epoch_ms(measured_at) // 3600000 as hour, count(*), avg(value) {COUNTS} group by hour order by hour"
        ),
    }
}

/// The percentiles of each day around Berlin.
pub(crate) fn percentiles(days: i64, workload: &Workload) -> Asked {
    let area = bbox(AROUND_BERLIN);
    let inside =
        workload.stations.iter().filter(|station| area.is_some_and(|area| area.contains(station.position)));
    let share = 100.0 * inside.count() as f64 / workload.stations.len() as f64;
    let [west, south, east, north] = AROUND_BERLIN;
    let shares = PERCENTILES.map(|percentile| percentile / 100.0);
    Asked {
        name: format!("daily percentiles 5, 50 and 95 around Berlin ({share:.1} % of the boxes)"),
        question: question(
            days,
            Selection { bbox: area, ..Selection::default() },
            Every::Days(1),
            &PERCENTILES,
        ),
        sql: format!(
            "select epoch_ms(measured_at) // 86400000 as day, count(*), avg(value), quantile_cont(value, {shares:?}) {COUNTS} \
             and latitude between {south} and {north} and longitude between {west} and {east} group by day order by day"
        ),
    }
}

/// All readings of a box, one per five minutes.
pub(crate) fn series(days: i64, workload: &Workload) -> Asked {
    let id = &workload.stations[workload.stations.len() / 3].box_id;
    let selection = Selection { ids: Some(vec![id.clone()]), ..Selection::default() };
    Asked {
        name: format!("a box's readings of {days} days"),
        question: question(days, selection, Every::Fixed(Duration::from_mins(5)), &[]),
        sql: format!(
            "select epoch_ms(measured_at) // 300000 as slot, 1, value {COUNTS} and box_id = '{id}' order by slot"
        ),
    }
}

/// The mean of each hour, from hourly sums.
pub(crate) fn hourly_means_by_sums(days: i64) -> Question {
    question(days, Selection::default(), Every::Fixed(Duration::from_hours(1)), &[])
}

fn question(days: i64, selection: Selection, every: Every, percentiles: &[f64]) -> Question {
    let from = midnight(FIRST_DAY);
    Question {
        phenomena: vec![Catalogue::builtin().air_temperature()],
        selection,
        from,
        to: from + SignedDuration::from_hours(24 * days),
        every: Some(every),
        zone: TimeZone::UTC,
        percentiles: percentiles.iter().filter_map(|&percentile| Percentile::new(percentile)).collect(),
    }
}

fn bbox([west, south, east, north]: [f64; 4]) -> Option<Bbox> {
    Bbox::new(west, south, east, north)
}

/// Checks that both answers are equal, within the rounding of decimals by `DuckDB`.
///
/// # Panics
/// The answers differ, so their times cannot be compared.
pub(crate) fn check(asked: &Asked, ours: &[HistoryRow], theirs: &[Vec<f64>]) {
    let ours: Vec<&HistoryRow> = ours.iter().filter(|row| row.count > 0).collect();
    assert_eq!(ours.len(), theirs.len(), "{}", asked.name);
    for (ours, theirs) in ours.iter().zip(theirs) {
        let values = ours.percentiles.iter().map(|&(_, value)| value);
        let ours_told =
            std::iter::once(ours.mean).chain(values).map(|value| value.map_or(f64::NAN, |value| value.0));
        let told: Vec<f64> = std::iter::once(ours.count as f64).chain(ours_told).collect();
        assert_eq!(told.len(), theirs.len() - 1, "{}", asked.name);
        let differs = told.iter().zip(&theirs[1..]).any(|(ours, theirs)| (ours - theirs).abs() > 0.006);
        assert!(!differs, "{}: {told:?} is not {theirs:?}", asked.name);
    }
}
