//! Every parameter of a question as a flag, made from what the HTTP API takes.

use clap::{Arg, ArgMatches, Command, Error, FromArgMatches};
use serde_json::Value;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::{RefOr, Schema};

use hivebox_question::history::AskHistory;
use hivebox_question::parameters::Ask;
use hivebox_question::parameters::filter::GROUPTAG;

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

/// The parameters that there are without a present: nobody knows here which boxes carry a tag now.
fn parameters() -> impl Iterator<Item = Parameter> {
    AskHistory::describe().into_iter().filter(|parameter| parameter.name != GROUPTAG.name)
}

impl clap::Args for QuestionFlags {
    fn augment_args(command: Command) -> Command {
        parameters().fold(command, |command, parameter| command.arg(flag(parameter)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for QuestionFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let value = |parameter: Parameter| {
            let value: &String = matches.get_one(&parameter.name)?;
            Some((parameter.name, value.clone()))
        };
        Ok(Self { given: parameters().filter_map(value).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn flag(parameter: Parameter) -> Arg {
    // Written for Markdown.
    let help = parameter.description.unwrap_or_default().replace('`', "");
    let help = help.trim_end_matches('.');
    let default = match parameter.schema {
        Some(RefOr::T(Schema::Object(object))) => object.default,
        _ => None,
    };
    let default = default.map(|default| format!(" [default: {}]", plain(&default))).unwrap_or_default();
    Arg::new(parameter.name.clone())
        .long(parameter.name.replace('_', "-"))
        .value_name("VALUE")
        .help(format!("{help}{default}"))
        .allow_hyphen_values(true)
}

/// A value as it is typed.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
