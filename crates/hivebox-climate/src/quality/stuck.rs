//! Finds sensors that keep showing one value.

use super::check::Check;
use super::rules::{QualityRules, StuckRule};
use super::table::Quality;
use super::turns::Turns;
use crate::readings::{Reading, Readings};

pub(super) fn check(
    readings: &Readings,
    rules: &QualityRules,
    quality: &mut Quality,
    turns: &mut Turns<impl FnMut()>,
) {
    for (row, reading) in readings.iter().enumerate() {
        turns.worked(1);
        let rule = reading.phenomenon().and_then(|phenomenon| rules.stuck.get(phenomenon.index())?.as_ref());
        if let Some(rule) = rule
            && quality.is_plausible(row)
            && let Some(passed) = passes(rule, &reading)
        {
            quality.note(row, Check::Stuck, passed);
        }
    }
}

/// `None` if it is not known yet, or cannot be known.
fn passes(rule: &StuckRule, reading: &Reading<'_>) -> Option<bool> {
    let value = reading.value()?.0;
    if rule.except.iter().any(|range| range.contains(&value)) {
        return None;
    }
    let lasted = reading.measured_at()?.as_millisecond() - reading.unchanged_since()?.as_millisecond();
    let is_whole = reading.raw_value()?.fract() == 0.0;
    let allowed = if is_whole { rule.millis_if_whole } else { rule.millis };
    if lasted >= allowed && reading.unchanged_times() >= rule.times {
        return Some(false);
    }
    // A value that is older than this process may have been the same for a year.
    reading.was_seen_to_change().then_some(true)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::{SignedDuration, Timestamp};

    use super::super::check::Outcome::{Failed, NotChecked, Passed};
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::place::Exposure;
    use crate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};

    /// Readings of a thermometer, a hygrometer and a rain gauge at several moments, one after the
    /// other.
    fn after(minutes: impl Iterator<Item = i64>, values: impl Fn(i64) -> [&'static str; 3]) -> Arc<Readings> {
        let start: Timestamp = "2026-11-25T00:00:00Z".parse().unwrap();
        let mut readings: Option<Arc<Readings>> = None;
        for minute in minutes {
            let at = start + SignedDuration::from_mins(minute);
            let mut builder =
                ReadingsBuilder::new(Catalogue::builtin(), crate::verdict::VerdictRules::default(), at);
            builder.add_box(&BoxFacts {
                id: "b",
                name: "",
                model: "",
                exposure: Exposure::Outdoor,
                place: None,
            });
            let sensors = [("Temperatur", "°C"), ("rel. Luftfeuchte", "%"), ("Regen", "mm")];
            for ((title, unit), value) in sensors.into_iter().zip(values(minute)) {
                let measured = Some(Measured { value, at });
                builder.add_sensor(&SensorFacts { id: title, title, unit, sensor_type: "", measured });
            }
            readings = Some(builder.finish_after(readings.as_deref()));
        }
        readings.unwrap()
    }

    fn outcomes(readings: &Readings) -> Vec<super::super::check::Outcome> {
        let quality = Quality::of(readings, QualityRules::builtin(), || ());
        (0..readings.len()).map(|row| quality.outcome(row, Check::Stuck)).collect()
    }

    #[test]
    fn hours_of_one_value_are_too_many_except_where_weather_does_so() {
        let every_ten = |until| (0..=until).step_by(10);
        assert_eq!(outcomes(&after(every_ten(350), |_| ["9.5", "61.2", "0"])), [NotChecked; 3], "not yet");
        let stuck = [Failed, Failed, NotChecked];
        assert_eq!(outcomes(&after(every_ten(360), |_| ["9.5", "61.2", "0"])), stuck);
        let whole = [NotChecked, Failed, NotChecked];
        assert_eq!(outcomes(&after(every_ten(1430), |_| ["9", "61.2", "0"])), whole);
        assert_eq!(outcomes(&after(every_ten(1440), |_| ["9", "61.2", "0"])), stuck);
        let in_fog = [Failed, NotChecked, NotChecked];
        assert_eq!(outcomes(&after(every_ten(360), |_| ["9.5", "100", "0"])), in_fog);
    }

    #[test]
    fn a_value_that_changed_passes_until_it_is_stuck_as_well() {
        let changes = |minute| if minute < 60 { ["9.5", "61.2", "0"] } else { ["9.6", "61.5", "0.2"] };
        let moving = [Passed, Passed, NotChecked];
        assert_eq!(outcomes(&after((0..=400).step_by(10), changes)), moving);
        assert_eq!(outcomes(&after((0..=420).step_by(10), changes)), [Failed, Failed, NotChecked]);
    }

    #[test]
    fn a_sensor_that_seldom_measures_is_given_time() {
        assert_eq!(outcomes(&after((0..=600).step_by(60), |_| ["9.5", "61.2", "0"])), [NotChecked; 3]);
        assert_eq!(outcomes(&after((0..=660).step_by(60), |_| ["9.5", "61.2", "0"]))[0], Failed);
    }
}
