//! GitHub's workflows, and every script and YAML file of the repository.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::step;
use crate::tools::{self, ACTIONLINT, BATS, CHECK_JSONSCHEMA, SHELLCHECK, YAMLLINT, ZIZMOR};
use crate::workspace::Workspace;

mod needs;
mod runs;

const WORKFLOWS: &str = ".github/workflows/";
const ISSUE_FORMS: &str = ".github/ISSUE_TEMPLATE/";
const USES: &str = ".github/uses.schema.json";

pub(super) fn run(workspace: &Workspace) -> Result<()> {
    let needed = [&ACTIONLINT, &BATS, &CHECK_JSONSCHEMA, &ZIZMOR, &YAMLLINT, &SHELLCHECK];
    tools::ensure(workspace, &needed)?;
    let is_yaml = |file: &str| has_extension(file, "yml") || has_extension(file, "yaml");
    // Strict: warnings fail as well. The configuration names the files to skip.
    step::run("YAML", YAMLLINT.command(workspace)?.arg("--strict").args(workspace.files(is_yaml)?))?;
    check_schemas(workspace)?;
    check_needs(workspace)?;
    // It takes one pattern instead of a list, and succeeds when nothing matches.
    let pattern = format!("{WORKFLOWS}*.{{yml,yaml}}");
    step::run("Workflows: mistakes", ACTIONLINT.command(workspace)?.arg(pattern))?;
    let arguments = ["--offline", "--no-progress", "--persona=pedantic", ".github"];
    step::run("Workflows: weak spots", ZIZMOR.command(workspace)?.args(arguments))?;

    let mut scripts = workspace.files(|file| is_script(&workspace.root().join(file)))?;
    scripts.extend(steps_as_scripts(workspace)?);
    step::run("Scripts", SHELLCHECK.command(workspace)?.args(&scripts))?;
    // Other files need an image or a cluster.
    let tests = workspace.files(|file| file.starts_with(".github/") && has_extension(file, "bats"))?;
    step::run("Scripts: tests", BATS.command(workspace)?.args(tests))
}

/// Checks the files whose mistakes GitHub ignores silently.
fn check_schemas(workspace: &Workspace) -> Result<()> {
    let is_config = |file: &str| file == format!("{ISSUE_FORMS}config.yml");
    for (schema, files) in [
        (
            ["--builtin-schema", "vendor.dependabot"],
            workspace.files(|file| file == ".github/dependabot.yml")?,
        ),
        (
            ["--builtin-schema", "vendor.github-issue-forms"],
            workspace.files(|file| file.starts_with(ISSUE_FORMS) && !is_config(file))?,
        ),
        (["--builtin-schema", "vendor.github-issue-config"], workspace.files(is_config)?),
        (["--schemafile", USES], workspace.files(|file| file.starts_with(WORKFLOWS))?),
    ] {
        let mut command = CHECK_JSONSCHEMA.command(workspace)?;
        step::run(&format!("YAML: {}", schema[1]), command.args(schema).args(files))?;
    }
    Ok(())
}

/// Checks that no job can fail unnoticed.
fn check_needs(workspace: &Workspace) -> Result<()> {
    for workflow in workspace.files(|file| file.starts_with(WORKFLOWS))? {
        needs::check(&workspace.read(&workflow)?).context(workflow)?;
    }
    Ok(())
}

/// Writes the steps of all workflows to files.
fn steps_as_scripts(workspace: &Workspace) -> Result<Vec<String>> {
    let folder = workspace.target().join("workflow-steps");
    fs::create_dir_all(&folder).context("cannot create the folder of steps")?;
    let mut scripts = Vec::new();
    for workflow in workspace.files(|file| file.starts_with(WORKFLOWS))? {
        for (name, script) in runs::of_workflow(&workspace.read(&workflow)?).context(workflow.clone())? {
            let file = folder.join(format!("{}-{name}.sh", workflow.replace(['/', '.'], "-")));
            fs::write(&file, script).context("cannot write a step")?;
            scripts.push(file.display().to_string());
        }
    }
    Ok(scripts)
}

fn has_extension(file: &str, extension: &str) -> bool {
    Path::new(file).extension().is_some_and(|found| found == extension)
}

fn is_script(path: &Path) -> bool {
    if path.extension().is_some_and(|extension| extension == "sh" || extension == "bats") {
        return true;
    }
    let text = fs::read(path).unwrap_or_default();
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    first.starts_with(b"#!") && (first.ends_with(b"/sh") || first.ends_with(b"bash"))
}
