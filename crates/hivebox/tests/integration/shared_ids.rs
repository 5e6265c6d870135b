//! A sensor id that several boxes share, as some do on openSenseMap.

use std::path::Path;

use crate::commands::hivebox;

fn run(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    let output = hivebox(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Stores and compacts a recorded answer; returns the verification of the history.
fn take_in(folder: &Path, name: &str) -> serde_json::Value {
    let upstream = format!("file:{}/tests/data/{name}.json", env!("CARGO_MANIFEST_DIR"));
    run(folder, &["store", "--upstream", &upstream, "--at", "2026-11-20T12:00:00Z", "--json"]);
    let compacted = run(folder, &["archive", "compact", "--json"]);
    assert_eq!((&compacted["readings"], &compacted["added"]), (&3.into(), &3.into()), "{compacted}");
    run(folder, &["archive", "verify", "--json"])
}

#[test]
fn boxes_that_share_a_sensor_id_keep_all_their_readings() {
    for name in ["shared_id_sametime", "shared_id_othertime"] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let verified = take_in(folder, name);
        assert_eq!(verified["faults"], serde_json::json!([]), "{verified}");
        assert_eq!([&verified["readings"], &verified["taken_in"]], [3, 3], "{verified}");
        assert_eq!([&verified["repeated"], &verified["uncounted"]], [0, 0], "{verified}");
        for more in [&[][..], &["--model", "custom"]] {
            let ask = [
                &["history", "--from", "2026-11-20T11:00:00Z", "--to", "2026-11-20T12:00:00Z"][..],
                &["--every", "PT1H", "--json"],
                more,
            ];
            let answer = run(folder, &ask.concat());
            let told = &answer["rows"][0];
            assert_eq!((&told["count"], &told["mean"]), (&3.into(), &14.0.into()), "{answer}");
        }
        #[cfg(feature = "sql")]
        {
            let sql = "select s.sensor_id, b.name, (select count(*) from readings r \
                       where r.box_id = s.box_id and r.sensor_id = s.sensor_id) as readings \
                       from sensors s join boxes b on b.box_id = s.box_id order by b.name";
            let shared = "61d8689c0000000000000909";
            let rows = serde_json::json!([
                {"sensor_id": shared, "name": "A", "readings": 1},
                {"sensor_id": shared, "name": "B", "readings": 1},
                {"sensor_id": "61d8689c0000000000000aaa", "name": "C", "readings": 1},
            ]);
            assert_eq!(run(folder, &["sql", sql, "--json"])["rows"], rows);
        }
    }
}
