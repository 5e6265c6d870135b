//! Bytes are refused, or are a histogram that can be written, read again, merged and queried.
#![no_main]

use hivebox_climate::histogram::Histogram;
use hivebox_climate::statistics::Percentile;
use libfuzzer_sys::fuzz_target;

// The first byte is the position at which the rest is cut into two histograms.
fuzz_target!(|input: &[u8]| {
    let Some((&cut, bytes)) = input.split_first() else { return };
    let (first, second) = bytes.split_at(usize::from(cut).min(bytes.len()));
    let Ok(mut first) = Histogram::from_bytes(first) else { return };
    let written = first.to_bytes().expect("all histograms can be written");
    assert_eq!(Histogram::from_bytes(&written), Ok(first.clone()));
    assert_eq!(first.quantile(Percentile::MEDIAN).is_some(), first.count() > 0);
    let Ok(second) = Histogram::from_bytes(second) else { return };
    let counts = first.count() + second.count();
    if first.merge(&second).is_ok() {
        assert_eq!(first.count(), counts);
    }
});
