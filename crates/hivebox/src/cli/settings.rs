//! Settings as flags: each command has those that it heeds.

use std::marker::PhantomData;

use clap::{Arg, ArgMatches, Command, Error, FromArgMatches};

use crate::exit::Failure;
use hivebox_config::setting::{self, SETTINGS, Setting};
use hivebox_config::{Config, Origin, Source};

/// Which settings a command heeds.
pub(super) trait Heeds: 'static {
    /// Whether it heeds this one.
    fn heeds(setting: &Setting) -> bool;

    /// Those that are something else for it unless told, and what.
    const OTHERWISE: &'static [(Setting, &'static str)] = &[];
}

/// The service heeds all there are.
#[derive(Debug, Clone)]
pub(super) struct Serving;

impl Heeds for Serving {
    fn heeds(_: &Setting) -> bool {
        true
    }
}

/// Where the demo stores.
pub(super) const DEMO_STORE: &str = "file:./hivebox-data/demo";

/// The demo has an openSenseMap of its own, and a store beside that of the service: what is simulated must not get
/// between what was measured.
#[derive(Debug, Clone)]
pub(super) struct Demonstrating;

impl Heeds for Demonstrating {
    fn heeds(setting: &Setting) -> bool {
        *setting != setting::UPSTREAM
    }

    const OTHERWISE: &'static [(Setting, &'static str)] = &[
        (setting::STORE, DEMO_STORE),
        (setting::LOG, "warn"),
        // Nobody's laptop has to be told that it may open few files.
        (setting::MAX_CONNECTIONS, "2000"),
        (setting::MAX_STREAMS, "1000"),
    ];
}

/// What reads senseBoxes once.
#[derive(Debug, Clone)]
pub(super) struct Reading;

impl Heeds for Reading {
    fn heeds(setting: &Setting) -> bool {
        [
            setting::UPSTREAM,
            setting::UPSTREAM_TIMEOUT,
            setting::UPSTREAM_IDLE_TIMEOUT,
            setting::UPSTREAM_MAX_BYTES,
            setting::UPSTREAM_RETRIES,
            setting::BOXES,
            setting::MAX_READING_AGE,
            // `max-reading-age` may not be shorter.
            setting::CACHE_TTL,
            setting::STATUS,
        ]
        .contains(setting)
    }
}

/// What works on the store.
#[derive(Debug, Clone)]
pub(super) struct Storing;

impl Heeds for Storing {
    fn heeds(setting: &Setting) -> bool {
        [setting::STORE, setting::STORE_TIMEOUT, setting::STORE_CREATE_BUCKET].contains(setting)
    }
}

/// What brings readings into the store.
#[derive(Debug, Clone)]
pub(super) struct ReadingAndStoring;

impl Heeds for ReadingAndStoring {
    fn heeds(setting: &Setting) -> bool {
        (Reading::heeds(setting) && *setting != setting::STATUS) || Storing::heeds(setting)
    }
}

/// What asks the past.
#[derive(Debug, Clone)]
pub(super) struct Asking;

impl Heeds for Asking {
    fn heeds(setting: &Setting) -> bool {
        let own = [setting::QUERY_MEMORY, setting::QUERY_TIMEOUT, setting::QUERY_RUNNING, setting::ENGINE];
        own.contains(setting) || [setting::STORE, setting::STORE_TIMEOUT].contains(setting)
    }
}

/// What asks a running service.
#[derive(Debug, Clone)]
pub(super) struct Calling;

impl Heeds for Calling {
    fn heeds(setting: &Setting) -> bool {
        *setting == setting::LISTEN
    }
}

/// The settings given as flags, of those that a command heeds. Made from the same table as all else that knows them.
#[derive(Debug, Clone)]
pub(super) struct SettingFlags<C> {
    given: Vec<(String, String)>,
    command: PhantomData<C>,
}

impl<C: Heeds> SettingFlags<C> {
    /// A setting as if it had been given as a flag, unless it was.
    pub(super) fn with_default(mut self, setting: &Setting, value: impl Into<String>) -> Self {
        if !self.is_given(setting) {
            self.given.push((setting.name.into(), value.into()));
        }
        self
    }

    fn is_given(&self, setting: &Setting) -> bool {
        self.given.iter().any(|(name, _)| name == setting.name)
    }

    /// Flags, then the environment, then `.env` in the working folder, then what is otherwise for this command.
    pub(super) fn source(&self) -> Result<Source, Failure> {
        let flags = Source::default().with_names(Origin::Flag, self.given.iter().cloned());
        let own = C::OTHERWISE.iter().map(|(setting, value)| (setting.name.to_owned(), (*value).to_owned()));
        Ok(flags.with_environment(std::path::Path::new("."))?.with_names(Origin::Default, own))
    }

    pub(super) fn config(&self) -> Result<Config, Failure> {
        Ok(Config::read(&self.source()?)?)
    }
}

fn heeded<C: Heeds>() -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(|setting| C::heeds(setting))
}

impl<C: Heeds> clap::Args for SettingFlags<C> {
    fn augment_args(command: Command) -> Command {
        heeded::<C>().fold(command, |command, setting| command.arg(flag::<C>(setting)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<C: Heeds> FromArgMatches for SettingFlags<C> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let value = |setting: &Setting| {
            let value: &String = matches.get_one(setting.name)?;
            Some((setting.name.to_owned(), value.clone()))
        };
        Ok(Self { given: heeded::<C>().filter_map(value).collect(), command: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn flag<C: Heeds>(setting: &'static Setting) -> Arg {
    let own = C::OTHERWISE.iter().find(|(other, _)| other == setting);
    let default = own.map_or(setting.default, |(_, value)| value);
    let origin = format!("[{}; default: {default}]", setting.variable());
    Arg::new(setting.name)
        .long(setting.name)
        .value_name("VALUE")
        .help(format!("{} {origin}", setting.help))
        .long_help(format!("{}\nAllowed: {}\n{origin}", setting.help, setting.allowed))
        .help_heading("Settings (also as environment variables, or lines of .env)")
        .allow_hyphen_values(true)
}
