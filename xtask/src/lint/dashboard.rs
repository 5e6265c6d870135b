//! Whether the dashboard that the program carries is what its source builds.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::step;
use crate::workspace::Workspace;

const SOURCE: &str = "web";
const COMMITTED: &str = "crates/hivebox/dashboard";

/// The files of a folder that has no others in it, by their names.
type Files = BTreeMap<String, Vec<u8>>;

/// Checks the types, builds the page into a folder of its own, and compares.
pub(super) fn run(workspace: &Workspace) -> Result<()> {
    let built = workspace.target().join("dashboard-build");
    let mut npm = Command::new("npm");
    npm.current_dir(workspace.root().join(SOURCE)).args(["run", "--silent", "build", "--", "--emptyOutDir"]);
    step::run("Dashboard: types, and a build", npm.arg("--outDir").arg(&built))?;
    let problems = differences(&files(&workspace.root().join(COMMITTED))?, &files(&built)?);
    step::report("Dashboard: what is committed is what is built", &problems)
}

fn files(folder: &Path) -> Result<Files> {
    let read = || format!("cannot read {}", folder.display());
    let mut files = Files::new();
    for entry in fs::read_dir(folder).with_context(read)? {
        let path = entry.with_context(read)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.insert(name, fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?);
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
            (None, _) => "is built, but not committed",
            (_, None) => "is committed, but not built",
            _ => "is not what is built",
        };
        format!("{COMMITTED}/{name} {why}: run `npm run build` in {SOURCE}/, and commit what it makes")
    };
    differs.map(problem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_told_by_name() {
        let files = |files: &[(&str, &str)]| {
            files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect::<Files>()
        };
        let committed = files(&[("app.css", "old"), ("app.js", "same"), ("gone.svg", "")]);
        let built = files(&[("app.css", "new"), ("app.js", "same"), ("new.svg", "")]);
        let told = differences(&committed, &built);
        let told: Vec<_> = told.iter().map(|line| line.split(':').next().unwrap()).collect();
        let expected = [
            "crates/hivebox/dashboard/app.css is not what is built",
            "crates/hivebox/dashboard/gone.svg is committed, but not built",
            "crates/hivebox/dashboard/new.svg is built, but not committed",
        ];
        assert_eq!(told, expected);
    }
}
