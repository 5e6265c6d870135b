//! GitHub's workflows, and every script and YAML file of the repository.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::step;
use crate::tools::{self, ACTIONLINT, CHECK_JSONSCHEMA, SHELLCHECK, YAMLLINT, ZIZMOR};
use crate::workspace::Workspace;

mod pins;
mod runs;

#[cfg(test)]
mod release;

const WORKFLOWS: &str = ".github/workflows/";
const ISSUE_FORMS: &str = ".github/ISSUE_TEMPLATE/";
const PINS: &str = "docs/decisions/0015-pins.md";

pub(super) fn run(workspace: &Workspace) -> Result<()> {
    tools::ensure(workspace, &[&ACTIONLINT, &CHECK_JSONSCHEMA, &ZIZMOR, &YAMLLINT, &SHELLCHECK])?;
    let files = Files::of(workspace)?;
    check_yaml(workspace, &files)?;
    check_workflows(workspace)?;

    let mut scripts = files.that(|file| is_script(&workspace.root().join(file)))?;
    let mut used = Vec::new();
    let steps = workspace.target().join("workflow-steps");
    fs::create_dir_all(&steps).context("cannot make the folder of steps")?;
    for workflow in files.that(|file| file.starts_with(WORKFLOWS))? {
        let text = read(workspace, &workflow)?;
        used.extend(pins::used(&text));
        for (name, script) in runs::of_workflow(&text).with_context(|| workflow.clone())? {
            let file = steps.join(format!("{}-{name}.sh", workflow.replace(['/', '.'], "-")));
            fs::write(&file, script).context("cannot write a step")?;
            scripts.push(file.display().to_string());
        }
    }
    step::report("Workflows: pins", &pins::problems(&used, &read(workspace, PINS)?))?;
    step::run("Scripts", workspace.command(SHELLCHECK.path(workspace)?).args(&scripts))
}

/// The form of all YAML, and the content of what GitHub would ignore without a word if it were wrong.
fn check_yaml(workspace: &Workspace, files: &Files) -> Result<()> {
    let yaml = files.that(|file| {
        Path::new(file).extension().is_some_and(|extension| extension == "yml" || extension == "yaml")
    })?;
    // Strict: a warning fails as well. Which files are left out stands in the configuration.
    step::run("YAML", workspace.command(YAMLLINT.path(workspace)?).arg("--strict").args(&yaml))?;
    let is_config = |file: &str| file == format!("{ISSUE_FORMS}config.yml");
    for (schema, of_schema) in [
        ("vendor.dependabot", files.that(|file| file == ".github/dependabot.yml")?),
        ("vendor.github-issue-forms", files.that(|file| file.starts_with(ISSUE_FORMS) && !is_config(file))?),
        ("vendor.github-issue-config", files.that(is_config)?),
    ] {
        let mut command = workspace.command(CHECK_JSONSCHEMA.path(workspace)?);
        step::run(&format!("YAML: {schema}"), command.args(["--builtin-schema", schema]).args(of_schema))?;
    }
    Ok(())
}

fn check_workflows(workspace: &Workspace) -> Result<()> {
    // It takes one pattern and no list, and is content when nothing matches.
    let pattern = format!("{WORKFLOWS}*.{{yml,yaml}}");
    step::run("Workflows: mistakes", workspace.command(ACTIONLINT.path(workspace)?).arg(pattern))?;
    step::run(
        "Workflows: weak spots",
        workspace.command(ZIZMOR.path(workspace)?).args([
            "--offline",
            "--no-progress",
            "--persona=pedantic",
            ".github",
        ]),
    )
}

/// The files of the checkout, those not added yet included.
struct Files(Vec<String>);

impl Files {
    fn of(workspace: &Workspace) -> Result<Self> {
        let output = workspace
            .command("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .output()
            .context("cannot start git, which lists the files to check")?;
        ensure!(
            output.status.success(),
            "git cannot list the files: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let listed = String::from_utf8(output.stdout).context("a file's name is no UTF-8")?;
        let is_there = |file: &&str| workspace.root().join(file).is_file();
        Ok(Self(listed.lines().filter(is_there).map(str::to_owned).collect()))
    }

    /// Those that are wanted. There is at least one: a check of nothing checks nothing.
    fn that(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>> {
        let files: Vec<_> = self.0.iter().filter(|file| wanted(file)).cloned().collect();
        ensure!(!files.is_empty(), "git lists no file of this kind");
        Ok(files)
    }
}

fn is_script(path: &Path) -> bool {
    if path.extension().is_some_and(|extension| extension == "sh") {
        return true;
    }
    let first = fs::read(path).unwrap_or_default();
    let first = first.split(|byte| *byte == b'\n').next().unwrap_or_default();
    first.starts_with(b"#!") && (first.ends_with(b"/sh") || first.ends_with(b"bash"))
}

fn read(workspace: &Workspace, file: &str) -> Result<String> {
    fs::read_to_string(workspace.root().join(file)).with_context(|| format!("cannot read {file}"))
}
