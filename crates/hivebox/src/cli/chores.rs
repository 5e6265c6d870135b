//! `hivebox chores`: which chores the weather at a place allows.

use std::io::{IsTerminal, stdout};

use hivebox_climate::extremes::Extremes;
use hivebox_question::chores::{AskChores, ChoreBody, ChoresBody, WindowBody};
use jiff::tz::TimeZone;

use super::at_place::{self, Known, VisitFlags};
use super::output;
use super::parameter_flags::ParameterFlags;
use super::serve::block_on;
use crate::exit::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    question: ParameterFlags<AskChores>,
    #[command(flatten)]
    visit: VisitFlags,
}

const EXAMPLES: &str = "\
Examples:
  hivebox chores --lat 52.52 --lon 13.405 --forecast open-meteo:https://api.open-meteo.com
      what the weather in Berlin allows, now and in the next days
  hivebox chores --lat 52.52 --lon 13.405 --rain no --wind light --broodless true --language de
      the same in German, with what you see at the hive and know about the colony

It asks openSenseMap and the weather model once. What the last days were like is known only to a running HiveBox.";

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let asked = args.question.read()?;
    let settings = args.visit.settings.config()?;
    block_on(async {
        let Known { present, forecast, now } = at_place::ask(&settings, asked.spot.position).await?;
        let body = asked.answer(&present, &Extremes::default(), &forecast, now);
        if args.visit.json {
            return output::json(&body);
        }
        output::write(text(&body, &args.visit.timezone, stdout().is_terminal()).as_bytes())
    })
}

/// The chores for people: those that can be done first.
fn text(body: &ChoresBody, zone: &TimeZone, colours: bool) -> String {
    let place = at_place::place(body.latitude, body.longitude);
    let mut lines = vec![format!("{place}, {}", at_place::moment(body.as_of, zone)), String::new()];
    for verdict in ["go", "caution", "no", "unknown"] {
        for chore in body.chores.iter().filter(|chore| chore.verdict == verdict) {
            lines.extend(chore_lines(chore, zone, colours));
        }
    }
    lines.push(match (&body.forecast.origin, body.forecast.why) {
        (Some(origin), _) => at_place::credit(origin),
        (None, why) => why.unwrap_or("There is no forecast.").to_owned(),
    });
    lines.push(String::new());
    lines.join("\n")
}

const INDENT: &str = "           ";

fn chore_lines(chore: &ChoreBody, zone: &TimeZone, colours: bool) -> Vec<String> {
    let mut lines = vec![format!("{} {}", mark(chore.verdict, colours), chore.name)];
    lines.push(format!("{INDENT}{}", chore.reason));
    let is_now =
        |window: &&WindowBody| matches!(chore.verdict, "go" | "caution") && window.verdict == chore.verdict;
    match chore.windows.first() {
        Some(window) if is_now(&window) => {
            lines.push(format!("{INDENT}until {}", at_place::moment(window.to, zone)));
        }
        Some(window) => lines.push(format!("{INDENT}next: {}", stretch(window, zone))),
        None => {}
    }
    if let Some(label) = chore.label {
        lines.push(format!("{INDENT}{label}"));
    }
    lines.push(String::new());
    lines
}

/// Such as `Thu  3 Dec 12:40 to 15:10, caution, 87 % certain`.
fn stretch(window: &WindowBody, zone: &TimeZone) -> String {
    let (from, to) = (zone.to_datetime(window.from), zone.to_datetime(window.to));
    let end = if from.date() == to.date() {
        to.strftime("%H:%M").to_string()
    } else {
        at_place::moment(window.to, zone)
    };
    let percent = (100.0 * window.certainty).round();
    format!("{} to {end}, {}, {percent} % certain", at_place::moment(window.from, zone), window.verdict)
}

fn mark(verdict: &str, colours: bool) -> String {
    let (sign, colour) = match verdict {
        "go" => ('✓', 32),
        "caution" => ('~', 33),
        "no" => ('✗', 31),
        _ => ('?', 90),
    };
    let text = format!("{sign} {verdict:<8}");
    if colours { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text }
}
