//! Bytes are refused, or are a day of readings that can be merged: then each is there once.
#![no_main]

mod parquet_may_panic;

use bytes::Bytes;
use hivebox_archive::history::{CollectedReadings, merge_day, read_day};
use hivebox_climate::catalogue::Catalogue;
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: parquet_may_panic::init(), |input: &[u8]| {
    let file = Bytes::copy_from_slice(input);
    parquet_may_panic::run(move || {
        let mut first = None;
        let read = read_day(&file, |row| {
            first.get_or_insert(row.measured_at);
        });
        let (Ok(()), Some(first)) = (read, first) else { return };
        let date = hivebox_archive::testing::bytes::day_of(first);
        let none = CollectedReadings::default();
        let Ok(Some(merged)) = merge_day(date, Some(&file), &none, Catalogue::builtin()) else { return };
        let again = merge_day(date, Some(&merged.readings), &none, Catalogue::builtin());
        assert_eq!(again.expect("what was merged can be merged"), Some(merged));
    });
});
