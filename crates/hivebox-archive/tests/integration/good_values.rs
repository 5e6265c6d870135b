//! Reading only the good values of a snapshot.

use hivebox_archive::{GoodValue, SnapshotName, SnapshotStore};
use hivebox_climate::place::Exposure;
use hivebox_climate::quantity::Canonical;
use jiff::SignedDuration;

use crate::readings::{noon, sealed};

#[tokio::test]
async fn only_readings_that_count_and_are_asked_for_are_read() {
    for boxes in [0, 1, 3000] {
        let folder = tempfile::tempdir().unwrap();
        let store = SnapshotStore::open_folder(folder.path()).unwrap();
        store.put(&sealed(noon(), boxes)).await.unwrap();
        let snapshot = store.get(SnapshotName::at(noon())).await.unwrap();
        let mut read = 0;
        let expect = |value: GoodValue<'_>| {
            assert_eq!(value.box_id, format!("{read:024x}"));
            let Canonical(celsius) = value.value;
            assert!((celsius - 10.0).abs() < 1e-9, "50 °F are 10 °C, not {celsius}");
            assert_eq!((value.phenomenon, value.exposure), ("air_temperature", Exposure::Outdoor));
            assert_eq!(value.measured_at, noon() - SignedDuration::from_mins(3));
            read += 1;
        };
        snapshot.good_values(&["air_temperature", "relative_humidity", "air_pressure"], expect).unwrap();
        assert_eq!(read, boxes, "the humidity is no number, and the pressure is missing");
        snapshot.good_values(&["wind_speed"], |value| panic!("{value:?}")).unwrap();
    }
}
