//! Every parameter of a question as a flag, made from what the HTTP API takes.

use clap::{ArgMatches, Command, Error, FromArgMatches};
use hivebox_kinds::Described;
use hivebox_question::history::AskHistory;
use hivebox_question::parameters::Ask;
use hivebox_question::parameters::filter::GROUPTAG;

use super::super::flag::flag;

/// The parameters that are given as flags.
#[derive(Debug, Clone, Default)]
pub(super) struct QuestionFlags {
    given: Vec<(String, String)>,
}

impl QuestionFlags {
    /// Names and values, as a query has them.
    pub(super) fn given(&self) -> Vec<(String, String)> {
        self.given.clone()
    }
}

/// The parameters that apply without a present: which boxes carry a tag now is not known here.
fn parameters() -> impl Iterator<Item = Described> {
    AskHistory::described().into_iter().filter(|parameter| parameter.name != GROUPTAG.name)
}

impl clap::Args for QuestionFlags {
    fn augment_args(command: Command) -> Command {
        parameters().fold(command, |command, parameter| command.arg(flag(&parameter, None)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for QuestionFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let value = |parameter: Described| {
            let value: &String = matches.get_one(parameter.name)?;
            Some((parameter.name.to_owned(), value.clone()))
        };
        Ok(Self { given: parameters().filter_map(value).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
