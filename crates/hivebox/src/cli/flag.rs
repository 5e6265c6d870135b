//! Flags for settings and for the parameters of a query, made from what people are told of them.

use clap::Arg;
use hivebox_kinds::Described;

/// The flag of a setting, which has a variable too, or of a parameter.
pub(super) fn flag(described: &Described, variable: Option<&str>) -> Arg {
    let Described { name, allowed, default, .. } = described;
    // Descriptions of parameters are written for Markdown.
    let help = described.help.replace('`', "");
    let help = help.trim_end_matches('.');
    let origin = match (variable, default) {
        (Some(variable), Some(default)) => format!("[{variable}; default: {default}]"),
        (Some(variable), None) => format!("[{variable}]"),
        (None, Some(default)) => format!("[default: {default}]"),
        (None, None) => String::new(),
    };
    let lines = [help, &format!("Allowed: {allowed}"), &origin].join("\n");
    Arg::new(*name)
        .long(name.replace('_', "-"))
        .value_name("VALUE")
        .help(format!("{help} {origin}").trim_end().to_owned())
        .long_help(lines.trim_end().to_owned())
        .allow_hyphen_values(true)
}
