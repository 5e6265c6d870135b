//! What is in an image, and what it says about itself.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Image, Root, program, version};
use crate::step;
use crate::workspace::Workspace;

/// What nobody wants to pull. With `DataFusion` in it the image is to stay below half of that, which is yet to be measured.
const MOST_BYTES: u64 = 160_000_000;
const USER: &str = "65532:65532";
const DATA: &str = "var/lib/hivebox";
const PROGRAM: &str = "/usr/local/bin/hivebox";

/// All that an image may hold, folders included: no shell, no package manager, no library.
const FILES: [&str; 11] = [
    "etc/group",
    "etc/nsswitch.conf",
    "etc/passwd",
    "etc/ssl/certs/ca-certificates.crt",
    "usr/local/bin/hivebox",
    "usr/share/doc/hivebox/LICENSE",
    "usr/share/doc/hivebox/THIRD-PARTY-LICENCES.txt",
    "usr/share/doc/hivebox/glibc.txt",
    "usr/share/doc/hivebox/libgcc.txt",
    "usr/share/doc/hivebox/rust-standard-library.html",
    DATA,
];

/// What the image must say about how to run it. The list is compared with that of the image as it is.
fn expected(image: &Image) -> Vec<(&'static str, bool)> {
    let says = |list: &[String], entry: &str| list.iter().any(|one| one == entry);
    let environment = ["HIVEBOX_LISTEN=0.0.0.0:5000", "HIVEBOX_STORE=file:/var/lib/hivebox/snapshots"];
    let label = |name: &str| image.labels.iter().find(|(label, _)| label == name).map(|(_, value)| value);
    let named = |name: &str| label(&format!("org.opencontainers.image.{name}")).is_some();
    vec![
        ("runs as 65532:65532, by number", image.user == USER),
        ("starts the program, without a shell", image.entrypoint == [PROGRAM]),
        ("serves unless told otherwise", image.command == ["serve"]),
        ("checks its health by `hivebox healthcheck`", image.healthcheck == ["CMD", PROGRAM, "healthcheck"]),
        ("is stopped by SIGTERM", image.stop_signal == "SIGTERM"),
        ("works in its data folder", image.working_directory == format!("/{DATA}")),
        ("has a volume for its data", says(&image.volumes, &format!("/{DATA}"))),
        ("exposes port 5000", says(&image.ports, "5000/tcp")),
        (
            "listens on all addresses, stores in its volume",
            environment.iter().all(|entry| says(&image.environment, entry)),
        ),
        ("has OCI labels", ["title", "source", "revision", "created", "licenses"].into_iter().all(named)),
        (
            "is labelled with the version of Cargo.toml",
            label("org.opencontainers.image.version").is_some_and(|label| label == version()),
        ),
    ]
}

#[derive(Debug, PartialEq, Eq)]
struct Entry {
    path: String,
    /// `d` a folder, `f` a file, `l` a link.
    kind: char,
    mode: u32,
    owner: String,
    bytes: u64,
}

pub(super) fn check(workspace: &Workspace, root: Root, image: &Image, profile: &str) -> Result<()> {
    step::heading("What is in the image");
    let mut wrong: Vec<String> = expected(image)
        .into_iter()
        .filter(|(_, holds)| !holds)
        .map(|(what, _)| format!("it {what}"))
        .collect();
    let entries = list(root, image)?;
    wrong.extend(faults(&entries));
    let bytes: u64 = entries.iter().map(|entry| entry.bytes).sum();
    // What a first build leaves without optimisation is far larger; nobody ships that.
    if bytes > MOST_BYTES && profile == "dist" {
        wrong.push(format!("it takes at most {MOST_BYTES} bytes, not {bytes}"));
    }
    for path in machine_paths(workspace) {
        let mut grep = root.command("grep");
        let text = path.to_string_lossy();
        if step::succeeds(grep.args(["-rqF", "--", &text]).arg(&image.root)) {
            wrong.push(format!("it holds no path of the machine that built it, such as {text}"));
        }
    }
    if !wrong.is_empty() {
        bail!("the image is not as it must be:\n  {}", wrong.join("\n  "));
    }
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let megabytes = bytes as f64 / 1e6;
    eprintln!("{} files and folders, {megabytes:.1} MB", entries.len());
    let program = image.root.join(PROGRAM.trim_start_matches('/'));
    eprintln!("SHA-256 of the program: {}", program::digest(root.command("sha256sum"), &program)?);
    Ok(())
}

/// What is to go into the image, before a builder has it: buildah takes such bits away, and others do not.
pub(super) fn check_bits(files: &Path) -> Result<()> {
    let output =
        Command::new("find").arg(files).args(["-perm", "/6000"]).output().context("cannot start find")?;
    let found = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() || !found.is_empty() {
        bail!("files for the image have setuid or setgid bits:\n{found}");
    }
    Ok(())
}

/// Paths that a build could leave in the program.
fn machine_paths(workspace: &Workspace) -> Vec<PathBuf> {
    let home = env::var_os("HOME").map(PathBuf::from);
    let cargo = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(home?.join(".cargo")));
    let mut paths = vec![workspace.root().to_owned(), workspace.target().to_owned()];
    paths.extend(cargo);
    paths
}

fn list(root: Root, image: &Image) -> Result<Vec<Entry>> {
    let mut find = root.command("find");
    find.arg(&image.root).args(["-mindepth", "1", "-printf", r"%y %m %U:%G %s %P\n"]);
    let output = find.output().context("cannot start find")?;
    if !output.status.success() {
        bail!("find: {}", String::from_utf8_lossy(&output.stderr));
    }
    String::from_utf8(output.stdout)?.lines().map(entry).collect()
}

fn entry(line: &str) -> Result<Entry> {
    let parts: Vec<_> = line.splitn(5, ' ').collect();
    let [kind, mode, owner, bytes, path] = parts.as_slice() else { bail!("find printed {line:?}") };
    let kind = kind.chars().next().context("find printed no kind")?;
    Ok(Entry {
        path: (*path).to_owned(),
        kind,
        mode: u32::from_str_radix(mode, 8)?,
        owner: (*owner).to_owned(),
        // A folder's size depends on the file system.
        bytes: if kind == 'f' { bytes.parse()? } else { 0 },
    })
}

fn faults(entries: &[Entry]) -> Vec<String> {
    let mut faults = Vec::new();
    for name in FILES {
        if !entries.iter().any(|entry| entry.path == name) {
            faults.push(format!("it has /{name}"));
        }
    }
    for Entry { path, kind, mode, owner, bytes } in entries {
        let is_way_to_one = *kind == 'd' && FILES.iter().any(|file| file.starts_with(&format!("{path}/")));
        if !is_way_to_one && !FILES.contains(&path.as_str()) {
            faults.push(format!("it has no /{path}"));
        }
        if *kind == 'f' && *bytes == 0 {
            faults.push(format!("/{path} is not empty"));
        }
        let should = if path == DATA { USER } else { "0:0" };
        if owner != should {
            faults.push(format!("/{path} belongs to {should}, not {owner}"));
        }
        if mode & 0o6000 != 0 {
            faults.push(format!("/{path} has no setuid or setgid bit, such as in {mode:o}"));
        }
        if mode & 0o022 != 0 && *kind != 'l' {
            faults.push(format!("/{path} can be written by its owner alone, unlike {mode:o}"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> Vec<Entry> {
        let line = |file: &&str| match *file {
            DATA => entry("d 755 65532:65532 4096 var/lib/hivebox").unwrap(),
            file => entry(&format!("f 644 0:0 9 {file}")).unwrap(),
        };
        FILES.iter().map(line).collect()
    }

    #[test]
    fn a_complete_image_has_no_fault() {
        let mut entries = complete();
        entries.push(entry("d 755 0:0 4096 usr/share").unwrap());
        assert_eq!(faults(&entries), Vec::<String>::new());
    }

    #[test]
    fn what_must_not_be_there_is_told() {
        for (line, fault) in [
            ("f 755 0:0 9 bin/sh", "it has no /bin/sh"),
            ("f 4755 0:0 9 usr/local/bin/hivebox", "no setuid"),
            ("f 777 0:0 9 usr/local/bin/hivebox", "by its owner alone"),
            ("f 644 65532:65532 9 etc/passwd", "belongs to 0:0"),
            ("f 644 0:0 0 etc/passwd", "not empty"),
        ] {
            let mut entries = complete();
            entries.push(entry(line).unwrap());
            let told = faults(&entries).join("; ");
            assert!(told.contains(fault), "{line}: {told}");
        }
        assert!(faults(&complete()[1..]).join("; ").contains("it has /etc/group"));
    }
}
