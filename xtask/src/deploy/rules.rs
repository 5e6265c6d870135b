//! The files of Prometheus and Grafana: rules, their tests, the dashboard.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::step;
use crate::tools::{self, PROMTOOL};
use crate::workspace::Workspace;

mod alerts;
mod dashboard;
mod names;

use alerts::{RuleFile, TestFile};
use dashboard::Dashboard;

const RULES: &str = "deploy/prometheus/rules";
const TESTS: &str = "deploy/prometheus/tests";
const DASHBOARDS: &str = "deploy/grafana/dashboards";
const RUNBOOKS: &str = "docs/operating.md";
/// A test of the service compares this list with `/metrics`.
const METRICS: &str =
    "crates/hivebox/tests/integration/snapshots/integration__metrics__all_series_are_known.snap";

pub(super) fn run(workspace: &Workspace) -> Result<()> {
    tools::ensure(workspace, &[&PROMTOOL])?;
    let promtool = || PROMTOOL.command(workspace);
    let (rules, tests) = (files(workspace, RULES, "yml")?, files(workspace, TESTS, "yml")?);
    step::run("Rules", promtool()?.args(["check", "rules", "--lint-fatal"]).args(&rules))?;
    step::run("Rules: tests", promtool()?.args(["test", "rules"]).args(&tests))?;

    let rules = rules.iter().map(parse::<RuleFile>).collect::<Result<Vec<_>>>()?;
    let tests = tests.iter().map(parse::<TestFile>).collect::<Result<Vec<_>>>()?;
    let runbooks = read(&workspace.root().join(RUNBOOKS))?;
    let recorded = alerts::recorded(&rules);
    let known = names::of_snapshot(&read(&workspace.root().join(METRICS))?);
    let mut problems = alerts::problems(&rules, &tests, &runbooks);
    for (place, expression) in alerts::expressions(&rules) {
        problems.extend(names::problems(place, expression, &known, &recorded));
    }
    step::report("Alerts: tests, runbooks, metrics", &problems)?;

    for file in files(workspace, DASHBOARDS, "json")? {
        let dashboard = Dashboard::parse(&read(&file)?).with_context(|| file.display().to_string())?;
        let mut problems = dashboard.problems();
        for (place, expression) in dashboard.expressions() {
            problems.extend(names::problems(&place, &expression, &known, &recorded));
        }
        step::report("Dashboard", &problems)?;
        let expressions = workspace.target().join("dashboard-expressions.yml");
        fs::write(&expressions, dashboard.as_rules()).context("cannot write into the target directory")?;
        step::run("Dashboard: expressions", promtool()?.args(["check", "rules"]).arg(&expressions))?;
    }
    Ok(())
}

/// The files in a folder of the repository, by name.
///
/// # Errors
/// When there is none: a check of nothing proves nothing.
fn files(workspace: &Workspace, folder: &str, extension: &str) -> Result<Vec<PathBuf>> {
    let path = workspace.root().join(folder);
    let entries = fs::read_dir(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut files =
        entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>().context("cannot list")?;
    files.retain(|file| file.extension().is_some_and(|found| found == extension));
    files.sort();
    anyhow::ensure!(!files.is_empty(), "{folder} has no .{extension} file");
    Ok(files)
}

fn read(path: &PathBuf) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn parse<T: serde::de::DeserializeOwned>(path: &PathBuf) -> Result<T> {
    serde_saphyr::from_str(&read(path)?).with_context(|| path.display().to_string())
}
