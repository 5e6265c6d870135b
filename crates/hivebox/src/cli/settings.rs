//! Settings as flags. Each command heeds the settings that it reads, and no others.

use std::marker::PhantomData;
use std::net::SocketAddr;

use clap::{ArgMatches, Command, Error, FromArgMatches};
use hivebox_config::QueryConfig;
use hivebox_config::setting::{self, AnySetting};
use hivebox_config::{
    AnswerConfig, Config, ForecastConfig, FromSettings, Origin, SettingReader, Source, StoreAccess, Unknown,
    UpstreamConfig,
};

use super::flag::flag;
use super::output;
use crate::exit::Failure;

/// The settings of a command. What it reads by [`FromSettings`] is what it heeds.
pub(super) trait Heeds: FromSettings + 'static {
    /// Settings that have another default here, and which.
    const OTHERWISE: &'static [(&'static dyn AnySetting, &'static str)] = &[];

    /// Settings without a flag: the command sets them itself, or has a flag of its own for them.
    const WITHOUT_FLAG: &'static [&'static dyn AnySetting] = &[];
}

/// The service heeds all settings.
impl Heeds for Config {}

/// The default store of the demo.
pub(super) const DEMO_STORE: &str = "file:./hivebox-data/demo";

/// The settings of the demo. It has its own openSenseMap and weather model, and a store beside that of the service:
/// simulated readings must not mix with measured ones.
#[derive(Debug, Clone)]
pub(super) struct Demonstrating(pub(super) Config);

impl FromSettings for Demonstrating {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        Config::from_settings(reader).map(Self)
    }
}

impl Heeds for Demonstrating {
    const OTHERWISE: &'static [(&'static dyn AnySetting, &'static str)] = &[
        (&setting::STORE, DEMO_STORE),
        (&setting::FORECAST, "simulated"),
        // The simulation is in the same process, so there is no limit to keep.
        (&setting::FORECAST_BUDGET, "off"),
        (&setting::LOG, "warn"),
        // A warning that a laptop may open only few files helps nobody.
        (&setting::MAX_CONNECTIONS, "2000"),
        (&setting::MAX_STREAMS, "1000"),
    ];

    const WITHOUT_FLAG: &'static [&'static dyn AnySetting] = &[&setting::UPSTREAM];
}

/// The settings of a command that reads senseBoxes once.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) upstream: UpstreamConfig,
    pub(super) answer: AnswerConfig,
}

impl FromSettings for Reading {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        let upstream = UpstreamConfig::from_settings(reader);
        let answer = AnswerConfig::from_settings(reader);
        Some(Self { upstream: upstream?, answer: answer? })
    }
}

impl Heeds for Reading {}

/// The settings of a command that answers about a place once.
#[derive(Debug)]
pub(super) struct Visiting {
    pub(super) upstream: UpstreamConfig,
    pub(super) answer: AnswerConfig,
    pub(super) forecast: ForecastConfig,
}

impl FromSettings for Visiting {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        let upstream = UpstreamConfig::from_settings(reader);
        let answer = AnswerConfig::without_status(reader);
        let forecast = ForecastConfig::from_settings(reader);
        Some(Self { upstream: upstream?, answer: answer?, forecast: forecast? })
    }
}

impl Heeds for Visiting {
    // One question needs no budget. The setting may be in the environment all the same.
    const WITHOUT_FLAG: &'static [&'static dyn AnySetting] = &[&setting::FORECAST_BUDGET];
}

/// The settings of a command that works on the store.
#[derive(Debug)]
pub(super) struct Storing {
    pub(super) store: StoreAccess,
}

impl FromSettings for Storing {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        Some(Self { store: StoreAccess::from_settings(reader)? })
    }
}

impl Heeds for Storing {}

/// The settings of a command that removes snapshots.
#[derive(Debug)]
pub(super) struct Pruning {
    pub(super) store: StoreAccess,
    /// `HIVEBOX_RETENTION`; `None` means off.
    pub(super) retention: Option<std::time::Duration>,
}

impl FromSettings for Pruning {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        let store = StoreAccess::from_settings(reader);
        let retention = reader.read(&setting::RETENTION);
        Some(Self { store: store?, retention: retention? })
    }
}

impl Heeds for Pruning {
    // Its flag is `--older-than`.
    const WITHOUT_FLAG: &'static [&'static dyn AnySetting] = &[&setting::RETENTION];
}

/// The settings of a command that brings readings into the store.
#[derive(Debug)]
pub(super) struct ReadingAndStoring {
    pub(super) upstream: UpstreamConfig,
    pub(super) answer: AnswerConfig,
    pub(super) store: StoreAccess,
}

impl FromSettings for ReadingAndStoring {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        let upstream = UpstreamConfig::from_settings(reader);
        let answer = AnswerConfig::without_status(reader);
        let store = StoreAccess::from_settings(reader);
        Some(Self { upstream: upstream?, answer: answer?, store: store? })
    }
}

impl Heeds for ReadingAndStoring {}

/// The settings of a command that asks the past.
#[derive(Debug)]
pub(super) struct Asking {
    pub(super) store: StoreAccess,
    pub(super) query: QueryConfig,
}

impl FromSettings for Asking {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        let store = StoreAccess::from_settings(reader);
        let query = QueryConfig::for_one_question(reader);
        Some(Self { store: store?, query: query? })
    }
}

impl Heeds for Asking {
    // A question creates no bucket. The setting only says whether a missing one counts as empty.
    const WITHOUT_FLAG: &'static [&'static dyn AnySetting] = &[&setting::STORE_CREATE_BUCKET];
}

/// The settings of a command that asks a running service.
#[derive(Debug)]
pub(super) struct Calling {
    pub(super) listen: SocketAddr,
}

impl FromSettings for Calling {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        Some(Self { listen: reader.read(&setting::LISTEN)? })
    }
}

impl Heeds for Calling {}

/// The settings given as flags, of those that a command heeds.
#[derive(Debug, Clone)]
pub(super) struct SettingFlags<C> {
    given: Vec<(String, String)>,
    command: PhantomData<fn() -> C>,
}

impl<C: Heeds> SettingFlags<C> {
    /// Sets the value of a flag, unless the user gave the flag.
    pub(super) fn with_default(mut self, setting: &dyn AnySetting, value: impl Into<String>) -> Self {
        if !self.given.iter().any(|(name, _)| name == setting.name()) {
            self.given.push((setting.name().to_owned(), value.into()));
        }
        self
    }

    /// Flags, then the environment, then `.env` in the working folder, then the defaults of this command.
    pub(super) fn source(&self) -> Result<Source, Failure> {
        let flags = Source::default().with_names(Origin::Flag, self.given.iter().cloned());
        let own =
            C::OTHERWISE.iter().map(|(setting, value)| (setting.name().to_owned(), (*value).to_owned()));
        Ok(flags.with_environment(std::path::Path::new("."))?.with_names(Origin::Default, own))
    }

    /// The settings that the command heeds. Tells of misspelled variables.
    pub(super) fn config(&self) -> Result<C, Failure> {
        let source = self.source()?;
        warn_of_unknown(&source);
        Ok(hivebox_config::read(&source)?)
    }

    /// The settings that the command heeds, and misspelled variables, for a command that logs.
    pub(super) fn config_and_unknown(&self) -> Result<(C, Vec<Unknown>), Failure> {
        let source = self.source()?;
        Ok((hivebox_config::read(&source)?, Unknown::all(&source).collect()))
    }
}

/// Tells of misspelled variables.
pub(super) fn warn_of_unknown(source: &Source) {
    for unknown in Unknown::all(source) {
        output::note(&format!("warning: {unknown}"));
    }
}

fn with_flag<C: Heeds>() -> impl Iterator<Item = &'static dyn AnySetting> {
    let has_flag =
        |setting: &&dyn AnySetting| C::WITHOUT_FLAG.iter().all(|without| without.name() != setting.name());
    setting::heeded::<C>().into_iter().filter(has_flag)
}

impl<C: Heeds> clap::Args for SettingFlags<C> {
    fn augment_args(command: Command) -> Command {
        with_flag::<C>().fold(command, |command, setting| {
            let own = C::OTHERWISE.iter().find(|(other, _)| other.name() == setting.name());
            let mut described = setting.described();
            described.default = own.map(|(_, value)| *value).or(described.default);
            let flag = flag(&described, Some(&setting.variable()));
            command.arg(flag.help_heading("Settings (also as environment variables, or lines of .env)"))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<C: Heeds> FromArgMatches for SettingFlags<C> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let value = |setting: &dyn AnySetting| {
            let value: &String = matches.get_one(setting.name())?;
            Some((setting.name().to_owned(), value.clone()))
        };
        Ok(Self { given: with_flag::<C>().filter_map(value).collect(), command: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags<C: Heeds>() -> Vec<&'static str> {
        with_flag::<C>().map(AnySetting::name).collect()
    }

    #[test]
    fn a_command_has_a_flag_for_each_setting_that_it_reads() {
        assert_eq!(flags::<Config>().len(), setting::SETTINGS.len());
        assert_eq!(flags::<Demonstrating>().len(), setting::SETTINGS.len() - 1);
        assert_eq!(flags::<Calling>(), ["listen"]);
        assert_eq!(flags::<Pruning>(), flags::<Storing>());
        let (reading, storing) = (flags::<Reading>(), flags::<Storing>());
        let both: Vec<_> = reading.into_iter().filter(|name| *name != "status").chain(storing).collect();
        let mut of_both = flags::<ReadingAndStoring>();
        of_both.sort_by_key(|name| both.iter().position(|other| other == name));
        assert_eq!(of_both, both);
    }

    #[test]
    fn a_question_has_flags_for_the_store_and_its_own_bounds() {
        let expected = ["store", "store-timeout", "query-memory", "query-timeout", "query-running", "engine"];
        assert_eq!(flags::<Asking>(), expected);
    }
}
