//! Snapshots that wait for the store.

use std::fs;

use hivebox_archive::{Kept, Sealed, SnapshotName, Spool};
use jiff::SignedDuration;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::readings::{noon, sealed, sealed_noise};

const ROOMY: u64 = 1 << 20;

fn at_minute(minute: i64) -> Sealed {
    sealed(noon() + SignedDuration::from_mins(minute), 1)
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Takes all snapshots out, oldest first.
fn drained(spool: &Spool) -> Vec<SnapshotName> {
    let mut names = Vec::new();
    while let Some(sealed) = spool.oldest().unwrap() {
        spool.remove(sealed.name()).unwrap();
        names.push(sealed.name());
    }
    names
}

#[test]
fn what_waits_comes_out_oldest_first_and_as_it_was_also_after_a_restart() {
    let folder = folder();
    let kept: Vec<Sealed> = [5, 0, 10].map(at_minute).into();
    let spool = Spool::open(folder.path(), ROOMY).unwrap();
    for sealed in &kept {
        assert_eq!(spool.keep(sealed).unwrap(), Kept { is_kept: true, dropped: 0 });
    }
    let before = spool.status();
    drop(spool);
    let spool = Spool::open(folder.path(), ROOMY).unwrap();
    assert_eq!(spool.status(), before);
    assert_eq!(before.waiting_bytes, kept.iter().map(|sealed| sealed.file().len() as u64).sum::<u64>());
    let oldest = spool.oldest().unwrap().unwrap();
    assert_eq!((oldest.file(), oldest.rows()), (kept[1].file(), kept[1].rows()));
    assert_eq!(drained(&spool), [kept[1].name(), kept[0].name(), kept[2].name()]);
    assert_eq!((spool.status().waiting, spool.status().waiting_bytes), (0, 0));
}

#[test]
fn the_oldest_give_way_and_what_is_too_large_is_not_kept() {
    let folder = folder();
    let size = at_minute(0).file().len() as u64;
    // Other seconds change the length by a few bytes at most.
    let spool = Spool::open(folder.path(), 2 * size + size / 2).unwrap();
    for minute in [0, 5] {
        assert!(spool.keep(&at_minute(minute)).unwrap().is_kept);
    }
    assert_eq!(spool.keep(&at_minute(10)).unwrap(), Kept { is_kept: true, dropped: 1 });
    assert_eq!(spool.keep(&at_minute(1)).unwrap(), Kept { is_kept: false, dropped: 1 });
    let huge = sealed_noise(noon() + SignedDuration::from_hours(1), 100);
    assert_eq!(spool.keep(&huge).unwrap(), Kept { is_kept: false, dropped: 1 });
    assert_eq!(spool.status().dropped, 3);
    assert_eq!(drained(&spool), [at_minute(5).name(), at_minute(10).name()]);
}

#[test]
fn a_damaged_file_does_not_hold_up_the_others() {
    let folder = folder();
    let spool = Spool::open(folder.path(), ROOMY).unwrap();
    for minute in [0, 5, 10] {
        spool.keep(&at_minute(minute)).unwrap();
    }
    let file = |minute| folder.path().join(format!("{}.parquet", at_minute(minute).name()));
    fs::write(file(0), "cut short").unwrap();
    fs::remove_file(file(5)).unwrap();
    assert_eq!(drained(&spool), [at_minute(10).name()]);
    assert_eq!(spool.status().damaged, 2);
    assert!(!file(0).exists());
}

#[test]
fn what_a_crash_left_unfinished_is_removed_and_what_is_not_ours_is_not() {
    let folder = folder();
    let unfinished = folder.path().join(format!("{}.part", at_minute(0).name()));
    fs::write(&unfinished, "half").unwrap();
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    let spool = Spool::open(folder.path(), ROOMY).unwrap();
    assert_eq!(spool.status().waiting, 0);
    assert!(!unfinished.exists() && folder.path().join("notes.txt").exists());
}

#[test]
fn a_smaller_bound_holds_from_the_next_start_on() {
    let folder = folder();
    let spool = Spool::open(folder.path(), ROOMY).unwrap();
    for minute in [0, 5, 10] {
        spool.keep(&at_minute(minute)).unwrap();
    }
    let size = at_minute(0).file().len() as u64;
    drop(spool);
    let spool = Spool::open(folder.path(), size + size / 2).unwrap();
    assert_eq!(drained(&spool), [at_minute(10).name()]);
}

fn bytes_in(folder: &TempDir) -> u64 {
    fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_kept_the_bound_holds_and_the_oldest_comes_first(
        kept in prop::collection::vec((0_i64..20, 0_usize..40), 1..12),
        limit in 0_u64..40_000,
        restarts in any::<bool>(),
    ) {
        let folder = folder();
        let mut spool = Spool::open(folder.path(), limit).unwrap();
        for (minute, boxes) in kept {
            let sealed = sealed(noon() + SignedDuration::from_mins(minute), boxes);
            let waiting_before = spool.status().waiting;
            let outcome = spool.keep(&sealed).unwrap();
            let status = spool.status();
            prop_assert!(status.waiting_bytes <= limit);
            prop_assert_eq!(status.waiting_bytes, bytes_in(&folder));
            if outcome.is_kept {
                prop_assert!(status.waiting + outcome.dropped <= waiting_before + 1);
            } else {
                prop_assert_eq!(status.waiting, waiting_before);
            }
        }
        if restarts {
            drop(spool);
            spool = Spool::open(folder.path(), limit).unwrap();
        }
        let count = spool.status().waiting;
        let names = drained(&spool);
        prop_assert!(names.is_sorted());
        prop_assert_eq!(names.len() as u64, count);
    }
}

#[test]
fn a_folder_has_one_user_at_a_time_and_may_be_looked_into_all_the_same() {
    let folder = folder();
    assert_eq!(Spool::look_into(&folder.path().join("none")).unwrap(), (0, 0));
    let spool = Spool::open(folder.path(), ROOMY).unwrap();
    spool.keep(&at_minute(0)).unwrap();
    let error = Spool::open(folder.path(), ROOMY).unwrap_err().to_string();
    assert!(error.contains("in use by another process"), "{error}");
    let status = spool.status();
    assert_eq!(Spool::look_into(folder.path()).unwrap(), (status.waiting, status.waiting_bytes));
    drop(spool);
    assert_eq!(Spool::open(folder.path(), ROOMY).unwrap().status().waiting, 1);
}
