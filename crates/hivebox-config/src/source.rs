//! Where values come from: flags, then the environment, then `.env`, then the default.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::definition::{AnySetting, name_of};
use super::dot_env::{self, DotEnvError};

/// Where a value was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A flag on the command line.
    Flag,
    /// An environment variable.
    Environment,
    /// A line of `.env`.
    DotEnv,
    /// Nowhere: the default holds.
    Default,
}

impl Origin {
    /// What follows a variable's name in a message: the place, unless it is plain from the name.
    pub(super) const fn place(self) -> &'static str {
        match self {
            Self::DotEnv => " (in .env)",
            Self::Flag | Self::Environment | Self::Default => "",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::DotEnv => ".env",
            Self::Default => "default",
        })
    }
}

/// Values by setting, in layers; the first layer that has one wins.
#[derive(Debug, Clone, Default)]
pub struct Source {
    layers: Vec<(Origin, HashMap<String, String>)>,
    /// Variables that begin with `AWS_`, which are not ours to name; the first layer that has one wins.
    aws: BTreeMap<String, (SecretString, Origin)>,
    /// The names of all variables, also of those that are no settings.
    variables: BTreeSet<(String, Origin)>,
}

impl Source {
    /// Adds a layer below those that are there, with values by environment variable.
    #[must_use]
    pub fn with_variables(
        mut self,
        origin: Origin,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let by_variable: HashMap<String, String> = variables.into_iter().collect();
        let of_aws = by_variable.iter().filter(|(name, _)| name.starts_with("AWS_"));
        for (name, value) in of_aws {
            self.aws.entry(name.clone()).or_insert_with(|| (value.clone().into(), origin));
        }
        self.variables.extend(by_variable.keys().map(|name| (name.clone(), origin)));
        let named =
            by_variable.into_iter().filter_map(|(variable, value)| Some((name_of(&variable)?, value)));
        self.with_names(origin, named.collect::<Vec<_>>())
    }

    /// Adds a layer below those that are there, with values by [`AnySetting::name`].
    #[must_use]
    pub fn with_names(mut self, origin: Origin, values: impl IntoIterator<Item = (String, String)>) -> Self {
        self.layers.push((origin, values.into_iter().collect()));
        self
    }

    /// Adds the process's environment, and the `.env` of a folder if there is one.
    ///
    /// # Errors
    /// There is a `.env` that cannot be read.
    pub fn with_environment(self, folder: &Path) -> Result<Self, DotEnvError> {
        // A variable that is not text is ignored: no setting has such a value.
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let source = self.with_variables(Origin::Environment, environment);
        let file = folder.join(".env");
        if !file.is_file() {
            return Ok(source);
        }
        Ok(source.with_variables(Origin::DotEnv, dot_env::read(&file)?))
    }

    /// The variables that begin with `AWS_`.
    #[must_use]
    pub fn aws(&self) -> Vec<(String, SecretString)> {
        self.aws.iter().map(|(name, (value, _))| (name.clone(), value.clone())).collect()
    }

    /// The variables that begin with `AWS_` as they may be shown: their names, their values where those are
    /// no secrets, and where each was found.
    pub fn aws_shown(&self) -> impl Iterator<Item = (&str, &str, Origin)> {
        const PLAIN: [&str; 5] =
            ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT", "AWS_REGION", "AWS_DEFAULT_REGION"];
        self.aws.iter().map(|(name, (value, origin))| {
            let is_plain = PLAIN.contains(&name.as_str());
            (name.as_str(), if is_plain { value.expose_secret() } else { "***" }, *origin)
        })
    }

    /// The names of all variables, whether they are settings or not, and where each was found.
    pub(super) fn variables(&self) -> impl Iterator<Item = (&str, Origin)> {
        self.variables.iter().map(|(name, origin)| (name.as_str(), *origin))
    }

    /// The value in force, and where it was found.
    #[must_use]
    pub fn get(&self, setting: &dyn AnySetting) -> (&str, Origin) {
        self.layers
            .iter()
            .find_map(|(origin, values)| Some((values.get(setting.name())?.as_str(), *origin)))
            .unwrap_or((setting.default(), Origin::Default))
    }
}
