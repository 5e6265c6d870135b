//! Commands that only read a store write nothing to it, so it may be read-only.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::commands::{OCTOBER_14, hivebox};

/// Every file and folder below one, with size and time of change.
fn tree(folder: &Path) -> BTreeMap<PathBuf, (u64, SystemTime)> {
    let mut tree = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(path) = waiting.pop() {
        let metadata = fs::metadata(&path).unwrap();
        if metadata.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        tree.insert(path, (metadata.len(), metadata.modified().unwrap()));
    }
    tree
}

fn allow_writing(tree: &BTreeMap<PathBuf, (u64, SystemTime)>, allowed: bool) {
    for path in tree.keys() {
        let mode = match (path.is_dir(), allowed) {
            (true, true) => 0o755,
            (true, false) => 0o555,
            (false, true) => 0o644,
            (false, false) => 0o444,
        };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
}

#[test]
fn commands_that_only_read_leave_the_store_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = hivebox(folder.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["store", "--upstream", OCTOBER_14, "--at", "2024-10-14T09:20:00Z"]);
    run(&["archive", "compact"]);
    let store = folder.path().join("hivebox-data");
    let before = tree(&store);
    // Root may write nevertheless, which the times of change tell.
    allow_writing(&before, false);
    for arguments in [
        &["snapshots", "list"][..],
        &["snapshots", "show"],
        &["snapshots", "verify"],
        &["snapshots", "prune", "--older-than", "90d"],
        &["archive", "verify"],
        &["history", "--from", "2024-10-14T00:00:00Z", "--to", "2024-10-15T00:00:00Z"],
        #[cfg(feature = "sql")]
        &["sql", "select count(*) from readings"],
    ] {
        run(arguments);
        assert_eq!(tree(&store), before, "{arguments:?}");
    }
    allow_writing(&before, true);
}

#[test]
fn an_empty_store_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("hivebox-data")).unwrap();
    let output = hivebox(folder.path()).args(["snapshots", "list"]).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && told.starts_with("there are no snapshots in "), "{told}");
}
