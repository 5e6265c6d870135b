//! Checks that the answers of all sources pass.

use jiff::{SignedDuration, Timestamp};

use crate::forecast::Hour;
use crate::http::{FetchError, Oddities};
use crate::json::{Number, Text};
use crate::quantity::{Conversion, Quantity};
use crate::source::Spot;
use crate::timeline::Timeline;

/// How far the middle of a model's grid cell may be from the place in question. Global models have grids of up to 1°.
const FARTHEST_KILOMETRES: f64 = 200.0;

/// How the values of some quantities are converted, each given with its name at the source and its unit. `None` where the
/// unit is missing or unknown; that and a unit other than asked for are noted.
///
/// If one unit is unknown, the labels of this answer are wrong somewhere. Then only those are believed that are as asked
/// for: a wind of 10 m/s by the name of 10 kn would look like half of it.
pub(crate) fn conversions<const COUNT: usize>(
    units: [(Quantity, &str, &Text); COUNT],
    oddities: &mut Oddities,
) -> [Option<Conversion>; COUNT] {
    let is_unknown = |(quantity, _, Text(unit)): &(Quantity, _, &Text)| {
        !unit.is_empty() && quantity.conversion(unit).is_none()
    };
    let are_doubtful = units.iter().any(is_unknown);
    units.map(|(quantity, name, Text(unit))| {
        let conversion = quantity.conversion(unit);
        let (conversion, odd) = match conversion {
            Some(Conversion::NONE) => return conversion,
            Some(_) if !are_doubtful => (conversion, &mut oddities.converted_units),
            _ => (None, &mut oddities.unknown_units),
        };
        // Quoted, since it may hold anything.
        let unit: String = unit.chars().take(20).collect();
        let odd_unit = format!("{name} in {unit:?}");
        if !odd.contains(&odd_unit) {
            odd.push(odd_unit);
        }
        conversion
    })
}

/// The place that an answer is about, if that is near the one in question.
pub(crate) fn grid_place(latitude: Number, longitude: Number, asked: Spot) -> Result<Spot, FetchError> {
    let (Some(latitude_degrees), Some(longitude_degrees)) = (latitude.0, longitude.0) else {
        return Err(FetchError::NotAForecast("it does not say for which place it is"));
    };
    let spot = Spot { latitude_degrees, longitude_degrees };
    if spot.is_on_earth() && spot.kilometres_to(asked) <= FARTHEST_KILOMETRES {
        Ok(spot)
    } else {
        Err(FetchError::NotAForecast("it is about another place"))
    }
}

/// The height above sea level, if there is land like that.
pub(crate) fn height(height: Number) -> Option<f64> {
    height.0.filter(|metres| (-500.0..=9000.0).contains(metres))
}

/// The hours, if there are some ahead.
pub(crate) fn finish(
    timeline: Timeline,
    now: Timestamp,
    oddities: &mut Oddities,
) -> Result<Vec<Hour>, FetchError> {
    let (hours, disbelieved_values) = timeline.finish();
    oddities.disbelieved_values += disbelieved_values;
    let Some(last) = hours.last() else {
        return Err(FetchError::NotAForecast("each value is missing, absurd or in an unknown unit"));
    };
    if now.duration_since(last.at) >= SignedDuration::from_hours(1) {
        return Err(FetchError::NotAForecast("it has no hours ahead"));
    }
    Ok(hours)
}
