//! Reads settings into types, and collects everything that is wrong with them.

use std::fmt;

use hivebox_kinds::{Findings, Kind};

use super::definition::{AnySetting, Setting};
use super::source::{Origin, Source};

/// Settings that belong together, and how they are read.
pub trait FromSettings: Sized {
    /// Reads them. It must look for every setting before its first return, so that all wrong values are told at
    /// once. Whatever it looks for is what a command that reads it heeds.
    ///
    /// `None` means that something is wrong, which the reader has noted.
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self>;
}

/// The names of the settings that a type looks for.
pub(super) fn looked_for<S: FromSettings>() -> Vec<&'static str> {
    let defaults = Source::default();
    let mut reader = SettingReader::new(&defaults);
    // Only what was looked for matters here.
    let _ = S::from_settings(&mut reader);
    reader.findings.looked_for().to_vec()
}

/// Reads the settings of a type, and no others.
///
/// # Errors
/// Some values are wrong; the error names all of them.
pub fn read<S: FromSettings>(source: &Source) -> Result<S, ConfigError> {
    let mut reader = SettingReader::new(source);
    let settings = S::from_settings(&mut reader);
    reader.findings.finish(settings).map_err(ConfigError)
}

/// A setting with a wrong value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongSetting {
    /// The flag or the variable.
    name: String,
    /// The value without its secrets; `None` if it is missing.
    shown: Option<String>,
    origin: Origin,
    /// A predicate that follows the name.
    reason: String,
    allowed: String,
}

impl fmt::Display for WrongSetting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, shown, origin, reason, allowed } = self;
        match shown {
            Some(shown) => {
                write!(formatter, "{name}{} {reason}: {shown:?}; allowed: {allowed}", origin.place())
            }
            None => write!(formatter, "{name} {reason}; allowed: {allowed}"),
        }
    }
}

/// All settings with wrong values: at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(pub Vec<WrongSetting>);

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, wrong) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(formatter, "{separator}{wrong}")?;
        }
        Ok(())
    }
}

/// Reads settings one after the other, and goes on after a wrong one.
#[derive(Debug)]
pub struct SettingReader<'a> {
    source: &'a Source,
    findings: Findings<WrongSetting>,
}

impl<'a> SettingReader<'a> {
    fn new(source: &'a Source) -> Self {
        Self { source, findings: Findings::default() }
    }

    /// The value of a setting, or its default; `None` if it is wrong.
    pub fn read<K: Kind>(&mut self, setting: &Setting<K>) -> Option<K::Value>
    where
        Setting<K>: AnySetting,
    {
        self.findings.look_for(setting.name);
        let (value, origin) = self.source.get(setting);
        self.findings.value(&setting.kind, value.trim(), |reason| wrong(setting, value, origin, reason))
    }

    /// Notes that a value is wrong beside the others. The reason is a predicate that follows the name.
    pub fn reject(&mut self, setting: &dyn AnySetting, reason: impl Into<String>) {
        let (value, origin) = self.source.get(setting);
        self.findings.reject(wrong(setting, value, origin, reason.into()));
    }

    /// Notes that a setting is missing that others require, and what its value must be. The reason is a predicate
    /// that follows the name.
    pub fn require(&mut self, setting: &dyn AnySetting, reason: &str, allowed: &str) {
        let (name, reason, allowed) = (setting.variable(), reason.to_owned(), allowed.to_owned());
        let name = format!("{name} (--{})", setting.name());
        let origin = self.source.get(setting).1;
        self.findings.reject(WrongSetting { name, shown: None, origin, reason, allowed });
    }

    /// Where the values come from, for what is not a setting of HiveBox.
    #[must_use]
    pub fn source(&self) -> &'a Source {
        self.source
    }
}

fn wrong(setting: &dyn AnySetting, value: &str, origin: Origin, reason: String) -> WrongSetting {
    let name = match origin {
        Origin::Flag => format!("--{}", setting.name()),
        _ => setting.variable(),
    };
    WrongSetting {
        name,
        shown: Some(setting.shown(value)),
        origin,
        reason,
        allowed: setting.described().allowed,
    }
}
