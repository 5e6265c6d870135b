//! The body of a map.

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::phenomenon::{Phenomenon, PhenomenonId};
use hivebox_climate::place::{Exposure, Position};
use hivebox_climate::quality::{Level, Quality};
use hivebox_climate::readings::{BoxReadings, Reading};
use hivebox_climate::verdict::Verdict;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use hivebox_present::Present;

/// All boxes with a known location, as columns of equal length.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Map)]
pub(super) struct MapBody {
    /// The time of the readings.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// The phenomenon.
    #[schema(example = "air_temperature")]
    phenomenon: &'static str,
    /// The unit; values are hundredths of it.
    #[schema(example = "°C")]
    unit: &'static str,
    /// Latitude in ten-thousandths of a degree (WGS 84): the first box's, then differences to the previous box.
    latitude: Vec<i32>,
    /// Longitude, in the same way.
    longitude: Vec<i32>,
    /// The value of the box's best sensor in hundredths of the unit; `null` if there is none, or it is implausible.
    value: Vec<Option<i32>>,
    /// One character per box: `u`: the reading is usable; `d`: doubtful, by its verdict or a failed check; `s`: stale,
    /// all readings are old; `n`: no readings.
    #[schema(pattern = "^[udsn]*$")]
    state: String,
    /// One character per box: where its owner says that it is. `o`: outdoors; `i`: indoors; `m`: mobile; `u`: unknown.
    #[schema(pattern = "^[oimu]*$")]
    exposure: String,
}

/// How far a box's reading can be trusted, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trust {
    None,
    Stale,
    Doubtful,
    Usable,
}

impl MapBody {
    /// The map of a phenomenon as of `present`.
    pub(super) fn of(present: &Present, id: PhenomenonId) -> Self {
        let (readings, quality) = (&*present.readings, &present.detail().quality);
        let phenomenon = Catalogue::builtin().phenomenon(id);
        let mut boxes: Vec<(Position, BoxReadings<'_>)> =
            readings.boxes().filter_map(|it| Some((it.place()?.position(), it))).collect();
        boxes.sort_by_cached_key(|(position, _)| position.z_order());
        let (mut value, mut state) = (Vec::with_capacity(boxes.len()), String::with_capacity(boxes.len()));
        for (_, sense_box) in &boxes {
            let best = best(*sense_box, id, quality);
            value.push(best.and_then(|(_, reading)| hundredths(reading, phenomenon)));
            state.push(best.map_or(Trust::None, |(state, _)| state).letter());
        }
        Self {
            as_of: readings.as_of(),
            phenomenon: phenomenon.slug(),
            unit: phenomenon.unit(),
            latitude: differences(boxes.iter().map(|(position, _)| position.latitude_degrees())),
            longitude: differences(boxes.iter().map(|(position, _)| position.longitude_degrees())),
            value,
            state,
            exposure: boxes.iter().map(|(_, sense_box)| letter(sense_box.exposure())).collect(),
        }
    }
}

const fn letter(exposure: Exposure) -> char {
    match exposure {
        Exposure::Outdoor => 'o',
        Exposure::Indoor => 'i',
        Exposure::Mobile => 'm',
        Exposure::Unknown => 'u',
    }
}

/// The reading of a phenomenon that represents a box: the most trusted one; the newest of equally trusted ones.
fn best<'a>(
    sense_box: BoxReadings<'a>,
    phenomenon: PhenomenonId,
    quality: &Quality,
) -> Option<(Trust, Reading<'a>)> {
    let of_it = sense_box.readings().filter(|reading| reading.phenomenon() == Some(phenomenon));
    let candidates = of_it.map(|reading| (Trust::of(reading, quality), reading));
    candidates.max_by_key(|(state, reading)| (*state, quality.level(reading.row()), reading.measured_at()))
}

impl Trust {
    fn of(reading: Reading<'_>, quality: &Quality) -> Self {
        match (quality.level(reading.row()), reading.verdict()) {
            (Some(Level::Alone | Level::Unsuspicious | Level::Confirmed), _) => Self::Usable,
            (None, Verdict::Stale) => Self::Stale,
            (None, Verdict::Missing) => Self::None,
            (Some(Level::Plausible) | None, _) => Self::Doubtful,
        }
    }

    const fn letter(self) -> char {
        match self {
            Self::None => 'n',
            Self::Stale => 's',
            Self::Doubtful => 'd',
            Self::Usable => 'u',
        }
    }
}

fn hundredths(reading: Reading<'_>, phenomenon: &Phenomenon) -> Option<i32> {
    let value = reading.value()?.0;
    let is_weather = phenomenon.plausible().contains(&value) && !phenomenon.is_sentinel(value);
    is_weather.then(|| (value * 100.0).round() as i32)
}

/// Ten-thousandths of degrees; all but the first are differences to the previous one.
fn differences(degrees: impl Iterator<Item = f64>) -> Vec<i32> {
    let mut before = 0;
    let steps = degrees.map(|degrees| (degrees * 1e4).round() as i32);
    steps.map(|step| step - std::mem::replace(&mut before, step)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    #[test]
    fn columns_hold_locations_values_and_trust() {
        let present = example::present();
        let map = MapBody::of(&present, Catalogue::builtin().air_temperature());
        assert_eq!(map.latitude, [519_600, 100, 100, 100, 100, 100]);
        assert_eq!(map.longitude, [76_300, 0, 0, 0, 0, 0]);
        let expected = [Some(1607), Some(1631), Some(1588), Some(1640), Some(1595), None];
        assert_eq!((&map.value[..], &*map.state), (&expected[..], "uuuuud"), "-127 °C is not plausible");
        let none = MapBody::of(&present, Catalogue::builtin().by_slug("pm10").unwrap());
        assert_eq!((&none.value[..], &*none.state), (&[None; 6][..], "nnnnnn"));
        assert_eq!((&*map.exposure, &*none.exposure), ("oooooo", "oooooo"));
    }

    #[test]
    fn coordinates_do_not_drift_however_many_there_are() {
        let degrees = (0..10_000).map(|number| f64::from(number) * 0.001_23 - 6.0);
        let steps = differences(degrees.clone());
        let mut at = 0;
        for (step, degrees) in steps.into_iter().zip(degrees) {
            at += step;
            assert!((f64::from(at) / 1e4 - degrees).abs() <= 0.000_05 + 1e-9);
        }
    }
}
