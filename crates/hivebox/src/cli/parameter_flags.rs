//! Every parameter of a question as a flag, made from what the HTTP API takes.

use std::marker::PhantomData;

use clap::{ArgMatches, Command, Error, FromArgMatches};
use hivebox_kinds::Described;
use hivebox_question::chores::AskChores;
use hivebox_question::forecast::AskForecast;
use hivebox_question::history::AskHistory;
use hivebox_question::parameters::filter::GROUPTAG;
use hivebox_question::parameters::{self, Ask, Refusal, Wrong};

use super::flag::flag;
use crate::exit::{Code, Failure};

/// A question that a command asks.
pub(super) trait Asked: Ask + 'static {
    /// Parameters that apply only to a running service.
    const WITHOUT_FLAG: &'static [&'static str] = &[];
}

impl Asked for AskChores {}

impl Asked for AskForecast {}

impl Asked for AskHistory {
    // Which boxes have a tag now is not known without a present.
    const WITHOUT_FLAG: &'static [&'static str] = &[GROUPTAG.name];
}

/// The parameters of a question that are given as flags.
#[derive(Debug, Clone)]
pub(super) struct ParameterFlags<A> {
    given: Vec<(String, String)>,
    question: PhantomData<fn() -> A>,
}

impl<A: Asked> ParameterFlags<A> {
    /// The question.
    ///
    /// # Errors
    /// Some parameters are missing or wrong; the failure names all of them.
    pub(super) fn read(&self) -> Result<A, Failure> {
        parameters::read(self.given.clone()).map_err(refused)
    }
}

fn with_flag<A: Asked>() -> impl Iterator<Item = Described> {
    A::described().into_iter().filter(|parameter| !A::WITHOUT_FLAG.contains(&parameter.name))
}

impl<A: Asked> clap::Args for ParameterFlags<A> {
    fn augment_args(command: Command) -> Command {
        with_flag::<A>().fold(command, |command, parameter| command.arg(flag(&parameter, None)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<A: Asked> FromArgMatches for ParameterFlags<A> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let value = |parameter: Described| {
            let value: &String = matches.get_one(parameter.name)?;
            Some((parameter.name.to_owned(), value.clone()))
        };
        Ok(Self { given: with_flag::<A>().filter_map(value).collect(), question: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// All faults of a question, one per line.
pub(super) fn refused(refusal: Refusal) -> Failure {
    let line = |Wrong { detail, allowed, .. }: Wrong| {
        format!("{}; allowed: {allowed}", detail.trim_end_matches('.'))
    };
    let message = match refusal {
        Refusal::Wrong(wrong) => wrong.into_iter().map(line).collect::<Vec<_>>().join("\n"),
        Refusal::Contradiction(reason) => reason,
        Refusal::NotAcceptable(offered) => format!("the available formats are {}", offered.in_words()),
    };
    Failure::new(Code::Usage, message)
}
