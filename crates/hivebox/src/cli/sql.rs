//! `hivebox sql`: SQL about the history, straight from the store.

#[cfg(feature = "sql")]
mod rows;

use super::history::OutputFlags;
#[cfg(feature = "sql")]
use super::serve::block_on;
use super::settings::{Asking, SettingFlags};
use crate::exit::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// One SELECT statement on the tables readings, hourly, boxes and sensors
    #[arg(value_name = "SQL")]
    text: String,
    /// Most rows of the answer; a longer one fails, and leaves no file
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000_000)]
    most_rows: usize,
    #[command(flatten)]
    output: OutputFlags,
    #[command(flatten)]
    settings: SettingFlags<Asking>,
}

const EXAMPLES: &str = "\
docs/history.md has the columns of the tables. Examples:
  hivebox sql \"select phenomenon, count(*) as readings from readings group by phenomenon order by readings desc\"
      the number of readings of each phenomenon
  hivebox sql \"select name, first_day, last_day from boxes where model like 'homeV2%' limit 20\"
      boxes, with their first and last day
  hivebox sql \"select * from readings where box_id = '5ade1acf223bd80019a1011c'\" --format parquet --output box.parquet
      all readings of one box, for a notebook";

#[cfg(feature = "sql")]
pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let format = args.output.format()?;
    let config = args.settings.config()?;
    block_on(rows::print(&config, &args.text, args.most_rows, format, &args.output))
}

/// A build without SQL reads its arguments as usual, and then says how to get one with it.
#[cfg(not(feature = "sql"))]
pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let Args { text: _, most_rows: _, output, settings } = args;
    output.format()?;
    settings.config()?;
    Err(Failure::new(crate::exit::Code::Unavailable, hivebox_question::past::NO_SQL))
}
