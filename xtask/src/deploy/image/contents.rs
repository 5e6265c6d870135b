//! The content of an image. container-structure-test checks the files and the declarations that
//! `structure-test.yaml` lists; the rest, which it cannot check, is here.

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::program;
use super::unpacked::{Image, Root};
use crate::step;
use crate::tools::CONTAINER_STRUCTURE_TEST;
use crate::workspace::Workspace;

/// The size limit of the image in production.
const MOST_BYTES: u64 = 160_000_000;
const USER: &str = "65532:65532";
const DATA: &str = "/var/lib/hivebox";
const PROGRAM: &str = "/usr/local/bin/hivebox";
const STRUCTURE: &str = "deploy/docker/structure-test.yaml";

#[derive(Debug, PartialEq, Eq)]
struct Entry {
    path: String,
    /// `d` for a folder, `f` for a file, `l` for a link.
    kind: char,
    mode: u32,
    owner: String,
    bytes: u64,
}

pub(super) fn check(workspace: &Workspace, root: Root, image: &Image, profile: &str) -> Result<()> {
    let mut structure_test = CONTAINER_STRUCTURE_TEST.command(workspace)?;
    structure_test.args(["test", "--driver=tar", "--config", STRUCTURE, "--image"]).arg(&image.archive);
    step::run("Files and declarations of the image", &mut structure_test)?;

    let entries = list(root, image)?;
    let mut problems = faults(&entries, &listed_files(&workspace.read(STRUCTURE)?)?);
    let bytes: u64 = entries.iter().map(|entry| entry.bytes).sum();
    // Other profiles optimise less and are far larger; nobody ships them.
    if bytes > MOST_BYTES && profile == "dist" {
        problems.push(format!("the image has {bytes} bytes, more than {MOST_BYTES}"));
    }
    for path in machine_paths(workspace) {
        let text = path.to_string_lossy();
        if step::succeeds(root.command("grep").args(["-rqF", "--", &text]).arg(&image.root)) {
            problems.push(format!("a file contains {text}, a path of the machine that built it"));
        }
    }
    step::report("Image: everything else", &problems)?;
    eprintln!("{} files and folders, {} MB", entries.len(), bytes / 1_000_000);
    let program = image.root.join(PROGRAM.trim_start_matches('/'));
    eprintln!("SHA-256 of the program: {}", program::digest(root.command("sha256sum"), &program)?);
    Ok(())
}

/// Checks the files before a builder gets them: buildah removes setuid and setgid bits, other builders do not.
pub(super) fn check_bits(files: &Path) -> Result<()> {
    let found = step::output(Command::new("find").arg(files).args(["-perm", "/6000"]))?;
    let found = String::from_utf8_lossy(&found);
    ensure!(found.is_empty(), "files for the image have setuid or setgid bits:\n{found}");
    Ok(())
}

/// The paths that container-structure-test expects.
fn listed_files(structure: &str) -> Result<BTreeSet<String>> {
    let structure: Value =
        serde_saphyr::from_str(structure).with_context(|| format!("cannot parse {STRUCTURE}"))?;
    let tests = structure["fileExistenceTests"].as_array().into_iter().flatten();
    Ok(tests.filter_map(|test| test["path"].as_str().map(str::to_owned)).collect())
}

/// Paths of this machine that a build could leave in the program.
fn machine_paths(workspace: &Workspace) -> Vec<PathBuf> {
    let home = env::var_os("HOME").map(PathBuf::from);
    let cargo = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(home?.join(".cargo")));
    [workspace.root().to_owned(), workspace.target().to_owned()].into_iter().chain(cargo).collect()
}

fn list(root: Root, image: &Image) -> Result<Vec<Entry>> {
    let mut find = root.command("find");
    find.arg(&image.root).args(["-mindepth", "1", "-printf", r"%y %m %U:%G %s /%P\n"]);
    String::from_utf8(step::output(&mut find)?)?.lines().map(entry).collect()
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
        // The size of a folder depends on the file system.
        bytes: if kind == 'f' { bytes.parse()? } else { 0 },
    })
}

fn faults(entries: &[Entry], listed: &BTreeSet<String>) -> Vec<String> {
    let mut faults = Vec::new();
    for Entry { path, kind, mode, owner, bytes } in entries {
        let leads_to_one = *kind == 'd' && listed.iter().any(|file| file.starts_with(&format!("{path}/")));
        if !leads_to_one && !listed.contains(path) {
            faults.push(format!("{path} is not in {STRUCTURE}"));
        }
        if *kind == 'f' && *bytes == 0 {
            faults.push(format!("{path} is empty"));
        }
        let expected = if path == DATA { USER } else { "0:0" };
        if owner != expected {
            faults.push(format!("{path} belongs to {owner}, not to {expected}"));
        }
        if mode & 0o6022 != 0 && *kind != 'l' {
            faults.push(format!("{path} has setuid or setgid bits, or others may write to it: {mode:o}"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unexpected_entries_are_reported() {
        let listed = "fileExistenceTests: [{path: /etc/passwd}, {path: /usr/local/bin/hivebox}, {path: /var/lib/hivebox}]";
        let listed = listed_files(listed).unwrap();
        for (line, fault) in [
            ("f 644 0:0 9 /etc/passwd", ""),
            ("d 755 0:0 4096 /usr/local", ""),
            ("d 755 65532:65532 4096 /var/lib/hivebox", ""),
            ("f 755 0:0 9 /bin/sh", "/bin/sh is not in deploy/docker/structure-test.yaml"),
            ("f 4755 0:0 9 /usr/local/bin/hivebox", "setuid"),
            ("f 777 0:0 9 /usr/local/bin/hivebox", "others may write"),
            ("f 644 65532:65532 9 /etc/passwd", "belongs to 65532:65532, not to 0:0"),
            ("d 755 0:0 4096 /var/lib/hivebox", "belongs to 0:0, not to 65532:65532"),
            ("f 644 0:0 0 /etc/passwd", "is empty"),
        ] {
            let found = faults(&[entry(line).unwrap()], &listed).join("; ");
            assert!(found.contains(fault) && found.is_empty() == fault.is_empty(), "{line}: {found}");
        }
    }
}
