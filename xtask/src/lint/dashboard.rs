//! Whether the dashboard in the program matches its source, and its types match the API.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::step;
use crate::workspace::Workspace;

/// The source, from the root of the checkout.
const SOURCE: &str = "web";
/// The built files, from the root of the checkout. `web/vite.config.ts` names the same folder.
const COMMITTED: &str = "crates/hivebox-http/dashboard";
/// The generated types of the API, from the root of the checkout.
const API_TYPES: &str = "web/src/api/schema.d.ts";

/// The files of a folder without subfolders, by name.
type Files = BTreeMap<String, Vec<u8>>;

/// Checks the API types first, because the page is compiled against them, then the built files.
pub(super) fn run(workspace: &Workspace) -> Result<()> {
    check_api_types(workspace)?;
    check_build(workspace)
}

/// Generates the types from the output of `hivebox openapi`, and compares them with the committed ones.
fn check_api_types(workspace: &Workspace) -> Result<()> {
    let folder = workspace.target().join("dashboard-api");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let description = folder.join("openapi.json");
    let output =
        File::create(&description).with_context(|| format!("cannot write {}", description.display()))?;
    step::run(
        "Dashboard: the description of the API",
        workspace.cargo().args(["run", "--quiet", "--package", "hivebox", "--", "openapi"]).stdout(output),
    )?;
    let generated = folder.join("schema.d.ts");
    let mut npm = npm(workspace);
    npm.args(["run", "--silent", "--workspace", "build/api-types", "generate", "--"]);
    step::run("Dashboard: types of the API", npm.arg(&description).arg("--output").arg(&generated))?;
    let is_current = read(&generated)? == read(&workspace.root().join(API_TYPES))?;
    let problems = if is_current { vec![] } else { vec![outdated_types()] };
    step::report("Dashboard: committed types match the API", &problems)
}

fn outdated_types() -> String {
    format!("{API_TYPES} does not match the API: run `npm run api-types` in {SOURCE}/, and commit the file")
}

/// Checks types and style, builds the page into a temporary folder, and compares it with the committed files.
fn check_build(workspace: &Workspace) -> Result<()> {
    let built = workspace.target().join("dashboard-build");
    let mut npm = npm(workspace);
    npm.args(["run", "--silent", "build", "--", "--emptyOutDir"]);
    step::run("Dashboard: types, style, and a build", npm.arg("--outDir").arg(&built))?;
    let problems = differences(&files(&workspace.root().join(COMMITTED))?, &files(&built)?);
    step::report("Dashboard: committed files match the build", &problems)
}

/// npm in the folder of the source.
fn npm(workspace: &Workspace) -> Command {
    let mut npm = workspace.command("npm");
    npm.current_dir(workspace.root().join(SOURCE));
    npm
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn files(folder: &Path) -> Result<Files> {
    let context = || format!("cannot read {}", folder.display());
    let mut files = Files::new();
    for entry in fs::read_dir(folder).with_context(context)? {
        let path: PathBuf = entry.with_context(context)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.insert(name, read(&path)?);
    }
    Ok(files)
}

fn differences(committed: &Files, built: &Files) -> Vec<String> {
    let mut names: Vec<&String> = committed.keys().chain(built.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let differs = names.into_iter().filter(|name| committed.get(*name) != built.get(*name));
    let problem = |name: &String| {
        let why = match (committed.get(name), built.get(name)) {
            (None, _) => "is built but not committed",
            (_, None) => "is committed but not built",
            _ => "differs from the build",
        };
        format!("{COMMITTED}/{name} {why}: run `npm run build` in {SOURCE}/, and commit the files")
    };
    differs.map(problem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_difference_names_its_file() {
        let files = |files: &[(&str, &str)]| {
            files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect::<Files>()
        };
        let committed = files(&[("app.css", "old"), ("app.js", "same"), ("gone.svg", "")]);
        let built = files(&[("app.css", "new"), ("app.js", "same"), ("new.svg", "")]);
        let found = differences(&committed, &built);
        let found: Vec<_> = found.iter().map(|line| line.split(':').next().unwrap().to_owned()).collect();
        let expected = [
            ("app.css", "differs from the build"),
            ("gone.svg", "is committed but not built"),
            ("new.svg", "is built but not committed"),
        ];
        assert_eq!(found, expected.map(|(name, why)| format!("{COMMITTED}/{name} {why}")));
    }
}
