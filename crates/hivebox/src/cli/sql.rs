//! `hivebox sql`: SQL queries of the history, computed from the store.

use hivebox_archive::{BatchFormat, BatchWriter, TableError, texts};

use super::history::{OutputFlags, OutputFormat};
use super::open_store;
use super::output;
use super::progress;
use super::serve::block_on;
use super::settings::{Asking, SettingFlags};
use super::text_table::TextTable;
use crate::exit::{Code, Failure};
use hivebox_question::QueryMetrics;
use hivebox_question::past::{Past, SqlAnswer};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// One SELECT statement on the tables readings, hourly, boxes and sensors
    #[arg(value_name = "SQL")]
    text: String,
    /// Most rows of the answer
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
  hivebox sql \"select * from readings where box_id = '5ade1acf223bd80019a1011c'\" --format parquet > box.parquet
      all readings of one box, for a notebook";

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let format = args.output.format()?;
    let config = args.settings.config()?;
    block_on(async {
        let store = open_store::open_existing(&config.store)?;
        let past = Past::new(&config.query, &store, QueryMetrics::default())?;
        let spinner = progress::spinner("reading the history");
        let answer = past.sql(&args.text, args.most_rows).await;
        spinner.finish_and_clear();
        let answer = answer?;
        match format {
            OutputFormat::Table => table(answer).await,
            OutputFormat::Json => stream(answer, BatchFormat::Json).await,
            OutputFormat::Csv => stream(answer, BatchFormat::Csv).await,
            OutputFormat::Parquet => stream(answer, BatchFormat::Parquet).await,
            OutputFormat::Arrow => stream(answer, BatchFormat::Arrow).await,
        }
    })
}

/// Prints the rows as they arrive.
async fn stream(mut answer: SqlAnswer, format: BatchFormat) -> Result<(), Failure> {
    let mut writer = BatchWriter::new(format, answer.schema())?;
    while let Some(batch) = answer.next().await.transpose()? {
        output::write(&writer.write(&batch)?)?;
    }
    output::write(&writer.finish()?)
}

/// Prints the rows after the last one has arrived: the widest cell decides the width of a column.
async fn table(mut answer: SqlAnswer) -> Result<(), Failure> {
    let fields = answer.schema().fields().clone();
    let mut columns = TextTable::new();
    for field in &fields {
        columns = columns.with(field.name().as_str(), field.data_type().is_numeric());
    }
    while let Some(batch) = answer.next().await.transpose()? {
        for row in texts(&batch)? {
            columns.push(row.into_iter().map(Option::unwrap_or_default).collect());
        }
    }
    columns.lines().try_for_each(|line| output::line(&line))
}

impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        let code = if matches!(error, TableError::Nested(_)) { Code::Usage } else { Code::Software };
        Self::new(code, error.to_string())
    }
}
