//! `hivebox forecast`: the weather of the next hours at a place.

use hivebox_climate::chores::Language;
use hivebox_climate::extremes::Extremes;
use hivebox_question::forecast::{AskForecast, ForecastBody, HourBody, RangedBody};
use hivebox_question::words::Words;
use jiff::tz::TimeZone;

use super::at_place::{self, Known, VisitFlags};
use super::output;
use super::paragraph;
use super::parameter_flags::ParameterFlags;
use super::serve::block_on;
use super::text_table::TextTable;
use crate::exit::{Code, Failure};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    question: ParameterFlags<AskForecast>,
    #[command(flatten)]
    visit: VisitFlags,
}

const EXAMPLES: &str = "\
Example:
  hivebox forecast --lat 52.52 --lon 13.405 --hours 24 --timezone Europe/Berlin \\
      --forecast open-meteo:https://api.open-meteo.com
      the next day in Berlin, corrected by the boxes around

It asks openSenseMap and the weather model once. A running HiveBox also corrects by the last three days.";

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let asked = args.question.read()?;
    let settings = args.visit.settings.config()?;
    if settings.forecast.address.is_none() {
        return Err(Failure::new(
            Code::Usage,
            "there is no weather model; name one with --forecast, such as --forecast \
             open-meteo:https://api.open-meteo.com",
        ));
    }
    block_on(async {
        let Known { present, forecast, failure, now } =
            at_place::ask(&settings, asked.spot.position, None).await?;
        let body = asked.answer(&present, &Extremes::default(), &forecast, now).map_err(|reason| {
            let why = failure.unwrap_or_else(|| Words::of(LANGUAGE).no_forecast(reason));
            Failure::new(Code::Unavailable, why)
        })?;
        if args.visit.json { output::json(&body) } else { print(&body, asked.hours, &args.visit.timezone) }
    })
}

/// The language of the table.
const LANGUAGE: Language = Language::English;

fn print(body: &ForecastBody, hours: usize, zone: &TimeZone) -> Result<(), Failure> {
    let (words, width) = (Words::of(LANGUAGE), paragraph::width());
    let place = (body.latitude, body.longitude);
    output::line(&at_place::heading(place, body.as_of, zone, words))?;
    output::line("")?;
    for line in table(&body.hours, zone, words).lines() {
        output::line(&line)?;
    }
    output::line("")?;
    let fewer = (body.hours.len() < hours).then(|| {
        format!("Only {} of {hours} hours: the weather model reaches no further.", body.hours.len())
    });
    let range =
        "The true value is within ± in 68 of 100 cases. Rain is for the hour that begins then.".to_owned();
    let paragraphs = fewer.into_iter().chain([range, at_place::credit(&body.origin, words)]);
    for line in paragraphs.flat_map(|text| paragraph::wrapped(&text, "", width)) {
        output::line(&line)?;
    }
    Ok(())
}

fn table(hours: &[HourBody], zone: &TimeZone, words: &Words) -> TextTable {
    let mut table = TextTable::new().with("", false);
    for name in ["°C", "±", "humidity %", "wind m/s", "±", "gust m/s", "rain mm", "rain %"] {
        table = table.with(name, true);
    }
    for hour in hours {
        let wind = hour.wind_speed;
        table.push(vec![
            words.moment(hour.at, zone),
            value(hour.air_temperature, 1),
            half_width(hour.air_temperature),
            value(hour.relative_humidity, 0),
            value(wind, 1),
            half_width(wind),
            value(hour.wind_gust, 1),
            value(hour.precipitation, 1),
            hour.precipitation_probability.map_or_else(unknown, |percent| format!("{percent:.0}")),
        ]);
    }
    table
}

fn value(ranged: Option<RangedBody>, decimals: usize) -> String {
    ranged.map_or_else(unknown, |ranged| format!("{:.decimals$}", ranged.value))
}

fn half_width(ranged: Option<RangedBody>) -> String {
    ranged.map_or_else(unknown, |ranged| format!("{:.1}", (ranged.high_68 - ranged.low_68) / 2.0))
}

fn unknown() -> String {
    "-".to_owned()
}
