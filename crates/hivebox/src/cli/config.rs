//! `hivebox config`: the settings in force.

use serde::Serialize;

use super::output;
use super::settings::{SettingFlags, warn_of_unknown};
use crate::exit::Failure;
use hivebox_config::setting::SETTINGS;
use hivebox_config::{Config, Origin, mask_address};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: SettingFlags<Config>,
}

#[derive(Debug, Serialize)]
struct InForce {
    setting: String,
    variable: String,
    value: String,
    origin: Origin,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let source = args.settings.source()?;
    warn_of_unknown(&source);
    let in_force: Vec<InForce> = SETTINGS
        .iter()
        .map(|setting| {
            let (value, origin) = source.get(*setting);
            InForce {
                setting: setting.name().to_owned(),
                variable: setting.variable(),
                value: setting.shown(value),
                origin,
            }
        })
        .chain(source.aws_shown().map(|(name, value, origin)| InForce {
            setting: name.to_lowercase().replace('_', "-"),
            variable: name.to_owned(),
            value: mask_address(value),
            origin,
        }))
        .collect();
    if args.json {
        output::json(&in_force)?;
    } else {
        for InForce { variable, value, origin, .. } in &in_force {
            output::line(&format!("{variable:<29} {value:<36} {origin}"))?;
        }
    }
    Config::read(&source)?;
    Ok(())
}
