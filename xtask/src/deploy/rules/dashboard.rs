//! The Grafana dashboard.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

/// The data source that the viewer chooses.
const DATA_SOURCE: &str = "${datasource}";
/// The width of Grafana's grid.
const WIDTH: u32 = 24;
/// Variables of Grafana itself, with one of their values.
const BUILT_IN: [(&str, &str); 1] = [("__rate_interval", "5m")];

/// The checked parts of a Grafana dashboard.
#[derive(Debug)]
pub(super) struct Dashboard {
    variables: BTreeSet<String>,
    panels: Vec<Panel>,
    all: Value,
}

#[derive(Debug, Deserialize)]
struct Panel {
    id: u32,
    title: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "gridPos")]
    place: Place,
    #[serde(default)]
    targets: Vec<Target>,
    #[serde(default)]
    panels: Vec<Value>,
}

#[derive(Debug, Deserialize)]
struct Target {
    expr: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Place {
    x: u32,
    y: u32,
    w: u32,
    h: u32,
}

impl Place {
    fn overlaps(self, other: Self) -> bool {
        let apart =
            |from: u32, size: u32, other: u32, others: u32| from + size <= other || other + others <= from;
        !apart(self.x, self.w, other.x, other.w) && !apart(self.y, self.h, other.y, other.h)
    }
}

impl Dashboard {
    /// Reads a dashboard.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let all: Value = serde_json::from_str(text)?;
        let variables = all["templating"]["list"].as_array().context("no templating.list")?;
        let variables = variables.iter().filter_map(|variable| variable["name"].as_str().map(str::to_owned));
        let panels = Vec::<Panel>::deserialize(&all["panels"]).context("panels")?;
        Ok(Self { variables: variables.collect(), panels, all })
    }

    /// All problems except the names of metrics.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut ids = BTreeSet::new();
        for (index, panel) in self.panels.iter().enumerate() {
            let Panel { id, title, place, .. } = panel;
            if !ids.insert(*id) {
                problems.push(format!("{title}: another panel has the id {id} too"));
            }
            if place.x + place.w > WIDTH
                || self.panels[..index].iter().any(|other| other.place.overlaps(*place))
            {
                problems.push(format!("{title}: outside the grid, or over another panel"));
            }
            if (panel.kind == "row") != panel.targets.is_empty() || !panel.panels.is_empty() {
                problems
                    .push(format!("{title}: a panel needs targets, and belongs beside its row, not into it"));
            }
        }
        if !self.variables.contains("datasource") {
            problems.push("no variable `datasource`".into());
        }
        for (place, expression) in self.raw_expressions() {
            let known = |name: &str| {
                self.variables.contains(name) || BUILT_IN.iter().any(|(known, _)| *known == name)
            };
            for name in variables_in(&expression).filter(|name| !known(name)) {
                problems.push(format!("{place}: no variable ${name} exists"));
            }
        }
        walk(&self.all, &mut |key, value| match value {
            Value::Object(source)
                if key == "datasource" && source.get("uid") != Some(&json!(DATA_SOURCE)) =>
            {
                problems.push(format!("a data source is not {DATA_SOURCE}: {value}"));
            }
            Value::String(text) if text.contains("://") => {
                problems.push(format!("{key} contains a host: {text}"));
            }
            _ => {}
        });
        problems
    }

    /// Every expression with its panel's title, and with values instead of variables.
    pub(super) fn expressions(&self) -> Vec<(String, String)> {
        let filled = |(place, expression): (String, String)| {
            let built_in = BUILT_IN.iter().map(|(name, value)| (*name, *value));
            let own = self.variables.iter().map(|name| (name.as_str(), "x"));
            let fill = |text: String, (name, value): (&str, &str)| text.replace(&format!("${name}"), value);
            (place, built_in.chain(own).fold(expression, fill))
        };
        self.raw_expressions().into_iter().map(filled).collect()
    }

    /// The expressions as a file of rules, for promtool to parse. JSON is YAML.
    pub(super) fn as_rules(&self) -> String {
        let rule = |(index, (place, expression)): (usize, (String, String))| json!({"record": format!("dashboard:{index}:x"), "expr": expression, "labels": {"place": place}});
        let rules: Vec<_> = self.expressions().into_iter().enumerate().map(rule).collect();
        json!({"groups": [{"name": "dashboard", "rules": rules}]}).to_string()
    }

    fn raw_expressions(&self) -> Vec<(String, String)> {
        let of_panel = |panel: &Panel| {
            let title = panel.title.clone();
            panel.targets.iter().map(move |target| (title.clone(), target.expr.clone())).collect::<Vec<_>>()
        };
        self.panels.iter().flat_map(of_panel).collect()
    }
}

fn variables_in(expression: &str) -> impl Iterator<Item = &str> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    expression
        .split('$')
        .skip(1)
        .map(move |rest| rest.split(|character| !is_part(character)).next().unwrap_or(rest))
}

fn walk(value: &Value, visit: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                visit(key, value);
                walk(value, visit);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dashboard(variable: &str, panels: &Value) -> Dashboard {
        let all = json!({"templating": {"list": [{"name": variable}, {"name": "job"}]}, "panels": panels});
        Dashboard::parse(&all.to_string()).unwrap()
    }

    fn panel(id: u32, x: u32, uid: &str, expression: &str) -> Value {
        json!({"id": id, "type": "stat", "title": format!("at {x}"), "gridPos": {"x": x, "y": 0, "w": 4, "h": 4},
               "datasource": {"uid": uid}, "targets": [{"expr": expression}]})
    }

    #[test]
    fn values_replace_variables_for_promtool() {
        let panels = json!([panel(1, 0, DATA_SOURCE, "rate(a{job=~\"$job\"}[$__rate_interval])")]);
        let dashboard = dashboard("datasource", &panels);
        assert_eq!(dashboard.problems(), Vec::<String>::new());
        assert_eq!(dashboard.expressions(), [("at 0".into(), "rate(a{job=~\"x\"}[5m])".into())]);
        assert!(dashboard.as_rules().contains("\"expr\":\"rate(a{job=~\\\"x\\\"}[5m])\""));
    }

    #[test]
    fn problems_are_reported() {
        let panels = json!([
            panel(1, 0, "abc", "a"),
            panel(1, 2, DATA_SOURCE, "b{c=\"$d\"}"),
            panel(3, 22, "http://h", "a")
        ]);
        assert_eq!(
            dashboard("source", &panels).problems().join("\n"),
            "at 2: another panel has the id 1 too\n\
             at 2: outside the grid, or over another panel\n\
             at 22: outside the grid, or over another panel\n\
             no variable `datasource`\n\
             at 2: no variable $d exists\n\
             a data source is not ${datasource}: {\"uid\":\"abc\"}\n\
             a data source is not ${datasource}: {\"uid\":\"http://h\"}\n\
             uid contains a host: http://h"
        );
    }
}
