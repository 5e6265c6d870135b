//! Cutting an answer into pieces must not change how it is read, whatever it contains. And whatever
//! one element of a list contains, the elements around it are read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use opensensemap::{Decoded, Decoder, Limits, SenseBox};

/// Small enough for libFuzzer to reach.
const LIMITS: Limits = Limits { max_box_bytes: 1024 };

// The first byte is the length of the pieces, so cuts can fall into any token.
fuzz_target!(|input: &[u8]| {
    let Some((&length, answer)) = input.split_first() else { return };
    let whole = decode(std::iter::once(answer));
    let pieces = decode(answer.chunks(usize::from(length).max(1)));
    assert_eq!(whole, pieces);
    if serde_json::from_slice::<serde::de::IgnoredAny>(answer).is_ok() {
        let list = [b"[", GOOD, b",", answer, b",", GOOD, b"]"].concat();
        let (boxes, decoded) = decode(list.chunks(usize::from(length).max(1)));
        let good = decode(std::iter::once(&[b"[", GOOD, b"]"].concat()[..])).0;
        assert_eq!((boxes.first(), boxes.last()), (good.first(), good.last()));
        let decoded = decoded.expect("one element does not stop the rest");
        assert_eq!(decoded.boxes + decoded.skipped.total(), 3);
    }
});

/// A box that stands before and after what is fuzzed.
const GOOD: &[u8] = br#"{"_id":"good","name":"x","sensors":[{"_id":"s","title":"T"}]}"#;

/// Everything that the decoder passes on: every accessor runs, and its result can be compared. Errors
/// are reduced to their existence, because their kind and quotes may depend on the pieces.
fn decode<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<String>, Option<Decoded>) {
    let mut boxes = Vec::new();
    let mut collect = |sense_box: SenseBox<'_>| boxes.push(describe(sense_box));
    let mut decoder = Decoder::new(LIMITS);
    let mut outcome = Ok(());
    for piece in pieces {
        outcome = decoder.push(piece, &mut collect);
        if outcome.is_err() {
            break;
        }
    }
    let decoded = outcome.and_then(|()| decoder.finish(&mut collect));
    (boxes, decoded.ok())
}

fn describe(sense_box: SenseBox<'_>) -> String {
    let sensors: Vec<_> = sense_box
        .sensors()
        .map(|sensor| {
            (sensor.id(), sensor.title(), sensor.unit(), sensor.sensor_type(), sensor.last_measurement())
        })
        .collect();
    let place = (sense_box.location(), sense_box.exposure(), sense_box.model());
    let grouptags: Vec<_> = sense_box.grouptags().collect();
    format!("{:?}", (sense_box.id(), sense_box.name(), place, grouptags, sensors))
}
