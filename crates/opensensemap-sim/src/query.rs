//! The parameters of `GET /boxes`, and the boxes that match them.

use jiff::Timestamp;

use crate::error::ErrorAnswer;
use crate::json;
use crate::simulated_box::SimulatedBox;
use crate::simulation::Simulation;
use crate::stations::{BoxExposure, StationPlace};
pub(crate) use parameter::{Parameters, unparsable};
use parameter::{allowed_values, illegal};
use style::{BoxForm, Style};

pub(crate) mod data;
mod parameter;
pub(crate) mod style;

/// A single date stands for the four hours on either side of it, here in milliseconds.
const HALF_WINDOW: i64 = 4 * 3_600_000;

/// The default of `maxDistance` in metres.
const DEFAULT_DISTANCE: f64 = 1000.0;

const EARTH_RADIUS: f64 = 6_378_100.0;

/// A validated query.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BoxQuery {
    name: Option<(String, usize)>,
    date: Option<(i64, i64)>,
    phenomenon: Option<String>,
    exposures: Option<Vec<String>>,
    models: Option<Vec<String>>,
    grouptags: Option<Vec<String>>,
    bbox: Option<[f64; 4]>,
    near: Option<(StationPlace, f64)>,
    detail: BoxDetail,
    classify: bool,
    geojson: bool,
}

/// The level of detail, unless boxes are searched by name or date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum BoxDetail {
    #[default]
    Plain,
    Full,
    /// Takes precedence over everything except a name.
    Minimal,
}

impl BoxQuery {
    /// Parses the parameters in the order in which the API checks them. Unknown parameters are
    /// ignored.
    ///
    /// # Errors
    /// 400, 409 or 422, in the API's words.
    pub(crate) fn parse(parameters: &Parameters) -> Result<Self, ErrorAnswer> {
        let limit = parameters.number("limit")?.unwrap_or(5.0);
        if limit < 1.0 {
            return Err(illegal(
                "limit",
                &format!("Supplied value {limit} is outside of allowed range (< 1)"),
            ));
        }
        if limit > 20.0 {
            return Err(illegal(
                "limit",
                &format!("Supplied value {limit} is outside of allowed range (> 20)"),
            ));
        }
        let owned = |items: Vec<&str>| items.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let exposures = parameters.list("exposure")?.map(owned);
        let known = BoxExposure::ALL.map(BoxExposure::as_str);
        if exposures.iter().flatten().any(|word| !known.contains(&word.as_str())) {
            return Err(illegal("exposure", &allowed_values(&known)));
        }
        Ok(Self {
            name: parameters.text("name")?.map(|name| (name.to_lowercase(), limit as usize)),
            models: parameters.list("model")?.map(owned),
            grouptags: parameters.list("grouptag")?.map(owned),
            phenomenon: parameters.text("phenomenon")?.map(str::to_owned),
            date: date(parameters)?,
            geojson: geojson(parameters)?,
            classify: parameters.flag("classify")?,
            detail: match (parameters.flag("minimal")?, parameters.flag("full")?) {
                (true, _) => BoxDetail::Minimal,
                (false, true) => BoxDetail::Full,
                (false, false) => BoxDetail::Plain,
            },
            near: near(parameters)?,
            bbox: bbox(parameters)?,
            exposures,
        })
    }

    /// How to write the boxes.
    pub(crate) fn style(&self, now: i64) -> Style {
        let form = match (self.date, self.detail) {
            _ if self.name.is_some() => BoxForm::Name,
            (_, BoxDetail::Minimal) => BoxForm::Minimal,
            (Some((from, to)), _) => BoxForm::Dated { from, to },
            (None, BoxDetail::Full) => BoxForm::Full,
            (None, BoxDetail::Plain) => BoxForm::Plain,
        };
        Style { form, geojson: self.geojson, classify_at: self.classify.then_some(now) }
    }

    /// The indices in the simulation of the matching boxes.
    pub(crate) fn select(&self, simulation: &Simulation, now: i64) -> Vec<u32> {
        let boxes = || (0..simulation.len()).map(|index| (index as u32, simulation.box_at(index, now)));
        if let Some((name, limit)) = &self.name {
            let named = |item: &SimulatedBox<'_>| item.name().to_lowercase().contains(name);
            return boxes().filter(|(_, item)| named(item)).map(|(index, _)| index).take(*limit).collect();
        }
        let matching = boxes().filter(|(_, item)| self.matches(item));
        let Some((centre, reach)) = self.near else { return matching.map(|(index, _)| index).collect() };
        let distance = |item: &SimulatedBox<'_>| item.place().map(|place| distance(centre, place));
        let mut around: Vec<(f64, u32)> = matching
            .filter_map(|(index, item)| Some((distance(&item)?, index)))
            .filter(|(distance, _)| *distance <= reach)
            .collect();
        // MongoDB returns the nearest first.
        around.sort_by(|left, right| left.0.total_cmp(&right.0));
        around.into_iter().map(|(_, index)| index).collect()
    }

    fn matches(&self, item: &SimulatedBox<'_>) -> bool {
        let among = |list: &Option<Vec<String>>, word: &str| {
            list.as_ref().is_none_or(|list| list.iter().any(|one| one == word))
        };
        let tagged = |tag: &String| item.grouptags().contains(&tag.as_str());
        self.grouptags.as_ref().is_none_or(|tags| tags.iter().all(tagged))
            && among(&self.exposures, item.exposure().as_str())
            && among(&self.models, item.model())
            && self.bbox.is_none_or(|bounds| item.place().is_some_and(|place| inside(bounds, place)))
            && self.date.is_none_or(|window| self.matches_date(item, window))
    }

    /// As in the API, the sensor with data need not be the one with the title.
    fn matches_date(&self, item: &SimulatedBox<'_>, (from, to): (i64, i64)) -> bool {
        let titled = |title: &String| item.plain_sensors().any(|sensor| sensor.title() == title);
        self.phenomenon.as_ref().is_none_or(titled)
            && (self.detail == BoxDetail::Minimal || item.first_within(from, to).is_some())
    }
}

/// Whether GeoJSON is requested.
///
/// # Errors
/// 422 for an unknown format.
pub(crate) fn geojson(parameters: &Parameters) -> Result<bool, ErrorAnswer> {
    Ok(parameters.word("format", &["json", "geojson"])? == Some("geojson"))
}

fn date(parameters: &Parameters) -> Result<Option<(i64, i64)>, ErrorAnswer> {
    let Some(dates) = parameters.list("date")? else { return Ok(None) };
    let dates: Result<Vec<i64>, _> =
        dates.into_iter().map(|date| date.parse::<Timestamp>().map(Timestamp::as_millisecond)).collect();
    let dates = dates.map_err(|_| illegal("date", "Not a RFC 3339 timestamp."))?;
    match *dates.as_slice() {
        [date] => Ok(Some((date - HALF_WINDOW, date + HALF_WINDOW))),
        [from, to] if from > to => {
            let (from, to) = (iso(from), iso(to));
            Err(ErrorAnswer::InvalidArgument(format!(
                "Invalid time frame specified: fromDate ({from}) is after toDate ({to})"
            )))
        }
        [from, to] => Ok(Some((from, to))),
        _ => Err(ErrorAnswer::UnprocessableEntity(
            "invalid number of dates for date parameter supplied".to_owned(),
        )),
    }
}

fn iso(millis: i64) -> String {
    let mut text = Vec::new();
    json::bare_time(&mut text, millis);
    String::from_utf8_lossy(&text).into_owned()
}

fn near(parameters: &Parameters) -> Result<Option<(StationPlace, f64)>, ErrorAnswer> {
    let reach = parameters.number("maxDistance")?.unwrap_or(DEFAULT_DISTANCE);
    let near = parameters.numbers("near")?;
    Ok(near.map(|[longitude, latitude]| (StationPlace { longitude, latitude, height: None }, reach)))
}

fn bbox(parameters: &Parameters) -> Result<Option<[f64; 4]>, ErrorAnswer> {
    let Some(bounds) = parameters.numbers("bbox")? else { return Ok(None) };
    let [west, south, east, north] = bounds;
    if west.abs() > 180.0 || east.abs() > 180.0 || south.abs() > 90.0 || north.abs() > 90.0 {
        let why = "Supplied coordinates are outside of -180, -90, 180, 90 (lngSW, latSW, lngNE, latNE).";
        return Err(illegal("bbox", why));
    }
    if (east - west) * (north - south) == 0.0 {
        return Err(illegal("bbox", "Supplied bounding box has zero surface area."));
    }
    Ok(Some(bounds))
}

fn inside([west, south, east, north]: [f64; 4], place: StationPlace) -> bool {
    (west..=east).contains(&place.longitude) && (south..=north).contains(&place.latitude)
}

/// The great-circle distance in metres.
fn distance(from: StationPlace, to: StationPlace) -> f64 {
    let (from_latitude, to_latitude) = (from.latitude.to_radians(), to.latitude.to_radians());
    let half = |difference: f64| (difference / 2.0).sin().powi(2);
    let chord = half(to_latitude - from_latitude)
        + from_latitude.cos() * to_latitude.cos() * half((to.longitude - from.longitude).to_radians());
    2.0 * EARTH_RADIUS * chord.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::{BoxQuery, Parameters, distance};
    use crate::stations::StationPlace;

    fn parse(pairs: &[(&str, &str)]) -> Result<BoxQuery, String> {
        let owned = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        BoxQuery::parse(&Parameters(owned)).map_err(|error| error.to_string())
    }

    #[test]
    fn wrong_parameters_are_refused_in_the_words_of_the_api() {
        for (pairs, message) in [
            (
                &[("exposure", "space")][..],
                "Illegal value for parameter exposure. allowed values: indoor, outdoor, mobile, unknown",
            ),
            (&[("full", "yes")], "Illegal value for parameter full. allowed values: true, false"),
            (&[("limit", "x")], "Parameter limit is not parseable as datatype Number"),
            (
                &[("limit", "21")],
                "Illegal value for parameter limit. Supplied value 21 is outside of allowed range (> 20)",
            ),
            (&[("full", "true"), ("full", "true")], "Parameter full must only be specified once"),
            (&[("bbox", "1,2,3")], "Illegal value for parameter bbox. Invalid number of coordinates."),
            (
                &[("bbox", "1,2,3,x")],
                "Illegal value for parameter bbox. Supplied values can not be parsed as floats.",
            ),
            (
                &[("date", "2026-01-01T00:00Z,2026-01-02T00:00Z,2026-01-03T00:00Z")],
                "invalid number of dates for date parameter supplied",
            ),
            (
                &[("date", "2026-01-02T00:00:00Z,2026-01-01T00:00:00Z")],
                "Invalid time frame specified: fromDate (2026-01-02T00:00:00.000Z) is after toDate (2026-01-01T00:00:00.000Z)",
            ),
        ] {
            assert_eq!(parse(pairs).unwrap_err(), message);
        }
    }

    #[test]
    fn what_the_api_does_not_know_is_ignored() {
        assert_eq!(parse(&[("exclude", "1"), ("offset", "x")]), Ok(BoxQuery::default()));
    }

    #[test]
    fn distances_are_those_on_the_globe() {
        let berlin = StationPlace { longitude: 13.4, latitude: 52.52, height: None };
        let hamburg = StationPlace { longitude: 9.99, latitude: 53.55, height: None };
        assert!((distance(berlin, hamburg) - 255_000.0).abs() < 3000.0);
    }
}
