//! Bytes are refused, or are a snapshot that can be collected and exported.
#![no_main]

mod parquet_may_panic;

use hivebox_archive::SnapshotFormat;
use hivebox_archive::history::CollectedReadings;
use hivebox_archive::testing::bytes::open_snapshot;
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: parquet_may_panic::init(), |input: &[u8]| {
    let file = input.to_vec();
    parquet_may_panic::run(move || {
        let Some(snapshot) = open_snapshot(file) else { return };
        let mut collected = CollectedReadings::default();
        if let Ok(rows) = collected.add_snapshot(&snapshot) {
            assert!(collected.len() + collected.from_future() <= rows);
        }
        let _ = snapshot.good_values(&["air_temperature"], |value| assert_eq!(value.phenomenon, "air_temperature"));
        let _ = snapshot.export(SnapshotFormat::Csv).map(|pieces| pieces.take(8).count());
    });
});
