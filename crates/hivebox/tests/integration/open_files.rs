//! A limit of open files that is too low for the connections.

use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use crate::commands::{Running, address_in, get};
use crate::redis_server::wait_until;

/// The number of snapshots in a folder.
fn snapshots(folder: &Path) -> usize {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files
        .map(|entry| match entry.path() {
            path if path.is_dir() => snapshots(&path),
            path => usize::from(path.extension().is_some_and(|extension| extension == "parquet")),
        })
        .sum()
}

#[test]
fn with_more_connections_than_files_storing_and_answers_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut command = Command::new("/bin/sh");
    command.current_dir(folder.path()).env_clear();
    command.args(["-c", "ulimit -n 300; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_hivebox")]);
    command.args(["demo", "--listen", "127.0.0.1:0", "--stations", "100", "--past", "0s"]);
    command.args(["--store", "file:kept", "--store-interval", "1s", "--log-format", "json"]);
    command.args(["--max-connections", "20000", "--max-streams", "10000", "--keep-alive", "5s"]);
    let (_running, line) = Running::start_logging(&mut command, std::fs::File::create(&log).unwrap());
    let address = address_in(&line);

    assert!(get(address, "/temperature").starts_with("HTTP/1.1 200"));
    let others: Vec<TcpStream> = (0..320).map(|_| TcpStream::connect(address).unwrap()).collect();
    let stored = || snapshots(&folder.path().join("kept"));
    let before = stored();
    wait_until("three more snapshots", || {
        // It waits until idle connections are closed.
        assert!(get(address, "/temperature").starts_with("HTTP/1.1 200"));
        stored() >= before + 3
    });
    drop(others);
    let log = std::fs::read_to_string(&log).unwrap();
    let lowered: Vec<&str> = log.lines().filter(|line| line.contains("limit of open files")).collect();
    assert!(lowered.len() == 1 && lowered[0].contains("\"max_connections\":172"), "{log}");
    assert!(!log.contains("Too many open files"), "{log}");
}
