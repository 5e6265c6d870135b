//! How long each sensor has shown one value, carried from one set of readings to the next.

/// Stands for a missing measurement time; far outside the range of [`Timestamp`].
pub(super) const NEVER_MILLIS: i64 = i64::MIN;

/// The current run of equal values of a sensor, as far as it was observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// The measurement time of the first reading in the run; [`NEVER_MILLIS`] without a reading.
    pub(crate) since_millis: i64,
    /// How many different measurement times had the value; saturates.
    pub(crate) times: u16,
    /// Whether the run began with an observed change. Unknown counts as no: the run may be older
    /// than what this process, and those that it took over from, have seen.
    pub(crate) after_change: bool,
}

impl Run {
    /// The run of the first known reading of a sensor.
    pub(super) const fn first_seen(measured_at_millis: i64) -> Self {
        let times = if measured_at_millis == NEVER_MILLIS { 0 } else { 1 };
        Self { since_millis: measured_at_millis, times, after_change: false }
    }

    /// The run of a reading whose value differs from the one before.
    pub(super) const fn changed(measured_at_millis: i64) -> Self {
        Self { since_millis: measured_at_millis, times: 1, after_change: true }
    }

    /// Continues the run of the `previous` reading of the same sensor. Each pair is a value and its
    /// time.
    pub(super) fn after(
        self,
        previous: &Self,
        (raw_before, millis_before): (f64, i64),
        (raw, millis): (f64, i64),
    ) -> Self {
        if millis == NEVER_MILLIS || millis_before == NEVER_MILLIS {
            return self;
        }
        // Compared bit by bit, so that NaN can be stuck as well.
        if raw.to_bits() != raw_before.to_bits() {
            return Self::changed(millis);
        }
        Self { times: previous.times.saturating_add(u16::from(millis > millis_before)), ..*previous }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::super::{Reading, Readings};
    use crate::catalogue::Catalogue;
    use crate::place::Exposure;
    use crate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
    use crate::verdict::VerdictRules;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + 60 * minute).unwrap()
    }

    /// Readings of sensors given by id, value and minute.
    fn readings(sensors: &[(&str, Option<(&str, i64)>)], previous: Option<&Readings>) -> Arc<Readings> {
        let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), at(60));
        let facts = BoxFacts { id: "b", name: "", model: "", exposure: Exposure::Outdoor, place: None };
        builder.add_box(&facts);
        for (id, measured) in sensors {
            let measured = measured.map(|(value, minute)| Measured { value, at: at(minute) });
            builder.add_sensor(&SensorFacts {
                id,
                title: "Temperatur",
                unit: "°C",
                sensor_type: "",
                measured,
            });
        }
        builder.finish_after(previous)
    }

    /// For each row: since which minute it is unchanged, at how many times, and whether the change
    /// was observed.
    fn runs(readings: &Readings) -> Vec<(Option<i64>, u16, bool)> {
        let minute = |time: Timestamp| (time.as_second() - 1_800_000_000) / 60;
        let run = |row: Reading<'_>| {
            (row.unchanged_since().map(minute), row.unchanged_times(), row.was_seen_to_change())
        };
        readings.iter().map(run).collect()
    }

    #[test]
    fn a_run_lasts_while_the_value_stays_and_counts_measurements_not_looks() {
        let first = readings(&[("a", Some(("1.5", 1))), ("b", Some(("2", 1))), ("c", None)], None);
        assert_eq!(runs(&first), [(Some(1), 1, false), (Some(1), 1, false), (None, 0, false)]);
        let second = readings(
            &[("a", Some(("1.50", 2))), ("b", Some(("2.1", 2))), ("c", Some(("3", 2)))],
            Some(&first),
        );
        assert_eq!(runs(&second), [(Some(1), 2, false), (Some(2), 1, true), (Some(2), 1, false)]);
        let third = readings(&[("a", Some(("1.5", 2))), ("b", Some(("2.1", 3))), ("c", None)], Some(&second));
        assert_eq!(runs(&third), [(Some(1), 2, false), (Some(2), 2, true), (None, 0, false)]);
    }

    #[test]
    fn sensors_are_found_again_wherever_they_stand_now() {
        let before =
            [("a", Some(("1", 1))), ("b", Some(("2", 1))), ("c", Some(("3", 1))), ("d", Some(("4", 1)))];
        let before = readings(&before, None);
        let now =
            [("d", Some(("4", 9))), ("x", Some(("1", 9))), ("a", Some(("1", 9))), ("b", Some(("7", 9)))];
        let now = readings(&now, Some(&before));
        let expected = [(Some(1), 2, false), (Some(9), 1, false), (Some(1), 2, false), (Some(9), 1, true)];
        assert_eq!(runs(&now), expected);
    }

    #[test]
    fn the_count_of_a_run_ends_somewhere() {
        let mut now = readings(&[("a", Some(("nan", 0)))], None);
        for minute in 1..=i64::from(u16::MAX) + 5 {
            now = readings(&[("a", Some(("nan", minute)))], Some(&now));
        }
        assert_eq!(runs(&now), [(Some(0), u16::MAX, false)]);
    }

    #[test]
    fn runs_travel_with_the_readings() {
        let first = readings(
            &[("a", Some(("1", 1))), ("b", Some(("2", 1))), ("c", None), ("d", Some(("1", 1)))],
            None,
        );
        let now = [("a", Some(("1", 5))), ("b", Some(("3", 5))), ("c", None), ("e", Some(("1", 5)))];
        let now = readings(&now, Some(&first));
        let read =
            Readings::from_bytes(&now.to_bytes().unwrap(), Catalogue::builtin(), VerdictRules::default())
                .unwrap();
        assert_eq!(runs(&read), runs(&now));
    }
}
