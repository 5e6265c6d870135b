//! Reads settings into types, and collects all that is wrong with them.

use std::fmt;
use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

use super::setting::Setting;
use super::source::{Origin, Source};

/// A setting with a wrong value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongSetting {
    setting: Setting,
    value: String,
    origin: Origin,
    reason: String,
}

impl fmt::Display for WrongSetting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.origin {
            Origin::Flag => format!("--{}", self.setting.name),
            _ => self.setting.variable(),
        };
        let value = super::mask_secrets(&self.value);
        write!(formatter, "{name} cannot be {value:?}")?;
        if self.origin == Origin::DotEnv {
            write!(formatter, " (in .env)")?;
        }
        if !self.reason.is_empty() {
            write!(formatter, ": {}", self.reason)?;
        }
        write!(formatter, "; allowed: {}", self.setting.allowed)
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

/// Reads settings one after the other, going on after a wrong one.
pub(super) struct Parser<'a> {
    source: &'a Source,
    wrong: Vec<WrongSetting>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self { source, wrong: Vec::new() }
    }

    /// Reads a setting by `parse`, whose error may be empty where [`Setting::allowed`] says it all.
    pub(super) fn read<T>(
        &mut self,
        setting: Setting,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let (value, _) = self.source.get(&setting);
        match parse(value.trim()) {
            Ok(parsed) => Some(parsed),
            Err(reason) => {
                self.reject(setting, reason);
                None
            }
        }
    }

    pub(super) fn reject(&mut self, setting: Setting, reason: String) {
        let (value, origin) = self.source.get(&setting);
        self.wrong.push(WrongSetting { setting, value: value.to_owned(), origin, reason });
    }

    /// All that was read, or all that was wrong.
    pub(super) fn finish<T>(self, config: Option<T>) -> Result<T, ConfigError> {
        match config {
            Some(config) if self.wrong.is_empty() => Ok(config),
            _ => Err(ConfigError(self.wrong)),
        }
    }
}

/// A duration such as `90s`, `1h 30m` or `7d`, within bounds.
pub(super) fn duration(
    shortest: Duration,
    longest: Duration,
) -> impl FnOnce(&str) -> Result<Duration, String> {
    move |text| {
        let span: Span = text.parse().map_err(|_| "not a duration".to_owned())?;
        let duration = span.to_duration(SpanRelativeTo::days_are_24_hours());
        let duration = duration.map_err(|_| "not a duration of days or less".to_owned())?;
        let duration = Duration::try_from(duration).map_err(|_| "negative".to_owned())?;
        if (shortest..=longest).contains(&duration) { Ok(duration) } else { Err("out of range".into()) }
    }
}

/// A whole number within bounds.
pub(super) fn number(lowest: u64, highest: u64) -> impl FnOnce(&str) -> Result<u64, String> {
    move |text| {
        let number = text.parse().map_err(|_| "not a whole number".to_owned())?;
        if (lowest..=highest).contains(&number) { Ok(number) } else { Err("out of range".into()) }
    }
}

/// `on` or `off`.
pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_from_milliseconds_to_days() {
        let read = |text| duration(Duration::ZERO, Duration::from_hours(24 * 100))(text);
        for (text, millis) in [("250ms", 250), ("90s", 90_000), ("1h 30m", 5_400_000), ("7d", 604_800_000)] {
            assert_eq!(read(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for wrong in ["", "5", "5x", "-1s", "1 month", "101d"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
