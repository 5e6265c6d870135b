//! Stopping the service.

use opensensemap_sim::Fault;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use tokio::time::Instant;

use crate::app::{PATIENCE, TestApp, TestUpstream};
use crate::commands::{Running, address_in, get, hivebox};

pub(crate) fn signal(running: &Running, signal: &str) {
    let sent = Command::new("kill").args([signal, &running.0.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// A demo on a port: the command and its address.
fn demo(folder: &std::path::Path, settings: &[&str]) -> (Running, String) {
    let arguments = ["demo", "--listen", "127.0.0.1:0", "--stations", "500"];
    let (running, line) = Running::start(hivebox(folder).args(arguments).args(settings));
    let address = address_in(&line).to_owned();
    (running, address)
}

#[test]
fn after_sigterm_it_is_not_ready_serves_during_the_drain_delay_and_exits_with_success() {
    let folder = tempfile::tempdir().unwrap();
    let (mut running, address) = demo(folder.path(), &["--drain-delay", "20s"]);
    assert!(get(&address, "/temperature").starts_with("HTTP/1.1 200"));
    assert!(get(&address, "/readyz").starts_with("HTTP/1.1 200"));
    signal(&running, "-TERM");
    let started = Instant::now();
    while get(&address, "/readyz").starts_with("HTTP/1.1 200") {
        assert!(started.elapsed() < PATIENCE, "it is still ready");
    }
    assert!(get(&address, "/readyz").contains("\"draining\":true"));
    assert!(get(&address, "/temperature").starts_with("HTTP/1.1 200"));
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
}

#[test]
fn after_sigint_it_exits_at_once_with_success() {
    let folder = tempfile::tempdir().unwrap();
    let (mut running, _) = demo(folder.path(), &["--drain-delay", "5m"]);
    signal(&running, "-INT");
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
}

#[test]
fn a_running_store_finishes_or_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (mut running, address) = demo(folder.path(), &["--drain-delay", "0s", "--store", "file:kept"]);
    assert!(get(&address, "/temperature").starts_with("HTTP/1.1 200"));
    let mut storing = TcpStream::connect(&address).unwrap();
    storing.write_all(b"GET /store HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    signal(&running, "-TERM");
    let mut answer = String::new();
    storing.read_to_string(&mut answer).unwrap();
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
    let verified =
        hivebox(folder.path()).args(["snapshots", "verify", "--store", "file:kept"]).output().unwrap();
    let verified = String::from_utf8(verified.stdout).unwrap();
    let stored = usize::from(answer.starts_with("HTTP/1.1 200"));
    assert!(verified.contains(&format!("{stored} snapshots checked, 0 bad")), "{answer}\n{verified}");
}

#[tokio::test]
async fn a_request_in_flight_is_answered_before_the_end() {
    let upstream = TestUpstream::start().await;
    upstream.sim.faults().set(Fault::Delay { millis: 1000 }).unwrap();
    let app = TestApp::with(&upstream.url, &[]).await;
    let mut waiting = tokio::net::TcpStream::connect(app.address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut waiting, b"GET /temperature HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    // The next request is answered only after the connection above was accepted.
    app.get("/health").await;
    let stopping = tokio::spawn(app.stop());
    let mut answer = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut waiting, &mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(stopping.await.unwrap(), "all was finished");
}
