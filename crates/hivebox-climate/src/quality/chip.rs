//! Finds values of chips that say by another value that they have failed.

use super::check::Check;
use super::table::Quality;
use super::turns::Turns;
use crate::readings::{Reading, Readings};
use crate::verdict::Verdict;

/// A reading fails if a sensor of the same box and chip, for something else, sends a sentinel. Two
/// sensors that measure the same are two chips of one type.
pub(super) fn check(readings: &Readings, quality: &mut Quality, turns: &mut Turns<impl FnMut()>) {
    for sense_box in readings.boxes() {
        turns.worked(sense_box.rows().len());
        for reading in sense_box.readings() {
            if !quality.is_plausible(reading.row()) {
                continue;
            }
            let chip = &*reading.kind().sensor_type;
            let shares_chip = |other: &Reading<'_>| {
                other.row() != reading.row()
                    && !chip.is_empty()
                    && *other.kind().sensor_type == *chip
                    && other.phenomenon() != reading.phenomenon()
            };
            let mut others = sense_box.readings().filter(shares_chip).peekable();
            if others.peek().is_some() {
                let works = others.all(|other| other.verdict() != Verdict::Sentinel);
                quality.note(reading.row(), Check::Chip, works);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::check::Outcome::{self, Failed, NotChecked, Passed};
    use super::super::rules::QualityRules;
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::place::Exposure;
    use crate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
    use crate::verdict::VerdictRules;

    /// The outcomes for sensors of one box: title, unit, chip and value.
    fn outcomes(sensors: &[[&str; 4]]) -> Vec<Outcome> {
        let as_of: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of);
        let facts = BoxFacts { id: "b", name: "", model: "", exposure: Exposure::Outdoor, place: None };
        builder.add_box(&facts);
        for [title, unit, sensor_type, value] in sensors.iter().copied() {
            let measured = Some(Measured { value, at: as_of });
            builder.add_sensor(&SensorFacts { id: title, title, unit, sensor_type, measured });
        }
        let quality = Quality::of(&builder.finish(), QualityRules::builtin(), || ());
        (0..quality.len()).map(|row| quality.outcome(row, Check::Chip)).collect()
    }

    #[test]
    fn a_sentinel_casts_doubt_on_the_other_values_of_its_chip() {
        let humidity = ["rel. Luftfeuchte", "%", "BME280", "48.2"];
        let pressure = ["Luftdruck", "hPa", "BMP280", "1003.1"];
        let dead = ["Temperatur", "°C", "BME280", "-143.25"];
        assert_eq!(outcomes(&[dead, humidity, pressure]), [NotChecked, Failed, NotChecked]);
        let alive = ["Temperatur", "°C", "BME280", "14.3"];
        assert_eq!(outcomes(&[alive, humidity, pressure]), [Passed, Passed, NotChecked]);
    }

    #[test]
    fn one_of_several_chips_of_a_type_says_nothing_of_the_others() {
        let [works, unplugged] = ["16.1", "-127"].map(|value| ["Temperatur", "°C", "DS18B20", value]);
        assert_eq!(outcomes(&[works, unplugged]), [NotChecked, NotChecked]);
        let unnamed = [["Temperatur", "°C", "", "-127"], ["rel. Luftfeuchte", "%", "", "48.2"]];
        assert_eq!(outcomes(&unnamed), [NotChecked, NotChecked]);
    }
}
