//! `hivebox backfill`.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use hivebox_archive::History;
use hivebox_climate::place::Bbox;
use hivebox_kinds::TimeSpan;
use hivebox_present::Clock;
use indicatif::ProgressBar;
use jiff::civil::Date;
use opensensemap::Observer;
use tokio::time::Instant;

use super::output;
use super::progress;
use super::serve::block_on;
use super::settings::{ReadingAndStoring, SettingFlags};
use super::values;
use crate::backfill::{Backfill, BackfillRequest, BackfillSource, BackfillSummary, Pacing, Progress};
use crate::exit::{Code, Failure};
use crate::service::{self, NewFolders, StartError};
use crate::shutdown::ShutdownSignal;
use hivebox_config::UpstreamAddress;
use hivebox_refresh::upstream::{Upstream, client};

/// The number of boxes and titles to name in the text output; `--json` names all.
const NAMED: usize = 10;
/// How long a backfill may wait between two requests.
const PAUSE: TimeSpan = TimeSpan::any("500ms or 2s");

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// First day to import, in UTC, such as 2026-01-31
    #[arg(long, value_name = "DATE", value_parser = values::of(values::DAY))]
    from: Date,
    /// Last day to import [default: yesterday]
    #[arg(long, value_name = "DATE", value_parser = values::of(values::DAY))]
    to: Option<Date>,
    /// Source of the measurements
    #[arg(long, value_enum, default_value_t = BackfillSource::Api)]
    source: BackfillSource,
    /// Only boxes in this area now: west,south,east,north in degrees
    #[arg(long, value_name = "W,S,E,N", value_parser = bbox, allow_hyphen_values = true)]
    bbox: Option<Bbox>,
    /// Pause between an answer and the next request
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = values::of(PAUSE))]
    pause: Duration,
    /// Address of the daily archive
    #[arg(long, value_name = "URL", default_value = "https://archive.opensensemap.org")]
    archive: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: SettingFlags<ReadingAndStoring>,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let config = args.settings.config()?;
    let new_folders = NewFolders::of_store(&config.store);
    let backfill = args.backfill(&config)?;
    block_on(async {
        let stop = ShutdownSignal::on_signals()?;
        let mut reporter = Reporter::new();
        let run = backfill.run(|| Clock::system().now(), |progress| reporter.show(progress));
        let summary = tokio::select! {
            summary = run => summary.map_err(Failure::from),
            _ = stop.wait() => Err(stopped()),
        };
        reporter.finish();
        let summary = summary?;
        new_folders.keep();
        if args.json { output::json(&summary) } else { print(&summary) }?;
        complete(&summary)
    })
}

/// The end by a signal. Whatever was merged and recorded stays.
fn stopped() -> Failure {
    let message = "stopped by a signal; finished days are kept, and the same command goes on from there";
    Failure::new(Code::Incomplete, message)
}

/// Fails if something is missing.
fn complete(summary: &BackfillSummary) -> Result<(), Failure> {
    let Some(first) = summary.files_missing.first() else { return Ok(()) };
    let message = match summary.files_missing.len() {
        1 => format!("1 file of the archive is damaged and its values are missing: {}", first.file),
        count => format!(
            "{count} files of the archive are damaged and their values are missing, such as {}",
            first.file
        ),
    };
    Err(Failure::new(Code::Incomplete, format!("{message}; the same command asks for what is missing alone")))
}

impl Args {
    fn backfill(&self, config: &ReadingAndStoring) -> Result<Backfill, Failure> {
        let address = match (&config.upstream.address, self.source) {
            (_, BackfillSource::Archive) => self.archive.clone(),
            (UpstreamAddress::Api(address), BackfillSource::Api) => address.clone(),
            (UpstreamAddress::File(_), BackfillSource::Api) => String::new(),
        };
        let started = |error| Failure::from(StartError::from(error));
        Ok(Backfill {
            request: BackfillRequest {
                source: self.source,
                address,
                from: self.from,
                to: self.to.unwrap_or_else(|| BackfillRequest::yesterday(Clock::system().now())),
                boxes: config.upstream.boxes.clone(),
                bbox: self.bbox,
            },
            upstream: Upstream::new(&config.upstream, Clock::system(), Observer::default())
                .map_err(started)?,
            archive: client(&config.upstream, self.archive.clone(), Clock::system(), Observer::default())
                .map_err(|error| Failure::new(Code::Usage, format!("--archive: {error}")))?,
            history: History::of(&service::snapshots(&config.store)?),
            rules: config.answer.rules,
            pacing: Pacing { pause: self.pause, file_wait: self.pause * 5, ..Pacing::default() },
            most_days: Backfill::MOST_DAYS,
        })
    }
}

fn bbox(text: &str) -> Result<Bbox, String> {
    let numbers: Result<Vec<f64>, _> = text.split(',').map(|part| part.trim().parse()).collect();
    let bbox = match numbers.as_deref() {
        Ok(&[west, south, east, north]) => Bbox::new(west, south, east, north),
        Ok(_) | Err(_) => None,
    };
    bbox.ok_or_else(|| "use west,south,east,north in degrees, such as 5.9,47.3,15.0,55.1".to_owned())
}

/// Shows the progress: a bar on a terminal, else a line now and then.
struct Reporter {
    bar: ProgressBar,
    lines: Option<ProgressLines>,
}

impl Reporter {
    fn new() -> Self {
        let lines = (!stderr().is_terminal()).then(|| ProgressLines::from(Instant::now()));
        Self { bar: progress::bar(0, "{percent}%, {msg}"), lines }
    }

    fn show(&mut self, progress: Progress) {
        self.bar.set_length(progress.total);
        self.bar.set_position(progress.done);
        self.bar.set_message(describe(progress));
        if let Some(line) = self.lines.as_mut().and_then(|lines| lines.next(progress, Instant::now())) {
            output::note(&line);
        }
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Decides when to print a line about the progress.
struct ProgressLines {
    due: Instant,
}

impl ProgressLines {
    const EVERY: Duration = Duration::from_secs(30);

    fn from(start: Instant) -> Self {
        Self { due: start + Self::EVERY }
    }

    /// The line to print now, if one is due. A wait after a failure is told at once.
    fn next(&mut self, progress: Progress, now: Instant) -> Option<String> {
        if now < self.due && progress.waiting.is_none() {
            return None;
        }
        self.due = now + Self::EVERY;
        let percent = progress.done * 100 / progress.total.max(1);
        Some(format!("{percent}%, {}", describe(progress)))
    }
}

fn describe(progress: Progress) -> String {
    let Progress { values, files_missing, waiting, .. } = progress;
    let missing = match files_missing {
        0 => String::new(),
        count => format!(", {count} damaged files"),
    };
    let waiting = match waiting {
        Some(wait) => format!(", waiting {} s after a failure", wait.as_secs_f64().ceil()),
        None => String::new(),
    };
    format!("{values} values{missing}{waiting}")
}

fn print(summary: &BackfillSummary) -> Result<(), Failure> {
    let BackfillSummary { from, to, done_before, days, values, added, requests, .. } = summary;
    if *done_before > 0 {
        output::line(&format!("{done_before} of the days from {from} to {to} were imported earlier"))?;
    }
    let count = days.len();
    output::line(&format!(
        "imported {count} days: {values} values in {requests} requests, {added} of them new to the history"
    ))?;
    if let (Some(first), Some(last)) = (summary.days_not_there.first(), summary.days_not_there.last()) {
        let count = summary.days_not_there.len();
        output::line(&format!(
            "{count} days between {first} and {last} are not in the archive (yet); run this again later or with --source api"
        ))?;
    }
    let damaged: Vec<String> = summary
        .files_missing
        .iter()
        .map(|missing| format!("{} ({})", missing.file, missing.reason))
        .collect();
    few("damaged files", &damaged)?;
    let empty: Vec<String> =
        days.iter().filter(|(_, values)| **values == 0).map(|(day, _)| day.to_string()).collect();
    few("days without a value", &empty)?;
    few("titles without a value", &summary.titles_without_values.keys().cloned().collect::<Vec<_>>())?;
    few("boxes without a value", &summary.boxes_without_values)?;
    if summary.values_of_unknown_sensors > 0 {
        let count = summary.values_of_unknown_sensors;
        output::line(&format!("ignored {count} values of sensors that no longer exist"))?;
    }
    Ok(())
}

/// Prints a line that names the first of some things, if there are any.
fn few(what: &str, things: &[String]) -> Result<(), Failure> {
    if things.is_empty() {
        return Ok(());
    }
    let more = if things.len() > NAMED { ", …" } else { "" };
    let named: Vec<&str> = things.iter().take(NAMED).map(String::as_str).collect();
    output::line(&format!("{} {what}: {}{more}", things.len(), named.join(", ")))
}

impl From<crate::backfill::BackfillError> for Failure {
    fn from(error: crate::backfill::BackfillError) -> Self {
        use crate::backfill::BackfillError as Error;

        let code = match error {
            Error::Boxes { ref source, .. } => Failure::code_of_poll(source),
            Error::Archive(error) => return error.into(),
            Error::BackfillRequest(_) | Error::NoApi => Code::Usage,
            Error::NoBoxes => Code::NoInput,
            Error::Fetch { .. } | Error::Refused { .. } | Error::TooMany { .. } => Code::Unavailable,
            Error::Record { .. } => Code::Data,
        };
        Self::new(code, hivebox_telemetry::in_words(&error))
    }
}

#[cfg(test)]
mod tests {
    use hivebox_kinds::Kind;

    use super::*;

    #[test]
    fn without_a_terminal_there_is_a_line_now_and_then() {
        let progress = Progress { done: 1, total: 8, values: 300, files_missing: 0, waiting: None };
        let start = Instant::now();
        let mut lines = ProgressLines::from(start);
        let after = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(lines.next(progress, after(29)), None);
        assert_eq!(lines.next(progress, after(30)).as_deref(), Some("12%, 300 values"));
        assert_eq!(lines.next(progress, after(59)), None);
        let waiting = Progress { files_missing: 2, waiting: Some(Duration::from_millis(4_500)), ..progress };
        let told = "12%, 300 values, 2 damaged files, waiting 5 s after a failure";
        assert_eq!(lines.next(waiting, after(59)).as_deref(), Some(told), "at once");
        assert_eq!(lines.next(progress, after(60)), None);
    }

    #[test]
    fn areas_and_durations_are_parsed() {
        assert_eq!(bbox("5.9, 47.3,15,55.1"), Ok(Bbox::new(5.9, 47.3, 15.0, 55.1).unwrap()));
        assert!(bbox("1,2,3").is_err() && bbox("a,b,c,d").is_err() && bbox("0,50,1,40").is_err());
        assert_eq!(PAUSE.read("500ms"), Ok(Duration::from_millis(500)));
        assert!(PAUSE.read("-1s").is_err() && PAUSE.read("soon").is_err());
    }
}
