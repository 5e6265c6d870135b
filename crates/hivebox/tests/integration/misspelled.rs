//! Misspelled variables and flags are told.

use crate::commands::{Running, hivebox};

#[test]
fn a_misspelled_variable_is_told_once_with_the_nearest_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "HIVEBOX_STOR=file:x\nHIVEBOX_LISTN=1\nMINIO_USER=me\n")
        .unwrap();
    let variables = [
        ("HIVEBOX_LISTN", "0.0.0.0:80"),
        ("HIVEBOX_PORT", "tcp://10.0.0.1:5000"),
        ("HIVEBOX_SERVICE_HOST", "x"),
    ];
    for command in [&["config"][..], &["healthcheck", "--listen", "127.0.0.1:1"]] {
        let output = hivebox(folder.path()).args(command).envs(variables).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        let warnings: Vec<&str> = told.lines().filter(|line| line.contains("warning")).collect();
        let expected = [
            "hivebox: warning: HIVEBOX_LISTN is no setting and is ignored; the nearest one is HIVEBOX_LISTEN",
            "hivebox: warning: HIVEBOX_LISTN (in .env) is no setting and is ignored; the nearest one is HIVEBOX_LISTEN",
            "hivebox: warning: HIVEBOX_STOR (in .env) is no setting and is ignored; the nearest one is HIVEBOX_STORE",
        ];
        assert_eq!(warnings, expected);
    }
}

#[test]
fn a_service_logs_a_misspelled_variable() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut command = hivebox(folder.path());
    command.args([
        "demo",
        "--listen",
        "127.0.0.1:0",
        "--stations",
        "10",
        "--past",
        "0s",
        "--log-format",
        "json",
    ]);
    command.env("HIVEBOX_RETENTON", "90d");
    let (_running, _) = Running::start_logging(&mut command, std::fs::File::create(&log).unwrap());
    let log = std::fs::read_to_string(log).unwrap();
    let lines = log.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let told = lines.filter(|line| line.to_string().contains("the nearest one is HIVEBOX_RETENTION"));
    assert_eq!(told.count(), 1, "{log}");
}

#[test]
fn a_filter_of_logs_that_would_silence_them_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let output = hivebox(folder.path()).args(["serve", "--log", "inof"]).output().unwrap();
    assert_eq!(output.status.code(), Some(78));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("--log is malformed: \"inof\"; allowed: off, error, warn, info"), "{told}");
}

#[test]
fn help_is_a_command_too() {
    let folder = tempfile::tempdir().unwrap();
    let out = |arguments: &[&str]| {
        let output = hivebox(folder.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(out(&["help"]), out(&["--help"]));
    assert_eq!(out(&["help", "serve"]), out(&["serve", "--help"]));
    assert_eq!(out(&["help", "snapshots", "list"]), out(&["snapshots", "list", "--help"]));
}
