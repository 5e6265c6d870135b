//! The format of `chores.toml`, which explains the fields where they are used.

use serde::Deserialize;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChoresToml {
    pub(super) words: PhrasesToml,
    #[serde(rename = "input")]
    pub(super) inputs: Vec<InputToml>,
    #[serde(rename = "chore")]
    pub(super) chores: Vec<ChoreToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PhrasesToml {
    pub(super) label: String,
    pub(super) close: String,
    pub(super) silent: String,
    pub(super) missing: String,
    pub(super) dark: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InputToml {
    pub(super) slug: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) unit: String,
    #[serde(default)]
    pub(super) exact: bool,
    pub(super) missing: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChoreToml {
    pub(super) slug: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) treatment: bool,
    #[serde(default)]
    pub(super) daylight: bool,
    pub(super) needs: Vec<String>,
    pub(super) caveat: Option<String>,
    #[serde(default)]
    pub(super) readings: Vec<String>,
    #[serde(rename = "rule")]
    pub(super) rules: Vec<RuleToml>,
    pub(super) ahead: Option<RulesToml>,
    #[serde(default)]
    pub(super) not_confirmed: Vec<String>,
    pub(super) sources: Vec<SourceToml>,
}

/// The rules of a chore that look ahead.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RulesToml {
    pub(super) needs: Vec<String>,
    pub(super) caveat: Option<String>,
    #[serde(default)]
    pub(super) readings: Vec<String>,
    #[serde(rename = "rule")]
    pub(super) rules: Vec<RuleToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceToml {
    pub(super) title: String,
    pub(super) address: Option<String>,
    pub(super) says: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleToml {
    pub(super) verdict: String,
    pub(super) when: Vec<ConditionToml>,
    pub(super) reason: String,
    pub(super) seen: Option<String>,
    pub(super) maybe: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConditionToml {
    pub(super) input: String,
    pub(super) below: Option<f64>,
    pub(super) up_to: Option<f64>,
    pub(super) from: Option<f64>,
    pub(super) above: Option<f64>,
    pub(super) is: Option<bool>,
}
