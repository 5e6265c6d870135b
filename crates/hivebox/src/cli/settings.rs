//! Every setting as a flag.

use clap::{Arg, ArgMatches, Command, Error, FromArgMatches};

use crate::config::setting::{SETTINGS, Setting};
use crate::config::{Config, Origin, Source};
use crate::exit::Failure;

/// The settings given as flags. Made from the same table as all else that knows them.
#[derive(Debug, Clone, Default)]
pub(super) struct SettingFlags {
    given: Vec<(String, String)>,
}

impl SettingFlags {
    /// A setting as if it had been given as a flag, unless it was.
    pub(super) fn with_default(mut self, setting: &Setting, value: impl Into<String>) -> Self {
        if !self.is_given(setting) {
            self.given.push((setting.name.into(), value.into()));
        }
        self
    }

    pub(super) fn is_given(&self, setting: &Setting) -> bool {
        self.given.iter().any(|(name, _)| name == setting.name)
    }

    /// Flags, then the environment, then `.env` in the working folder.
    pub(super) fn source(&self) -> Result<Source, Failure> {
        let flags = Source::default().with_names(Origin::Flag, self.given.iter().cloned());
        Ok(flags.with_environment(std::path::Path::new("."))?)
    }

    pub(super) fn config(&self) -> Result<Config, Failure> {
        Ok(Config::read(&self.source()?)?)
    }
}

impl clap::Args for SettingFlags {
    fn augment_args(command: Command) -> Command {
        SETTINGS.iter().fold(command, |command, setting| command.arg(flag(setting)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let value = |setting: &Setting| {
            let value: &String = matches.get_one(setting.name)?;
            Some((setting.name.to_owned(), value.clone()))
        };
        Ok(Self { given: SETTINGS.iter().filter_map(value).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn flag(setting: &'static Setting) -> Arg {
    let help = format!("{} [{}; default: {}]", setting.help, setting.variable(), setting.default);
    Arg::new(setting.name)
        .long(setting.name)
        .value_name("VALUE")
        .help(help)
        .help_heading("Settings (also as environment variables, or lines of .env)")
        .allow_hyphen_values(true)
}
