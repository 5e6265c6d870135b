//! Chores as they are written down. `chores.toml` explains the fields where they are used.

use serde::Deserialize;

use super::language::Translated;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) words: Words,
    #[serde(rename = "input")]
    pub(super) inputs: Vec<Input>,
    #[serde(rename = "chore")]
    pub(super) chores: Vec<Chore>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) label: Translated<String>,
    pub(super) close: Translated<String>,
    pub(super) silent: Translated<String>,
    pub(super) missing: Translated<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    pub(super) slug: String,
    pub(super) name: Translated<String>,
    #[serde(default)]
    pub(super) unit: String,
    #[serde(default)]
    pub(super) exact: bool,
    pub(super) missing: Translated<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chore {
    pub(super) slug: String,
    pub(super) name: Translated<String>,
    pub(super) needs: Vec<String>,
    #[serde(default)]
    pub(super) treatment: bool,
    pub(super) caveat: Option<Translated<String>>,
    #[serde(default)]
    pub(super) readings: Vec<String>,
    #[serde(default)]
    pub(super) not_confirmed: Vec<String>,
    pub(super) sources: Vec<Source>,
    #[serde(rename = "rule")]
    pub(super) rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    pub(super) title: String,
    pub(super) address: String,
    pub(super) says: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) verdict: String,
    pub(super) when: Vec<Condition>,
    pub(super) reason: Translated<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Condition {
    pub(super) input: String,
    pub(super) below: Option<f64>,
    pub(super) up_to: Option<f64>,
    pub(super) from: Option<f64>,
    pub(super) above: Option<f64>,
    pub(super) is: Option<bool>,
}
