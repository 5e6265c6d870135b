//! Runs `web/tests/*.test.mjs` against the dashboard of a demo, in a real browser.
//!
//! Test binaries run one after the other, so this is a separate one: beside tests that keep all cores busy, a browser
//! without a GPU would exceed every timeout.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail as the test does")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A demo, killed at the end.
struct Demo {
    child: Child,
    url: String,
    simulation_url: String,
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Demo {
    /// Starts a demo in a folder of its own, without settings from the environment.
    fn start(folder: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hivebox"));
        command
            .current_dir(folder)
            .env_clear()
            .args(["demo", "--listen", "127.0.0.1:0", "--past", "3h", "--rate-limit", "off"])
            // A new present every few seconds keeps the waits short, and some spare seconds allow for a late one.
            .args(["--cache-ttl", "20s"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines().map(Result::unwrap);
        let welcome = lines.take_while(|line| !line.contains("Ctrl-C"));
        let urls: Vec<_> = welcome.filter_map(|line| base_url(&line)).collect();
        let (url, simulation_url) = (urls.first().unwrap().clone(), urls.last().unwrap().clone());
        Self { child, url, simulation_url }
    }
}

/// Scheme, host and port of the URL in a line.
fn base_url(line: &str) -> Option<String> {
    let url = line.split_whitespace().find(|word| word.starts_with("http://"))?;
    Some(format!("http://{}", url.split('/').nth(2)?))
}

#[test]
fn people_can_use_the_page() {
    assert!(
        std::env::var_os("HIVEBOX_TEST_CHROMIUM").is_some(),
        "there may be no browser: run the tests by `cargo xtask test`, which installs one"
    );
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path());
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
    let tests = fs::read_dir(web.join("tests")).unwrap().map(|entry| entry.unwrap().path());
    let tests: Vec<_> = tests.filter(|path| path.to_string_lossy().ends_with(".test.mjs")).collect();
    assert!(tests.len() > 1);
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("dashboard");
    let outcome = Command::new("node")
        // The tests run one after the other, because one of them makes the simulation fail.
        .args(["--test", "--test-reporter=spec", "--test-concurrency=1", "--test-timeout=600000"])
        .args(tests)
        .env("HIVEBOX_TEST_URL", &demo.url)
        .env("HIVEBOX_TEST_BINARY", env!("CARGO_BIN_EXE_hivebox"))
        .env("HIVEBOX_TEST_SIMULATION", &demo.simulation_url)
        .env("HIVEBOX_TEST_PICTURES", pictures)
        .current_dir(web)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&outcome.stdout);
    assert!(outcome.status.success(), "{said}{}", String::from_utf8_lossy(&outcome.stderr));
}
