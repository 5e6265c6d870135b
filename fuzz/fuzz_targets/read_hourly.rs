//! Bytes are refused, or are hourly sums.
#![no_main]

mod parquet_may_panic;

use bytes::Bytes;
use hivebox_archive::history::hourly;
use hivebox_climate::statistics::Percentile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: parquet_may_panic::init(), |input: &[u8]| {
    let file = Bytes::copy_from_slice(input);
    parquet_may_panic::run(move || {
        let _ = hourly::read(file, |row| {
            let values = row.sums.values;
            assert_eq!(values.quantile(Percentile::MEDIAN).is_some(), values.count() > 0);
        });
    });
});
