//! Bytes from another replica are refused, or are readings that can be written and read again.
#![no_main]

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::Readings;
use hivebox_climate::verdict::VerdictRules;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Ok(readings) = Readings::from_bytes(input, Catalogue::builtin(), VerdictRules::default()) else {
        return;
    };
    let written = readings.to_bytes().expect("all that readings hold can be written");
    let again = Readings::from_bytes(&written, Catalogue::builtin(), VerdictRules::default());
    let again = again.expect("what was written can be read");
    assert_eq!(describe(&readings), describe(&again));
});

/// The result of every accessor as text, because NaN is not equal to itself.
fn describe(readings: &Readings) -> Vec<String> {
    readings
        .iter()
        .map(|reading| {
            let of_box = (reading.box_id(), reading.box_name(), reading.model(), reading.exposure());
            let grouptags: Vec<&str> = reading.sense_box().grouptags().collect();
            let of_sensor = (grouptags, reading.place(), reading.sensor_id(), reading.kind());
            let measured = (reading.raw_value(), reading.value(), reading.measured_at(), reading.verdict());
            let unchanged =
                (reading.unchanged_since(), reading.unchanged_times(), reading.was_seen_to_change());
            format!("{of_box:?} {of_sensor:?} {measured:?} {unchanged:?}")
        })
        .collect()
}
