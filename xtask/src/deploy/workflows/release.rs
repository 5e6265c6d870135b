//! Tests of `.github/scripts/release.sh`, which decides whether a release may be.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const CHANGELOG: &str =
    "# Changelog\n\n## 1.2.0 (2026-01-31)\n\n### Added\n- This.\n\n## 1.1.0 (2025-12-01)\n\n- That.\n";

/// A checkout of version 1.2.0 that may be released.
struct Checkout(tempfile::TempDir);

impl Checkout {
    fn new() -> Self {
        let checkout = Self(tempfile::tempdir().unwrap());
        checkout.write(
            "Cargo.toml",
            "[workspace.package]\nversion = \"1.2.0\"\n[workspace.dependencies]\nx = \"1\"\n",
        );
        checkout.write("Cargo.lock", "[[package]]\nname = \"hivebox\"\nversion = \"1.2.0\"\n");
        checkout.write("CHANGELOG.md", CHANGELOG);
        checkout
            .write("deploy/compose.yaml", "image: ghcr.io/hivebox/hivebox:1.2.0\nappVersion: \"1.2.0\"\n");
        checkout.git(&["init", "--quiet"]);
        checkout.commit();
        checkout
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, arguments: &[&str]) {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
        let output = self.command("git").args(identity).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    fn commit(&self) {
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "x"]);
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        // Hooks set these, and git would work on the repository that they belong to.
        command.env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE").env_remove("GIT_WORK_TREE");
        command.current_dir(self.0.path());
        command
    }

    fn run(&self, order: &str) -> Output {
        self.command("bash").arg(script()).arg(order).output().unwrap()
    }

    /// Commits, and tells why it may not be released.
    fn refusal(&self) -> String {
        self.commit();
        let output = self.run("check");
        assert!(!output.status.success(), "it may be released");
        String::from_utf8(output.stderr).unwrap()
    }

    fn may_be_released(&self) -> bool {
        self.run("check").status.success()
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(".github/scripts/release.sh")
}

fn told(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

#[test]
fn where_all_agree_it_may_be_released_and_again_from_the_same_commit() {
    let checkout = Checkout::new();
    assert_eq!(told(&checkout.run("version")), "1.2.0\n");
    assert_eq!(told(&checkout.run("notes")), "\n### Added\n- This.\n\n");
    assert!(checkout.may_be_released());
    checkout.git(&["tag", "v1.1.0"]);
    checkout.git(&["tag", "v1.2.0"]);
    assert!(checkout.may_be_released());
}

#[test]
fn a_version_is_released_from_one_commit_and_none_before_an_older_one() {
    let checkout = Checkout::new();
    checkout.git(&["tag", "v1.2.0"]);
    assert!(checkout.refusal().contains("v1.2.0 was released from another commit"));
    checkout.git(&["tag", "--delete", "v1.2.0"]);
    assert!(checkout.may_be_released());
    checkout.git(&["tag", "v1.10.0"]);
    assert!(checkout.refusal().contains("v1.10.0 is released already, which is newer than v1.2.0"));
}

#[test]
fn a_changelog_without_date_or_text_stops_it() {
    let checkout = Checkout::new();
    checkout.write("CHANGELOG.md", &CHANGELOG.replace("2026-01-31", "unreleased"));
    assert!(checkout.refusal().contains("no section '## 1.2.0 (YYYY-MM-DD)'"));
    checkout.write("CHANGELOG.md", "## 1.2.0 (2026-01-31)\n\n## 1.1.0 (2025-12-01)\n- That.\n");
    assert!(checkout.refusal().contains("the section of 1.2.0 in CHANGELOG.md is empty"));
}

#[test]
fn another_version_anywhere_stops_it() {
    let checkout = Checkout::new();
    for (named, told) in [
        ("image: ghcr.io/hivebox/hivebox:1.1.0@sha256:0", "ghcr.io/hivebox/hivebox:1.1.0"),
        ("image: ${HIVEBOX_VERSION:-1.1.0}", "HIVEBOX_VERSION:-1.1.0"),
        ("appVersion: \"1.1.0\"", "appVersion:1.1.0"),
    ] {
        checkout.write("deploy/other.yaml", named);
        assert!(checkout.refusal().contains(&format!("deploy/ names '{told}', but the version is 1.2.0")));
    }
    checkout.write("Cargo.lock", "[[package]]\nname = \"hivebox\"\nversion = \"1.1.0\"\n");
    assert!(checkout.refusal().contains("Cargo.lock has another version"));
    checkout.write("Cargo.toml", "[package]\nversion = \"1.2.0\"\n");
    assert!(checkout.refusal().contains("Cargo.toml has no version"));
}
