//! Answers SQL on standard output.

use super::super::settings::Asking;
use hivebox_question::QueryMetrics;
use hivebox_question::past::{Past, SqlAnswer};
use hivebox_sql::{BatchError, BatchFormat, BatchWriter, texts};

use super::super::export::Export;
use super::super::history::{OutputFlags, OutputFormat};
use super::super::text_table::TextTable;
use super::super::{open_store, progress};
use crate::exit::{Code, Failure};

/// Answers SQL with at most `most_rows` rows.
pub(super) async fn print(
    config: &Asking,
    text: &str,
    most_rows: usize,
    format: OutputFormat,
    output: &OutputFlags,
) -> Result<(), Failure> {
    let store = open_store::open_existing(&config.store, open_store::Access::Read)?;
    let past = Past::new(&config.query, &store, QueryMetrics::default())?;
    let spinner = progress::spinner("reading the history");
    let answer = past.sql(text, most_rows).await;
    spinner.finish_and_clear();
    let answer = answer?;
    let mut export = output.begin()?;
    match format {
        OutputFormat::Table => table(answer, &mut export).await,
        OutputFormat::Json => stream(answer, BatchFormat::Json, &mut export).await,
        OutputFormat::Csv => stream(answer, BatchFormat::Csv, &mut export).await,
        OutputFormat::Parquet => stream(answer, BatchFormat::Parquet, &mut export).await,
        OutputFormat::Arrow => stream(answer, BatchFormat::Arrow, &mut export).await,
    }?;
    export.finish()
}

/// Writes the rows as they arrive.
async fn stream(mut answer: SqlAnswer, format: BatchFormat, export: &mut Export) -> Result<(), Failure> {
    let mut writer = BatchWriter::new(format, answer.schema())?;
    while let Some(batch) = answer.next().await.transpose()? {
        export.write(&writer.write(&batch)?)?;
    }
    export.write(&writer.finish()?)
}

/// Writes the rows once all have arrived, because the width of a column depends on its values.
async fn table(mut answer: SqlAnswer, export: &mut Export) -> Result<(), Failure> {
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
    columns.lines().try_for_each(|line| export.line(&line))
}

impl From<BatchError> for Failure {
    fn from(error: BatchError) -> Self {
        let code = if matches!(error, BatchError::Nested(_)) { Code::Usage } else { Code::Software };
        Self::new(code, error.to_string())
    }
}
