//! `hivebox chores`: which chores the weather at a place allows.

use std::io::{IsTerminal, stdout};

use hivebox_climate::extremes::Extremes;
use hivebox_kinds::Instant;
use hivebox_question::chores::{AskChores, ChoresBody, WindowBody};
use hivebox_question::words::Words;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::at_place::{self, Known, VisitFlags};
use super::output;
use super::paragraph;
use super::parameter_flags::ParameterFlags;
use super::serve::block_on;
use super::values;
use crate::exit::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    question: ParameterFlags<AskChores>,
    /// Judge readings as of this moment instead of now, such as 2024-10-14T09:20:00Z, without a weather model
    #[arg(long, value_name = "TIME", value_parser = values::of(Instant))]
    at: Option<Timestamp>,
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
        let known = at_place::ask(&settings, asked.spot.position, args.at).await?;
        let Known { present, forecast, failure, now } = &known;
        let body = asked.answer(present, &Extremes::default(), forecast, *now);
        if present.answer.is_none() && present.readings.box_count() > 0 {
            output::note(&format!(
                "no air temperature of {} senseBoxes counts as of {}; give a recorded list of them its moment with --at",
                present.readings.box_count(),
                body.as_of
            ));
        }
        if args.visit.json {
            if let Some(failure) = failure {
                output::note(failure);
            }
            return output::json(&body);
        }
        let words = Words::of(asked.language);
        // Only a source that fails gives another reason.
        let why = match failure {
            Some(failure) => failure.as_str(),
            None if args.at.is_some() => words.chores.not_now,
            None => words.chores.name_a_model,
        };
        let page = Page {
            zone: &args.visit.timezone,
            words,
            now: *now,
            width: paragraph::width(),
            colours: stdout().is_terminal(),
        };
        output::write(page.text(&body, why).as_bytes())
    })
}

/// How chores are shown to people.
struct Page<'a> {
    zone: &'a TimeZone,
    words: &'static Words,
    now: Timestamp,
    width: usize,
    colours: bool,
}

/// The width of a sign and a verdict.
const INDENT: &str = "           ";
/// The most verdicts that follow one another in a line.
const MOST_IN_A_ROW: usize = 4;

impl Page<'_> {
    /// The chores, those that can be done first, and why there is no forecast if there is none.
    fn text(&self, body: &ChoresBody, why: &str) -> String {
        let place = (body.latitude, body.longitude);
        let mut lines = vec![at_place::heading(place, body.as_of, self.zone, self.words), String::new()];
        let mut labels: Vec<&str> = Vec::new();
        for verdict in ["go", "caution", "no", "unknown"] {
            for chore in body.chores.iter().filter(|chore| chore.verdict == verdict) {
                lines.push(format!("{} {}", self.mark(verdict), chore.name));
                lines.extend(paragraph::wrapped(&chore.reason, INDENT, self.width));
                for line in self.when(chore.verdict, &chore.windows) {
                    lines.extend(paragraph::wrapped(&line, INDENT, self.width));
                }
                lines.push(String::new());
                labels.extend(chore.label.filter(|label| !labels.contains(label)));
            }
        }
        for label in labels {
            lines.extend(paragraph::wrapped(label, "", self.width));
        }
        let source = body.forecast.origin.as_ref();
        let source = source.map_or_else(|| why.to_owned(), |origin| at_place::credit(origin, self.words));
        lines.extend(paragraph::wrapped(&source, "", self.width));
        lines.push(String::new());
        lines.join("\n")
    }

    /// Until when the verdict holds and what follows, and when the chore can be done next.
    fn when(&self, verdict: &str, windows: &[WindowBody]) -> Vec<String> {
        let mut lines = Vec::new();
        let left = windows.iter().position(|window| window.to > self.now).unwrap_or(windows.len());
        for row in windows[left..].chunk_by(|window, next| window.to == next.from) {
            let has_begun = row[0].from <= self.now;
            if has_begun && matches!(verdict, "go" | "caution") {
                lines.push(self.until(verdict, row));
                continue;
            }
            // What the model allows now, boxes or the beekeeper do not. It goes on with the next window.
            if let [first, then @ ..] = &row[usize::from(has_begun)..] {
                lines.push((self.words.chores.next)(&self.stretch(first, then)));
                break;
            }
        }
        lines
    }

    /// Such as `until 14:00`, or `caution until 14:00, then go until 15:10`.
    fn until(&self, verdict: &str, row: &[WindowBody]) -> String {
        let (say, current) = (&self.words.chores, &row[0]);
        let end = self.moment(current.to, self.now);
        if current.verdict == verdict && row.len() == 1 {
            return (say.until)(&end);
        }
        let begins = if current.verdict == verdict { "" } else { say.by_the_forecast };
        let first = (say.verdict_until)(self.words.verdict(current.verdict), &end);
        format!("{begins}{first}{}", self.then(&row[1..]))
    }

    /// Such as `Thu 3 Dec 12:40 to 15:10, caution, 87 % certain`.
    fn stretch(&self, first: &WindowBody, then: &[WindowBody]) -> String {
        let (from, to) = (self.moment(first.from, self.now), self.moment(first.to, first.from));
        let say = &self.words.chores;
        let stretch = (say.stretch)(&from, &to, self.words.verdict(first.verdict));
        let certain = (say.certain)(&self.words.number(100.0 * first.certainty, 0));
        format!("{stretch}, {certain}{}", self.then(then))
    }

    fn then(&self, windows: &[WindowBody]) -> String {
        let then = |window: &WindowBody| {
            let verdict = self.words.verdict(window.verdict);
            (self.words.chores.then_until)(verdict, &self.moment(window.to, window.from))
        };
        windows.iter().take(MOST_IN_A_ROW).map(then).collect()
    }

    /// A moment; without its day, if that is the one of another moment.
    fn moment(&self, at: Timestamp, beside: Timestamp) -> String {
        let [day, other] = [at, beside].map(|moment| self.zone.to_datetime(moment).date());
        if day == other {
            self.zone.to_datetime(at).strftime("%H:%M").to_string()
        } else {
            self.words.moment(at, self.zone)
        }
    }

    fn mark(&self, verdict: &str) -> String {
        let (sign, colour) = match verdict {
            "go" => ('✓', 32),
            "caution" => ('~', 33),
            "no" => ('✗', 31),
            _ => ('?', 90),
        };
        let text = format!("{sign} {:<8}", self.words.verdict(verdict));
        if self.colours { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text }
    }
}

#[cfg(test)]
mod tests {
    use hivebox_climate::chores::Language;
    use jiff::SignedDuration;

    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-12-01T{text}:00Z").parse().unwrap()
    }

    fn window(from: &str, to: &str, verdict: &'static str) -> WindowBody {
        WindowBody { from: at(from), to: at(to), verdict, weakest: None, certainty: 0.87 }
    }

    fn when(language: Language, verdict: &str, windows: &[WindowBody]) -> Vec<String> {
        let words = Words::of(language);
        let page = Page { zone: &TimeZone::UTC, words, now: at("12:34"), width: 100, colours: false };
        page.when(verdict, windows)
    }

    #[test]
    fn a_line_says_until_when_and_another_when_next() {
        let english = |verdict: &str, windows: &[WindowBody]| when(Language::English, verdict, windows);
        let (now, soon, later) = (
            window("12:30", "14:00", "caution"),
            window("14:00", "15:10", "go"),
            window("16:00", "16:30", "caution"),
        );
        assert_eq!(
            english("caution", &[now, soon, later]),
            ["caution until 14:00, then go until 15:10", "next: 16:00 to 16:30, caution, 87 % certain"]
        );
        assert_eq!(english("caution", &[window("12:30", "14:00", "caution")]), ["until 14:00"]);
        assert_eq!(
            english("go", &[window("12:30", "14:00", "caution")]),
            ["by the forecast: caution until 14:00"]
        );
        let (first, then) = (window("13:00", "13:20", "caution"), window("13:20", "15:00", "go"));
        assert_eq!(
            english("go", &[first, then]),
            ["next: 13:00 to 13:20, caution, 87 % certain, then go until 15:00"]
        );
        assert!(english("unknown", &[]).is_empty());
    }

    #[test]
    fn next_has_never_begun() {
        let english = |verdict: &str, windows: &[WindowBody]| when(Language::English, verdict, windows);
        // Rain has been told, and the model sees none.
        assert!(english("no", &[window("12:30", "14:00", "go")]).is_empty());
        assert_eq!(
            english("no", &[window("12:30", "14:00", "go"), window("14:00", "15:00", "caution")]),
            ["next: 14:00 to 15:00, caution, 87 % certain"]
        );
        assert!(english("no", &[window("12:00", "12:30", "go")]).is_empty(), "it is over");
    }

    #[test]
    fn another_day_is_named_in_the_language() {
        let window =
            WindowBody { to: at("14:00") + SignedDuration::from_hours(24), ..window("13:00", "14:00", "go") };
        assert_eq!(
            when(Language::German, "no", &[window]),
            ["als Nächstes: 13:00 bis Mi 2. Dez 14:00, ja, zu 87 % sicher"]
        );
    }
}
