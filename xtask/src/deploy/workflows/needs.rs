//! The job that the branches require, which must wait for all others.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The only job that the branches require.
const REQUIRED: &str = "passed";

/// Checks that the required job of a workflow, if it has one, needs every other job. A job that nothing needs could
/// fail and stop no change.
pub(super) fn check(text: &str) -> Result<()> {
    let workflow: Value = serde_saphyr::from_str(text).context("not YAML")?;
    let jobs = workflow["jobs"].as_object().context("the workflow has no jobs")?;
    let Some(required) = jobs.get(REQUIRED) else { return Ok(()) };
    let needs = match &required["needs"] {
        Value::Array(needs) => needs.iter().filter_map(Value::as_str).collect(),
        needs => BTreeSet::from_iter(needs.as_str()),
    };
    let others: BTreeSet<&str> = jobs.keys().map(String::as_str).filter(|job| *job != REQUIRED).collect();
    ensure!(
        needs == others,
        "the job {REQUIRED} must need all other jobs; add to its needs, or remove: {:?}",
        needs.symmetric_difference(&others).collect::<Vec<_>>()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    #[test]
    fn the_required_job_needs_all_others() {
        let workflow = |needs: &str| format!("jobs:\n  a: {{}}\n  b: {{}}\n  passed:\n    needs: {needs}\n");
        assert!(check(&workflow("[a, b]")).is_ok());
        for (needs, named) in [("[a]", "\"b\""), ("a", "\"b\""), ("[a, b, c]", "\"c\""), ("[]", "\"a\"")] {
            let error = check(&workflow(needs)).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
        assert!(check("jobs:\n  a: {}\n").is_ok(), "this workflow decides nothing");
    }

    #[test]
    fn the_required_job_of_ci_needs_all_others() {
        check(&Workspace::locate().unwrap().read(".github/workflows/ci.yml").unwrap()).unwrap();
    }
}
