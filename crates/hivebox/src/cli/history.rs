//! `hivebox history`: averages of the past, computed from the store.

mod show;

use std::io::{IsTerminal, stdout};
use std::path::PathBuf;

use hivebox_archive::TableFormat;
use hivebox_present::Clock;

use super::export::Export;
use super::open_store::{self, Access};
use super::output;
use super::parameter_flags::{ParameterFlags, refused};
use super::progress;
use super::serve::block_on;
use super::settings::{Asking, SettingFlags};
use crate::exit::{Code, Failure};
use hivebox_question::QueryMetrics;
use hivebox_question::history::{AskHistory, HistoryBody, columns, heading};
use hivebox_question::past::Past;
use hivebox_question::table::table;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    question: ParameterFlags<AskHistory>,
    #[command(flatten)]
    output: OutputFlags,
    #[command(flatten)]
    settings: SettingFlags<Asking>,
}

const EXAMPLES: &str = "\
Examples:
  hivebox history
      the air temperature of the last seven days, hour by hour
  hivebox history --from 30d --every P1D --timezone Europe/Berlin --percentiles 5,95
      day by day, with the range of the middle 90 % of the readings
  hivebox history --phenomenon pm2_5,pm10 --from 2026-11-01 --to 2026-12-01 --bbox 5.9,47.3,15,55.1 --csv
      a month of fine dust in a bounding box, for a spreadsheet
  hivebox history --box 5ade1acf223bd80019a1011c --from P1Y --every P1W --format parquet > box.parquet
      a year of one box, for a notebook";

/// The output format of an answer.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct OutputFlags {
    /// Print JSON
    #[arg(long, conflicts_with_all = ["csv", "format"])]
    json: bool,
    /// Print CSV
    #[arg(long, conflicts_with = "format")]
    csv: bool,
    /// Output format [default: table]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<OutputFormat>,
    /// Write to this file once the answer is whole; FILE.PID.part holds it until then
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The output formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum OutputFormat {
    Table,
    Json,
    Csv,
    Parquet,
    Arrow,
}

impl OutputFlags {
    /// The requested format.
    ///
    /// # Errors
    /// The format is binary, and the output is a terminal.
    pub(super) fn format(&self) -> Result<OutputFormat, Failure> {
        let format = match (self.json, self.csv) {
            (true, _) => OutputFormat::Json,
            (_, true) => OutputFormat::Csv,
            _ => self.format.unwrap_or(OutputFormat::Table),
        };
        let is_text = !matches!(format, OutputFormat::Parquet | OutputFormat::Arrow);
        if is_text || self.output.is_some() || !stdout().is_terminal() {
            return Ok(format);
        }
        Err(Failure::new(
            Code::Usage,
            "Parquet and Arrow are binary formats; write them to a file with --output FILE",
        ))
    }

    /// Begins to write the answer.
    ///
    /// # Errors
    /// The file cannot be created.
    pub(super) fn begin(&self) -> Result<Export, Failure> {
        Export::begin(self.output.as_deref())
    }
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let format = args.output.format()?;
    let asked = args.question.read()?;
    let question = asked.question(Clock::system().now(), None).map_err(refused)?;
    let config = args.settings.config()?;
    block_on(async {
        let store = open_store::open_existing(&config.store, Access::Read)?;
        let past = Past::new(&config.query, &store, QueryMetrics::default())?;
        let spinner = progress::spinner("reading the history");
        let answer = past.answer(&question).await;
        spinner.finish_and_clear();
        let answer = answer?;
        let heading = heading(&question, &answer);
        let body = HistoryBody::of(&question, &answer);
        let mut export = args.output.begin()?;
        let format = match format {
            OutputFormat::Json => {
                export.line(&output::json_text(&body)?)?;
                return export.finish();
            }
            OutputFormat::Table => {
                let bars = stdout().is_terminal();
                export.write(show::text(&body, &question, bars).as_bytes())?;
                if body.through.is_none() {
                    let store = config.store.address.setting();
                    export.line(&format!("The store is {store}; choose another with --store."))?;
                }
                return export.finish();
            }
            OutputFormat::Csv => TableFormat::Csv,
            OutputFormat::Parquet => TableFormat::Parquet,
            OutputFormat::Arrow => TableFormat::Arrow,
        };
        let bytes = table(format, heading, &columns(&question.percentiles), &body.rows)
            .map_err(|error| Failure::new(Code::Software, error.to_string()))?;
        export.write(&bytes)?;
        export.finish()
    })
}
