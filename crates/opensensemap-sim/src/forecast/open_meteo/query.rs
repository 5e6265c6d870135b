//! The question to Open-Meteo, with its checks and error texts.

use super::variable::{Units, Variable, WindUnit};

/// The most places in a question.
const MOST_PLACES: usize = 1000;

/// Parameters of the real API that the simulation refuses, so that nobody takes its answer for theirs.
const UNKNOWN_HERE: [&str; 9] = [
    "daily",
    "minutely_15",
    "start_date",
    "end_date",
    "start_hour",
    "end_hour",
    "forecast_hours",
    "past_hours",
    "format",
];

/// Why a question is refused: the reason of a 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct BadQuestion(String);

/// A place in a question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct AskedPlace {
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
    /// The height to give temperatures for.
    pub(crate) elevation: Option<f64>,
}

/// A validated question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OpenMeteoQuery {
    pub(crate) places: Vec<AskedPlace>,
    pub(super) hourly: Vec<Variable>,
    pub(super) current: Vec<Variable>,
    pub(super) units: Units,
    pub(super) forecast_days: i64,
    pub(super) past_days: i64,
}

impl OpenMeteoQuery {
    /// Parses names and values, in which lists are separated by commas or given several times.
    ///
    /// # Errors
    /// The reason of a 400.
    pub(crate) fn parse(pairs: &[(String, String)]) -> Result<Self, BadQuestion> {
        let question = Question(pairs);
        if let Some(name) = UNKNOWN_HERE.iter().find(|name| question.list(name).next().is_some()) {
            return refuse(format!("The simulated Open-Meteo does not know the parameter '{name}'."));
        }
        let units = Units {
            wind: question.word(
                "wind_speed_unit",
                &[
                    ("kmh", WindUnit::KilometresPerHour),
                    ("ms", WindUnit::MetresPerSecond),
                    ("mph", WindUnit::MilesPerHour),
                    ("kn", WindUnit::Knots),
                ],
            )?,
            fahrenheit: question.word("temperature_unit", &[("celsius", false), ("fahrenheit", true)])?,
            inch: question.word("precipitation_unit", &[("mm", false), ("inch", true)])?,
            unix_time: question.word("timeformat", &[("iso8601", false), ("unixtime", true)])?,
        };
        if question.list("timezone").any(|zone| !matches!(zone, "GMT" | "UTC" | "Etc/GMT")) {
            return refuse("Invalid timezone".to_owned());
        }
        Ok(Self {
            places: question.places()?,
            hourly: question.variables("hourly")?,
            current: question.variables("current")?,
            units,
            forecast_days: question.days("forecast_days", "Forecast days", 7, 16)?,
            past_days: question.days("past_days", "Past days", 0, 92)?,
        })
    }

    /// What it costs: a place costs 1, or more for more than ten variables or 14 days.
    pub(crate) fn weight(&self) -> f64 {
        let variables = (self.hourly.len() + self.current.len()) as f64 / 10.0;
        let days = (self.forecast_days + self.past_days) as f64 / 14.0;
        self.places.len() as f64 * variables.max(variables * days).max(1.0)
    }
}

/// The names and values of a question.
struct Question<'a>(&'a [(String, String)]);

impl Question<'_> {
    /// The items of a parameter.
    fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        let values = self.0.iter().filter(move |(key, _)| key == name);
        values.flat_map(|(_, value)| value.split(',')).map(str::trim).filter(|item| !item.is_empty())
    }

    fn numbers(&self, name: &str) -> Result<Vec<f64>, BadQuestion> {
        let parse = |item: &str| item.parse::<f64>().map_err(|_| not_of_type(item, "Float"));
        self.list(name).map(parse).collect()
    }

    fn places(&self) -> Result<Vec<AskedPlace>, BadQuestion> {
        let (latitudes, longitudes) = (self.numbers("latitude")?, self.numbers("longitude")?);
        let elevations = self.numbers("elevation")?;
        if latitudes.is_empty() {
            return refuse("Value required for key 'latitude'.".to_owned());
        }
        if latitudes.len() != longitudes.len() {
            return refuse(
                "Parameter 'latitude' and 'longitude' must have the same number of elements".to_owned(),
            );
        }
        if !elevations.is_empty() && elevations.len() != latitudes.len() {
            return refuse("Parameter 'elevation' must have the same number of elements".to_owned());
        }
        if latitudes.len() > MOST_PLACES {
            return refuse(format!("Only up to {MOST_PLACES} locations can be requested at once"));
        }
        if let Some(latitude) = latitudes.iter().find(|latitude| !(-90.0..=90.0).contains(*latitude)) {
            return refuse(format!("Latitude must be in range of -90 to 90°. Given: {latitude:?}."));
        }
        if let Some(longitude) = longitudes.iter().find(|longitude| !(-180.0..=180.0).contains(*longitude)) {
            return refuse(format!("Longitude must be in range of -180 to 180°. Given: {longitude:?}."));
        }
        let places = latitudes.into_iter().zip(longitudes).enumerate();
        let place = |(index, (latitude, longitude)): (usize, (f64, f64))| {
            // `nan` asks for the model's own height.
            let elevation = elevations.get(index).copied().filter(|height| height.is_finite());
            AskedPlace { latitude, longitude, elevation }
        };
        Ok(places.map(place).collect())
    }

    fn variables(&self, name: &str) -> Result<Vec<Variable>, BadQuestion> {
        let variable = |item: &str| {
            Variable::named(item).ok_or_else(|| {
                let what = format!("Cannot initialize ForecastVariable from invalid String value {item}.");
                BadQuestion(format!("Data corrupted at path ''. {what}"))
            })
        };
        self.list(name).map(variable).collect()
    }

    fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<T, BadQuestion> {
        let (_, default) = words.first().copied().expect("each parameter has a word");
        let Some(given) = self.list(name).last() else { return Ok(default) };
        let found = words.iter().find(|(word, _)| *word == given);
        found.map(|&(_, meaning)| meaning).ok_or_else(|| not_of_type(given, name))
    }

    fn days(&self, name: &str, title: &str, default: i64, most: i64) -> Result<i64, BadQuestion> {
        let Some(given) = self.list(name).last() else { return Ok(default) };
        let days: i64 = given.parse().map_err(|_| not_of_type(given, "Int"))?;
        if (0..=most).contains(&days) {
            Ok(days)
        } else {
            refuse(format!("{title} is invalid. Allowed range 0 to {most}. Given {days}."))
        }
    }
}

fn not_of_type(item: &str, kind: &str) -> BadQuestion {
    BadQuestion(format!(
        "Data corrupted at path ''. Cannot initialize {kind} from invalid String value {item}."
    ))
}

fn refuse<T>(reason: String) -> Result<T, BadQuestion> {
    Err(BadQuestion(reason))
}

#[cfg(test)]
mod tests {
    use super::OpenMeteoQuery;

    fn parse(pairs: &[(&str, &str)]) -> Result<OpenMeteoQuery, String> {
        let owned: Vec<_> =
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        OpenMeteoQuery::parse(&owned).map_err(|error| error.to_string())
    }

    #[test]
    fn wrong_questions_are_refused_with_a_reason() {
        let many = vec!["1"; 1001].join(",");
        for (pairs, reason) in [
            (
                &[("latitude", "91"), ("longitude", "0")][..],
                "Latitude must be in range of -90 to 90°. Given: 91.0.",
            ),
            (
                &[("latitude", "1"), ("longitude", "181")],
                "Longitude must be in range of -180 to 180°. Given: 181.0.",
            ),
            (
                &[("latitude", "1,2"), ("longitude", "1")],
                "Parameter 'latitude' and 'longitude' must have the same number of elements",
            ),
            (
                &[("latitude", &many), ("longitude", &many)],
                "Only up to 1000 locations can be requested at once",
            ),
            (
                &[("latitude", "1"), ("longitude", "1"), ("forecast_days", "17")],
                "Forecast days is invalid. Allowed range 0 to 16. Given 17.",
            ),
            (
                &[("latitude", "1"), ("longitude", "1"), ("hourly", "temperature_2m,snow")],
                "Data corrupted at path ''. Cannot initialize ForecastVariable from invalid String value snow.",
            ),
            (&[("latitude", "1"), ("longitude", "1"), ("timezone", "Mars/Olympus")], "Invalid timezone"),
            (
                &[("latitude", "1"), ("longitude", "1"), ("daily", "rain_sum")],
                "The simulated Open-Meteo does not know the parameter 'daily'.",
            ),
        ] {
            assert_eq!(parse(pairs).unwrap_err(), reason);
        }
    }

    #[test]
    fn a_question_weighs_its_places_variables_and_days() {
        let weight = |more: &[(&str, &str)]| {
            let pairs = [&[("latitude", "1,2,3"), ("longitude", "1,2,3")], more].concat();
            parse(&pairs).unwrap().weight()
        };
        let six = "temperature_2m,relative_humidity_2m,precipitation,precipitation_probability,wind_speed_10m,wind_gusts_10m";
        assert!((weight(&[("hourly", six)]) - 3.0).abs() < 1e-9);
        assert!((weight(&[("hourly", six), ("past_days", "92")]) - 3.0 * 0.6 * 99.0 / 14.0).abs() < 1e-9);
        assert!(
            (weight(&[("hourly", six), ("current", six), ("forecast_days", "4")]) - 3.0 * 1.2).abs() < 1e-9
        );
    }
}
