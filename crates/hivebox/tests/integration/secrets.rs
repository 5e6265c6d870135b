//! No secret of an address appears in any output, however the address is spelled.

use std::process::Output;

use crate::commands::hivebox;

const SECRET: &str = "S3CRET";

/// Spellings of addresses, most of them wrong.
const ADDRESSES: [&str; 17] = [
    "redis://:S3CRET@127.0.0.1:1",
    "redis://default:S3CRET@127.0.0.1:1/first",
    "default:S3CRET@redis:6379",
    "default:S3CRET:redis:6379",
    "redis//:S3CRET@h",
    "redis;//:S3CRET@h",
    "redis://:S3CRET",
    "redis://:S3C?RET@h",
    "redis://:x@S3CRET@h",
    "redis://127.0.0.1:1?token=S3CRET",
    "http://me:S3CRET@127.0.0.1:1",
    "http://me:S3CRET@127.0.0.1:port",
    "http//me:S3CRET@127.0.0.1:1",
    "http://127.0.0.1:1/?token=S3CRET",
    "s3://me:S3CRET@bucket",
    "ballista://me:S3CRET@h",
    "ftp://me:S3CRET@h?token=S3CRET",
];

const BOX: &str = "5386026e5f08822009b8b60d";
const COMMANDS: [&[&str]; 3] = [&["config"], &["config", "--json"], &["snapshots", "list"]];

fn check(output: &Output, what: &str) {
    for text in [&output.stdout, &output.stderr] {
        let text = String::from_utf8_lossy(text);
        assert!(!text.contains(SECRET) && !text.contains("S3C"), "{what}:\n{text}");
    }
}

#[test]
fn no_output_has_a_secret_of_a_misspelled_address() {
    let folder = tempfile::tempdir().unwrap();
    for address in ADDRESSES {
        for command in COMMANDS {
            let variables = [
                "HIVEBOX_CACHE",
                "HIVEBOX_UPSTREAM",
                "HIVEBOX_STORE",
                "HIVEBOX_ENGINE",
                "HIVEBOX_OTLP_ENDPOINT",
                "HIVEBOX_LISTEN",
                "AWS_ENDPOINT_URL",
                "AWS_SECRET_ACCESS_KEY",
            ];
            let output =
                hivebox(folder.path()).args(command).envs(variables.map(|name| (name, address))).output();
            check(&output.unwrap(), &format!("{command:?} with {address}"));
        }
        for arguments in [
            &["config", "--cache", address][..],
            &["config", address],
            &["config", "--cach", address],
            &[address],
            &["healthcheck", "--listen", address],
            &[
                "backfill",
                "--from",
                "2026-11-01",
                "--archive",
                address,
                "--source",
                "archive",
                "--boxes",
                BOX,
                "--upstream",
                "http://127.0.0.1:1",
                "--upstream-retries",
                "0",
            ],
            &["temperature", "--upstream-retries", "0", "--upstream", address],
        ] {
            let output = hivebox(folder.path()).args(arguments).output().unwrap();
            assert!(!output.status.success() || arguments.get(1) == Some(&"--cache"), "{arguments:?}");
            check(&output, &format!("{arguments:?}"));
        }
        // A value without a login may be a time.
        if address.contains(['@', '?']) {
            check(&hivebox(folder.path()).args(["store", "--at", address]).output().unwrap(), "store --at");
        }
        for line in
            [format!("HIVEBOX_CACHE={address}"), address.to_owned(), format!("HIVEBOX CACHE={address}")]
        {
            std::fs::write(folder.path().join(".env"), &line).unwrap();
            check(&hivebox(folder.path()).arg("config").output().unwrap(), &line);
            std::fs::remove_file(folder.path().join(".env")).unwrap();
        }
    }
}

#[test]
fn no_log_has_a_secret_of_an_address() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = hivebox(folder.path());
    command.args(["doctor", "--upstream-retries", "0", "--cache-timeout", "50ms", "--store-timeout", "1s"]);
    command.envs([
        ("HIVEBOX_UPSTREAM", "http://me:S3CRET@127.0.0.1:1/?token=S3CRET"),
        ("HIVEBOX_CACHE", "redis://me:S3CRET@127.0.0.1:1"),
        ("HIVEBOX_STORE", "s3://bucket"),
        ("AWS_ENDPOINT_URL", "http://me:S3CRET@127.0.0.1:1"),
        ("AWS_ACCESS_KEY_ID", "me"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
    ]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(69), "{}", String::from_utf8_lossy(&output.stderr));
    check(&output, "doctor");
}
