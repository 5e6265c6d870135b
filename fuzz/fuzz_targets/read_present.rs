//! Bytes from Redis are refused, or are a present whose readings can be written and read again.
#![no_main]

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::Readings;
use hivebox_climate::verdict::VerdictRules;
use hivebox_refresh::wire::{self, Head};
use libfuzzer_sys::fuzz_target;

// The first byte says whether the rest is compressed here: libFuzzer would hardly ever find a valid checksum.
fuzz_target!(|input: &[u8]| {
    let Some((&is_compressed_here, payload)) = input.split_first() else { return };
    if is_compressed_here % 2 == 0 {
        check(payload);
    } else if let Some((head, readings)) = payload.split_at_checked(wire::HEAD_BYTES) {
        let body = zstd::bulk::compress(readings, 1).expect("all bytes can be compressed");
        check(&[head, &body].concat());
    }
});

fn check(payload: &[u8]) {
    let Ok((readings, _)) = wire::decode(payload, VerdictRules::default()) else { return };
    let head = Head::read(payload).expect("the head of what can be decoded can be read");
    assert_eq!(head.as_of, readings.as_of());
    let written = readings.to_bytes().expect("all that readings hold can be written");
    let again = Readings::from_bytes(&written, Catalogue::builtin(), VerdictRules::default());
    assert_eq!(again.expect("what was written can be read").len(), readings.len());
}
