//! Every alert has a test that expects it to fire, one that expects silence, and a runbook.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::names;

/// The address of the runbooks for people on call.
const RUNBOOK_URL: &str = "https://github.com/hivebox/hivebox/blob/main/docs/operating.md#";
const SEVERITIES: [&str; 2] = ["critical", "warning"];

/// The checked parts of a file of rules.
#[derive(Debug, Deserialize)]
pub(super) struct RuleFile {
    groups: Vec<Group>,
}

#[derive(Debug, Deserialize)]
struct Group {
    rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
struct Rule {
    alert: Option<String>,
    record: Option<String>,
    expr: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

/// The checked parts of a file of promtool's tests.
#[derive(Debug, Deserialize)]
pub(super) struct TestFile {
    tests: Vec<Test>,
}

#[derive(Debug, Deserialize)]
struct Test {
    #[serde(default)]
    alert_rule_test: Vec<AlertTest>,
    #[serde(default)]
    promql_expr_test: Vec<ExpressionTest>,
}

#[derive(Debug, Deserialize)]
struct AlertTest {
    alertname: String,
    #[serde(default)]
    exp_alerts: Vec<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct ExpressionTest {
    expr: String,
}

/// The names of all recording rules.
pub(super) fn recorded(files: &[RuleFile]) -> BTreeSet<String> {
    rules(files).filter_map(|rule| rule.record.clone()).collect()
}

/// Every expression with the name of its rule.
pub(super) fn expressions(files: &[RuleFile]) -> impl Iterator<Item = (&str, &str)> {
    rules(files).map(|rule| (rule.name(), rule.expr.as_str()))
}

/// What is wrong with the rules, beside what promtool says.
pub(super) fn problems(files: &[RuleFile], tests: &[TestFile], runbooks: &str) -> Vec<String> {
    let tests: Vec<_> = tests.iter().flat_map(|file| &file.tests).collect();
    let of_alerts: Vec<_> = tests.iter().flat_map(|test| &test.alert_rule_test).collect();
    let tested: BTreeSet<_> = tests
        .iter()
        .flat_map(|test| &test.promql_expr_test)
        .flat_map(|test| names::metrics(&test.expr))
        .collect();
    let anchors: BTreeSet<_> = headings(runbooks).map(anchor).collect();

    let mut problems = Vec::new();
    for rule in rules(files) {
        if let Some(alert) = &rule.alert {
            let of_this = || of_alerts.iter().filter(|test| test.alertname == *alert);
            if !of_this().any(|test| !test.exp_alerts.is_empty()) {
                problems.push(format!("{alert}: no test expects it to fire"));
            }
            if !of_this().any(|test| test.exp_alerts.is_empty()) {
                problems.push(format!("{alert}: no test expects silence"));
            }
            problems.extend(rule.wrong_texts(alert, &anchors));
        } else if !tested.contains(rule.name()) {
            problems.push(format!("{}: no test", rule.name()));
        }
    }
    let alerts: BTreeSet<_> = rules(files).filter_map(|rule| rule.alert.as_deref()).collect();
    // promtool accepts a test of a missing alert as one that expects silence.
    for test in of_alerts.iter().filter(|test| !alerts.contains(test.alertname.as_str())) {
        problems.push(format!("{}: has a test, but no such alert exists", test.alertname));
    }
    for heading in headings(runbooks).filter(|heading| is_of_alert(heading) && !alerts.contains(heading)) {
        problems.push(format!("{heading}: has a runbook, but no such alert exists"));
    }
    problems
}

impl Rule {
    fn name(&self) -> &str {
        self.alert.as_deref().or(self.record.as_deref()).unwrap_or("a rule without name")
    }

    fn wrong_texts(&self, alert: &str, anchors: &BTreeSet<String>) -> Vec<String> {
        let mut problems = Vec::new();
        if !self.labels.get("severity").is_some_and(|severity| SEVERITIES.contains(&severity.as_str())) {
            problems.push(format!("{alert}: severity is none of {}", SEVERITIES.join(", ")));
        }
        for name in ["summary", "description"] {
            if self.annotations.get(name).is_none_or(String::is_empty) {
                problems.push(format!("{alert}: no {name}"));
            }
        }
        let own = anchor(alert);
        if self.annotations.get("runbook_url") != Some(&format!("{RUNBOOK_URL}{own}")) {
            problems.push(format!("{alert}: runbook_url is not {RUNBOOK_URL}{own}"));
        }
        if !anchors.contains(&own) {
            problems.push(format!("{alert}: docs/operating.md has no such heading"));
        }
        problems
    }
}

fn rules(files: &[RuleFile]) -> impl Iterator<Item = &Rule> {
    files.iter().flat_map(|file| &file.groups).flat_map(|group| &group.rules)
}

fn headings(markdown: &str) -> impl Iterator<Item = &str> {
    markdown.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim())
}

/// GitHub's anchor of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|character| character.is_alphanumeric() || " -_".contains(*character));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

fn is_of_alert(heading: &str) -> bool {
    heading.strip_prefix("HiveBox").is_some_and(|rest| !rest.is_empty() && !rest.contains(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "groups: [{rules: [{alert: HiveBoxX, expr: hivebox_x > 0, labels: {severity: warning}, annotations: \
        {summary: S, description: D, runbook_url: 'https://github.com/hivebox/hivebox/blob/main/docs/operating.md#hiveboxx'}}]}]";
    const TESTS: &str = "tests: [{alert_rule_test: [{alertname: HiveBoxX, exp_alerts: []}, {alertname: HiveBoxX, \
        exp_alerts: [{exp_labels: {a: b}}]}]}]";

    fn problems_of(rules: &str, tests: &str, runbooks: &str) -> Vec<String> {
        let rules = serde_saphyr::from_str(rules).unwrap();
        problems(&[rules], &[serde_saphyr::from_str(tests).unwrap()], runbooks)
    }

    #[test]
    fn a_complete_alert_passes() {
        assert_eq!(problems_of(RULE, TESTS, "## Alerts\n### HiveBoxX\n"), Vec::<String>::new());
    }

    #[test]
    fn missing_parts_of_an_alert_are_reported() {
        let rule = "groups: [{rules: [{alert: HiveBoxX, expr: a}, {record: 'a:b:c', expr: a}]}]";
        let tests = "tests: [{alert_rule_test: [{alertname: HiveBoxY, exp_alerts: []}]}]";
        assert_eq!(
            problems_of(rule, tests, "### HiveBoxZ\n").join("\n"),
            "HiveBoxX: no test expects it to fire\n\
             HiveBoxX: no test expects silence\n\
             HiveBoxX: severity is none of critical, warning\n\
             HiveBoxX: no summary\n\
             HiveBoxX: no description\n\
             HiveBoxX: runbook_url is not https://github.com/hivebox/hivebox/blob/main/docs/operating.md#hiveboxx\n\
             HiveBoxX: docs/operating.md has no such heading\n\
             a:b:c: no test\n\
             HiveBoxY: has a test, but no such alert exists\n\
             HiveBoxZ: has a runbook, but no such alert exists"
        );
    }

    #[test]
    fn computes_the_anchors_of_github() {
        assert_eq!(anchor("Faults, and what clients see"), "faults-and-what-clients-see");
        assert_eq!(anchor("HiveBoxX"), "hiveboxx");
    }
}
