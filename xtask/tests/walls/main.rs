//! The walls of the codebase: crates depend only on lower floors, and import circles stay inside a folder.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod imports;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use imports::Circle;
use serde_json::Value;

/// Most files of an import circle.
const LARGEST_CIRCLE: usize = 3;

/// The crates of the workspace, as `cargo metadata` describes them.
fn packages() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version=1", "--manifest-path"])
        .arg(root().join("Cargo.toml"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The lines `<floor> <crate>  <content>` in the code blocks of a document.
fn floors(document: &str) -> BTreeMap<&str, u32> {
    let blocks = document.split("```").skip(1).step_by(2);
    blocks
        .flat_map(str::lines)
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let floor = words.next()?.parse().ok()?;
            Some((words.next()?, floor))
        })
        .collect()
}

/// Crates that the list lacks, and dependencies that do not stand on a lower floor.
fn broken_walls(packages: &[Value], floors: &BTreeMap<&str, u32>) -> Vec<String> {
    let mut broken = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let Some(floor) = floors.get(name) else {
            broken.push(format!("{name} is not in the list"));
            continue;
        };
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let normal =
            dependencies.filter(|dependency| dependency["kind"].is_null() && dependency["path"].is_string());
        for dependency in normal.map(|dependency| dependency["name"].as_str().unwrap()) {
            if floors.get(dependency).is_none_or(|below| below >= floor) {
                broken.push(format!("{name} depends on {dependency}, which is not on a lower floor"));
            }
        }
    }
    let gone = floors.keys().filter(|name| !packages.iter().any(|package| package["name"] == ***name));
    broken.extend(gone.map(|name| format!("{name} is in the list, but not in the workspace")));
    broken
}

#[test]
fn crates_depend_on_lower_floors_only() {
    let document = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let broken = broken_walls(&packages(), &floors(&document));
    assert!(broken.is_empty(), "docs/architecture.md and Cargo.toml disagree:\n{}", broken.join("\n"));
}

#[test]
fn a_dependency_on_the_same_floor_is_reported() {
    let floors = floors("2 a  no\n```\n2 a  above\n1 b  below\n1 c\n1 gone\n```\n3 d");
    let package =
        |name: &str, dependencies: Value| serde_json::json!({"name": name, "dependencies": dependencies});
    let on = |name: &str, kind: Value| serde_json::json!({"name": name, "kind": kind, "path": "/x"});
    let packages = [
        package("a", serde_json::json!([on("b", Value::Null)])),
        package(
            "b",
            serde_json::json!([on("c", Value::Null), on("a", "dev".into()), {"name": "serde", "kind": null}]),
        ),
        package("c", serde_json::json!([])),
        package("d", serde_json::json!([])),
    ];
    assert_eq!(
        broken_walls(&packages, &floors),
        [
            "b depends on c, which is not on a lower floor",
            "d is not in the list",
            "gone is in the list, but not in the workspace"
        ]
    );
}

/// The paths of the second column of the table, each taken from the root: one after a comma or a semicolon is in the
/// folder of the one before it.
fn paths_of_the_table(document: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for row in document.lines().filter(|line| line.starts_with("| ")) {
        let Some(cell) = row.split(" | ").nth(1) else { continue };
        let mut folder = String::new();
        for path in cell
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|path| !path.contains(' ') && (path.contains('.') || path.ends_with('/')))
        {
            let is_whole =
                ["crates/", "deploy/", "web/", ".github/"].iter().any(|root| path.starts_with(root));
            let path = if is_whole { path.to_owned() } else { format!("{folder}/{path}") };
            if is_whole {
                folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
            }
            paths.push(path);
        }
    }
    paths
}

#[test]
fn each_file_of_the_table_exists() {
    let document = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let paths = paths_of_the_table(&document);
    assert!(paths.len() > 50, "{paths:?}");
    let gone: Vec<&String> = paths.iter().filter(|path| !root().join(path).exists()).collect();
    assert!(gone.is_empty(), "docs/architecture.md names files that do not exist: {gone:#?}");
}

#[test]
fn import_circles_are_small_and_stay_in_one_folder() {
    let mut found = Vec::new();
    for package in packages() {
        let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
        for circle in imports::circles(&imports::read(&manifest.with_file_name("src"))) {
            let Circle { files, folders } = &circle;
            if folders.len() > 1 || files.len() > LARGEST_CIRCLE {
                let counts = format!("{} files in {} folders", files.len(), folders.len());
                found.push(format!("{}: {counts} use one another: {}", package["name"], files.join(", ")));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
