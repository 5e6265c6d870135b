//! The three export formats of a snapshot.

use std::fs;
use std::process::Command;

use hivebox_archive::schema::COLUMNS;
use hivebox_archive::{SnapshotFormat, SnapshotName, SnapshotStore};
use tempfile::TempDir;

use crate::readings::{noon, sealed};

struct Stored {
    folder: TempDir,
    object: String,
    store: SnapshotStore,
}

async fn stored(boxes: usize) -> Stored {
    let folder = tempfile::tempdir().unwrap();
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let stored = store.put(&sealed(noon(), boxes)).await.unwrap();
    Stored { folder, object: stored.object, store }
}

impl Stored {
    async fn exported(&self, format: SnapshotFormat) -> Vec<u8> {
        let snapshot = self.store.get(SnapshotName::at(noon())).await.unwrap();
        snapshot.export(format).unwrap().flat_map(Result::unwrap).collect()
    }
}

#[tokio::test]
async fn parquet_is_the_stored_file() {
    let stored = stored(2).await;
    let file = fs::read(stored.folder.path().join(&stored.object)).unwrap();
    assert_eq!(stored.exported(SnapshotFormat::Parquet).await, file);
}

#[tokio::test]
async fn json_has_a_row_for_each_current_reading() {
    let json = stored(2).await.exported(SnapshotFormat::Json).await;
    let rows: serde_json::Value = serde_json::from_slice(&json).unwrap();
    insta::assert_json_snapshot!(rows);
}

#[tokio::test]
async fn csv_has_the_columns_in_their_order() {
    let csv = String::from_utf8(stored(2).await.exported(SnapshotFormat::Csv).await).unwrap();
    let names: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
    assert_eq!(csv.lines().next().unwrap(), names.join(","));
    insta::assert_snapshot!(csv);
}

#[tokio::test]
async fn every_form_is_well_formed_with_any_number_of_rows() {
    for boxes in [0, 1, 341, 342, 700, 3000] {
        let stored = stored(boxes).await;
        let json: Vec<serde_json::Value> =
            serde_json::from_slice(&stored.exported(SnapshotFormat::Json).await).unwrap();
        assert_eq!(json.len(), 3 * boxes);
        let csv = stored.exported(SnapshotFormat::Csv).await;
        assert_eq!(csv::Reader::from_reader(&csv[..]).records().map(Result::unwrap).count(), 3 * boxes);
    }
}

#[tokio::test]
async fn another_engine_reads_the_file_as_we_do() {
    let Some(python) = std::env::var_os("HIVEBOX_TEST_PYTHON") else {
        panic!("HIVEBOX_TEST_PYTHON is not set: run the tests by `cargo xtask test`, which sets it");
    };
    let stored = stored(2).await;
    let query = "import duckdb, sys\n\
        rows = duckdb.sql(\"select title, raw_value, value, verdict, epoch_ms(measured_at), latitude is null from read_parquet('\" + sys.argv[1] + \"') order by sensor_id\")\n\
        print(*rows.fetchall(), sep='\\n')";
    let output = Command::new(python)
        .args(["-c", query])
        .arg(stored.folder.path().join(&stored.object))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap());
}
