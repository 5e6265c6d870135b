//! The commands of the binary.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// A recorded answer of openSenseMap.
pub(crate) const OCTOBER_14: &str =
    concat!("file:", env!("CARGO_MANIFEST_DIR"), "/../opensensemap/tests/data/boxes_2024-10-14.json");
const OCTOBER_21: &str =
    concat!("file:", env!("CARGO_MANIFEST_DIR"), "/../opensensemap/tests/data/boxes_2024-10-21.json");

/// The binary in a folder of its own, without settings from the environment.
pub(crate) fn hivebox(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hivebox"));
    command.current_dir(folder).env_clear();
    command
}

fn run(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    hivebox(folder.path()).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The exit code and standard error.
fn failure(output: &Output) -> String {
    format!("{}: {}", output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr))
}

/// A running command, killed at the end of the test.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// Starts the command, and returns the first line of its output.
    pub(crate) fn start(command: &mut Command) -> (Self, String) {
        Self::start_logging(command, Stdio::null())
    }

    /// Does the same, and keeps the log.
    pub(crate) fn start_logging(command: &mut Command, log: impl Into<Stdio>) -> (Self, String) {
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (Self(child), line)
    }
}

/// The address in the first line of a demo's output.
pub(crate) fn address_in(line: &str) -> &str {
    line.split("http://").nth(1).unwrap().split('/').next().unwrap()
}

/// The body of an answer to a minimal request.
pub(crate) fn get(address: &str, path: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    std::io::Write::write_all(
        &mut stream,
        format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes(),
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn recorded_answers_give_the_means_computed_by_hand() {
    let october_14 =
        stdout(&run(&["temperature", "--upstream", OCTOBER_14, "--at", "2024-10-14T09:20:00Z", "--json"]));
    let told: serde_json::Value = serde_json::from_str(&october_14).unwrap();
    assert_eq!((&told["mean_celsius"], &told["readings"]), (&16.07.into(), &10.into()));
    let october_21 =
        stdout(&run(&["temperature", "--upstream", OCTOBER_21, "--at", "2024-10-21T07:44:33Z", "--json"]));
    let told: serde_json::Value = serde_json::from_str(&october_21).unwrap();
    assert_eq!((&told["mean_celsius"], &told["readings"]), (&16.83.into(), &7.into()));
}

#[test]
fn the_temperature_is_told_in_words() {
    insta::assert_snapshot!(stdout(&run(&[
        "temperature",
        "--upstream",
        OCTOBER_14,
        "--at",
        "2024-10-14T09:20:00Z"
    ])));
}

#[test]
fn help_lists_the_commands_and_every_setting() {
    insta::assert_snapshot!("help", stdout(&run(&["--help"])));
    insta::assert_snapshot!("serve_help", stdout(&run(&["serve", "--help"])));
}

#[test]
fn failures_end_with_a_sentence_and_the_code_of_sysexits() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut told = String::new();
    for arguments in [
        &["serve", "--listen", "nowhere"][..],
        &["serve", "--listen", &address],
        &["serve", "--listen", "127.0.0.1:0", "--store", "file:/proc/none"],
        &["serve", "--colour", "red"],
        &["temperature", "--upstream", "file:missing.json"],
        &["temperature", "--upstream", OCTOBER_14],
        &["snapshots", "show"],
        &["snapshots", "show", "--store", "file:."],
        &["snapshots", "show", "2026-11-24T12-00-00.000Z", "--store", "file:."],
        &["snapshots", "prune", "--older-than", "old"],
        &["temperature", "--at", "yesterday"],
        &["history", "--boxes", "5ade1acf223bd80019a1011c"],
        &["simulate", "--stations", "0"],
        &["healthcheck", "--listen", "127.0.0.1:1"],
    ] {
        let output = run(arguments);
        assert!(output.stdout.is_empty());
        let failure =
            failure(&output).replace(&address, "ADDRESS").replace(env!("CARGO_MANIFEST_DIR"), "CRATE");
        let arguments =
            arguments.join(" ").replace(&address, "ADDRESS").replace(env!("CARGO_MANIFEST_DIR"), "CRATE");
        // The time of the missing reading is the time of the test.
        let failure = failure.split(" as of ").next().unwrap();
        writeln!(told, "hivebox {arguments}\n  {}", failure.trim_end().replace('\n', "\n  ")).unwrap();
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_command_minds_only_the_settings_that_it_heeds() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], (variable, value): (&str, &str)| {
        hivebox(folder.path()).args(arguments).env(variable, value).output().unwrap()
    };
    let (history, list) = (["history", "--store", "file:."], ["snapshots", "list", "--store", "file:."]);
    for wrong in
        [("HIVEBOX_LISTEN", "nowhere"), ("HIVEBOX_CACHE", "ring:"), ("HIVEBOX_SPOOL_MAX_BYTES", "much")]
    {
        stdout(&run(&history, wrong));
        stdout(&run(&list, wrong));
    }
    let wrong = ("HIVEBOX_QUERY_TIMEOUT", "soon");
    stdout(&run(&list, wrong));
    let refused = failure(&run(&history, wrong));
    assert!(refused.contains("78: hivebox: HIVEBOX_QUERY_TIMEOUT is not a duration: \"soon\""), "{refused}");
}

#[test]
fn config_shows_what_is_in_force_and_hides_secrets() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join(".env"),
        "HIVEBOX_CACHE_TTL=2m\nHIVEBOX_UPSTREAM=https://me:secret@example.org\n",
    )
    .unwrap();
    let output = hivebox(folder.path())
        .env("HIVEBOX_LISTEN", "127.0.0.1:7000")
        .env("HIVEBOX_CACHE", "redis://bee:secret@cache")
        .env("AWS_ENDPOINT_URL", "http://minio:9000")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .args(["config", "--boxes", "all"])
        .output()
        .unwrap();
    let shown = stdout(&output);
    assert!(!shown.contains("secret"));
    insta::assert_snapshot!(shown);
}

#[test]
fn snapshots_are_stored_listed_shown_and_verified() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| hivebox(folder.path()).args(arguments).output().unwrap();
    let stored = stdout(&run(&["store", "--upstream", OCTOBER_14, "--at", "2024-10-14T09:20:00Z", "--json"]));
    let stored: serde_json::Value = serde_json::from_str(&stored).unwrap();
    let name = stored["name"].as_str().unwrap();
    assert!(stdout(&run(&["snapshots", "list"])).starts_with(name));
    let shown = stdout(&run(&["snapshots", "show", name]));
    assert_eq!(shown.lines().count() as u64, stored["rows"].as_u64().unwrap() + 1);
    assert!(stdout(&run(&["snapshots", "verify"])).contains("1 snapshots checked, 0 bad"));

    let object = folder.path().join("hivebox-data").join(stored["object"].as_str().unwrap());
    let mut bytes = std::fs::read(&object).unwrap();
    bytes[100] ^= 1;
    std::fs::write(object, bytes).unwrap();
    let verified = run(&["snapshots", "verify"]);
    assert_eq!(verified.status.code(), Some(65));
    assert!(String::from_utf8(verified.stdout).unwrap().starts_with("BAD"));
}

#[test]
fn old_snapshots_are_listed_and_only_removed_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| hivebox(folder.path()).args(arguments).output().unwrap();
    stdout(&run(&["store", "--upstream", OCTOBER_14, "--at", "2024-10-14T09:20:00Z"]));
    stdout(&run(&["store", "--upstream", OCTOBER_21]));
    assert_eq!(run(&["snapshots", "prune"]).status.code(), Some(64));
    let told = stdout(&run(&["snapshots", "prune", "--older-than", "30d"]));
    assert!(
        told.starts_with("2024-10-14T09-20-00.000Z") && told.contains("1 snapshots are from before"),
        "{told}"
    );
    assert_eq!(stdout(&run(&["snapshots", "list"])).lines().count(), 2);
    let told = stdout(&run(&["snapshots", "prune", "--older-than", "30d", "--remove", "--json"]));
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["removed"], told["snapshots"].as_array().unwrap().len()), (&true.into(), 1));
    assert_eq!(stdout(&run(&["snapshots", "list"])).lines().count(), 1);
}

#[test]
fn the_doctor_prints_a_line_for_each_part() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| hivebox(folder.path()).arg("doctor").args(arguments).output().unwrap();
    let old = run(&["--upstream", OCTOBER_14]);
    assert_eq!(old.status.code(), Some(69), "no reading is current");
    let told = String::from_utf8(old.stdout).unwrap();
    assert!(told.starts_with("BAD upstream") && told.contains("check that HIVEBOX_BOXES"), "{told}");

    let now = hivebox_present::Clock::system().now().to_string();
    let dumping = ["simulate", "--stations", "300", "--at", &now, "--speed", "0", "--dump", "now.json"];
    stdout(&hivebox(folder.path()).args(dumping).output().unwrap());
    let good = stdout(&run(&["--upstream", "file:now.json", "--json"]));
    let good: serde_json::Value = serde_json::from_str(&good).unwrap();
    let parts: Vec<_> =
        good.as_array().unwrap().iter().map(|finding| (&finding["part"], &finding["good"])).collect();
    let (part, is_good) = (["upstream", "cache", "store"].map(serde_json::Value::from), true.into());
    assert_eq!(parts, part.each_ref().map(|part| (part, &is_good)), "{good}");
    let nobody = format!("redis://127.0.0.1:{}", crate::redis_server::free_port());
    let bad = run(&["--upstream", "file:now.json", "--cache", &nobody]);
    let told = String::from_utf8(bad.stdout).unwrap();
    assert!(
        told.contains("BAD cache") && told.contains("check HIVEBOX_CACHE and that the server runs"),
        "{told}"
    );
    assert!(told.contains("ok  store"), "{told}");
}

#[test]
fn a_simulation_dump_is_reproducible_and_readable() {
    let folder = tempfile::tempdir().unwrap();
    let at = "2026-06-01T12:00:00Z";
    let dump = |name: &str| {
        let output = hivebox(folder.path())
            .args(["simulate", "--stations", "500", "--at", at, "--speed", "0", "--dump", name])
            .output()
            .unwrap();
        stdout(&output);
        std::fs::read(folder.path().join(name)).unwrap()
    };
    assert_eq!(dump("a.json"), dump("b.json"));
    let output = hivebox(folder.path())
        .args(["temperature", "--upstream", "file:a.json", "--at", at])
        .output()
        .unwrap();
    assert!(stdout(&output).contains("from 500 senseBoxes"));
}

#[test]
fn the_demo_prints_its_address_and_answers_there() {
    let folder = tempfile::tempdir().unwrap();
    let (running, line) =
        Running::start(hivebox(folder.path()).args(["demo", "--listen", "127.0.0.1:0", "--stations", "500"]));
    let address = address_in(&line);
    for path in [
        "/",
        "/health",
        "/version",
        "/metrics",
        "/temperature",
        "/store",
        "/livez",
        "/readyz",
        "/routez",
        "/api/v1/snapshots",
    ] {
        assert!(get(address, path).starts_with("HTTP/1.1 200"), "{path}");
    }
    let asked = hivebox(folder.path()).args(["healthcheck", "--listen", address]).output().unwrap();
    assert!(stdout(&asked).contains("answered 200"));
    drop(running);
}
