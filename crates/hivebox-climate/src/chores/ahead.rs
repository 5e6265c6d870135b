//! The hours ahead that chores are judged by.

use jiff::{SignedDuration, Timestamp};

use super::column::Column;
use super::input::{Input, Inputs, Origin, rounded};
use super::kind::InputKind;
use super::margin::deviations_of;
use super::told::{SeenWind, Told};
use super::values::{Known, Spread, Value};
use crate::forecast::{Outlook, OutlookHour, Ranged};

/// The hours ahead that chores are judged by.
///
/// It is made of an [`Outlook`] that is fresh enough, so nothing can be judged by a stale one.
///
/// Between whole hours, temperature and wind change evenly; the rain of an hour holds for all of it.
/// The 24 or 72 hours before and after a moment count from the beginning of its hour, as the last
/// days do in [`Extremes`](crate::extremes::Extremes). Their range is that of a common error, since
/// the errors of a forecast's hours go together: the low end of a maximum is the maximum of the low
/// ends.
#[derive(Debug, Clone)]
pub struct Ahead {
    now: Timestamp,
    fetched_at: Timestamp,
    /// The beginning of the first hour, in seconds since 1970.
    pub(super) first: i64,
    /// The number of whole hours, which follow one another.
    count: usize,
    /// The values at the beginning of each hour.
    temperature: Column,
    wind: Column,
    /// The rain of each hour.
    rain: Column,
    /// The probability that no rain falls in each hour, as [`deviations_of`] it.
    dry: Vec<f64>,
    /// The extremes and means of the stretches that begin with each hour.
    min_24h: Column,
    max_24h: Column,
    max_72h: Column,
    mean_24h: Column,
}

pub(super) const HOUR_SECONDS: i64 = 3600;
const DAY_HOURS: usize = 24;

impl Ahead {
    /// The largest age of a forecast to judge by.
    pub const MAX_AGE: SignedDuration = SignedDuration::from_hours(6);
    /// How far ahead [`Chores::windows`](super::Chores::windows) looks.
    pub const REACH: SignedDuration = SignedDuration::from_hours(7 * 24);
    /// Windows begin and end at multiples of it, except at sunrise and sunset and now.
    pub const STEP_SECONDS: i64 = 600;

    /// The hours ahead of `now`, by a forecast that the source gave at `fetched_at`. `None` if it is
    /// older than [`Ahead::MAX_AGE`], or `now` is not within its hours.
    #[must_use]
    pub fn new(outlook: &Outlook, fetched_at: Timestamp, now: Timestamp) -> Option<Self> {
        let first = outlook.hours.first()?.at.as_second();
        let follows = |(index, hour): &(usize, &OutlookHour)| {
            hour.at.as_second() == first + *index as i64 * HOUR_SECONDS
        };
        let count = outlook.hours.iter().enumerate().take_while(follows).count();
        let hours = outlook.hours[..count].iter();
        let temperature = Column::of(hours.clone().map(|hour| spread(hour.air_temperature)));
        let ahead = Self {
            now,
            fetched_at,
            first,
            count,
            min_24h: temperature.lowest(DAY_HOURS + 1),
            max_24h: temperature.highest(DAY_HOURS + 1),
            max_72h: temperature.highest(3 * DAY_HOURS + 1),
            mean_24h: temperature.mean(DAY_HOURS),
            temperature,
            wind: Column::of(hours.clone().map(|hour| spread(hour.wind_speed))),
            rain: Column::of(hours.clone().map(|hour| spread(hour.precipitation))),
            dry: hours.map(|hour| deviations_of(dry(hour))).collect(),
        };
        let is_fresh = now.duration_since(fetched_at) <= Self::MAX_AGE;
        (is_fresh && ahead.hour_of(now.as_second()).is_some()).then_some(ahead)
    }

    /// Now, as given to [`Ahead::new`].
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The inputs now, all from the model.
    #[must_use]
    pub fn inputs(&self) -> Inputs {
        self.inputs_at(self.now)
    }

    /// The inputs at a moment, all from the model. What the forecast does not reach is unknown.
    #[must_use]
    pub fn inputs_at(&self, at: Timestamp) -> Inputs {
        let second = at.as_second();
        let Some(hour) = self.hour_of(second) else { return Inputs::default() };
        let moment = self.moment(hour, second, Told::default(), false);
        let origin = Origin::Model { fetched_at: self.fetched_at };
        let input = |kind| match moment.get(kind)? {
            Value::Weather(Spread { value, low, high }) => Some(Input { value, low, high, origin }),
            Value::Told(_) => None,
        };
        Inputs {
            air_temperature: input(InputKind::AirTemperature),
            wind_speed: input(InputKind::WindSpeed),
            precipitation_rate: input(InputKind::PrecipitationRate),
            air_temperature_min_24h: input(InputKind::AirTemperatureMin24h),
            air_temperature_max_24h: input(InputKind::AirTemperatureMax24h),
            air_temperature_mean_24h: input(InputKind::AirTemperatureMean24h),
            air_temperature_max_24_to_48h: input(InputKind::AirTemperatureMax24To48h),
            air_temperature_max_48_to_72h: input(InputKind::AirTemperatureMax48To72h),
            air_temperature_min_next_24h: input(InputKind::AirTemperatureMinNext24h),
            air_temperature_max_next_24h: input(InputKind::AirTemperatureMaxNext24h),
            air_temperature_max_next_72h: input(InputKind::AirTemperatureMaxNext72h),
            air_temperature_mean_next_24h: input(InputKind::AirTemperatureMeanNext24h),
            ..Inputs::default()
        }
    }

    /// The end of the last hour whose beginning and end are known, in seconds since 1970.
    pub(super) fn end(&self) -> i64 {
        self.first + (self.count as i64 - 1) * HOUR_SECONDS
    }

    /// The hour with a moment; `None` outside.
    fn hour_of(&self, second: i64) -> Option<usize> {
        (self.first..self.end())
            .contains(&second)
            .then(|| usize::try_from((second - self.first) / HOUR_SECONDS).ok())?
    }

    /// The beginning of an hour, in seconds since 1970.
    pub(super) fn second(&self, hour: usize) -> i64 {
        self.first + hour as i64 * HOUR_SECONDS
    }

    /// The number of whole hours before a moment after the beginning of the first.
    pub(super) fn hours_until(&self, second: i64) -> usize {
        usize::try_from((second - self.first) / HOUR_SECONDS).unwrap_or(0)
    }

    /// The number of hours whose beginning and end are known from one on.
    pub(super) fn hours_from(&self, hour: usize) -> usize {
        self.count.saturating_sub(hour + 1)
    }

    /// The hours of a kind of weather, and by how many hours they began earlier. `None` for what only
    /// beekeepers know.
    #[inline]
    pub(super) fn column(&self, kind: InputKind) -> Option<(&Column, usize)> {
        Some(match kind {
            InputKind::AirTemperature => (&self.temperature, 0),
            InputKind::WindSpeed => (&self.wind, 0),
            InputKind::PrecipitationRate => (&self.rain, 0),
            InputKind::AirTemperatureMin24h => (&self.min_24h, DAY_HOURS),
            InputKind::AirTemperatureMax24h => (&self.max_24h, DAY_HOURS),
            InputKind::AirTemperatureMean24h => (&self.mean_24h, DAY_HOURS),
            InputKind::AirTemperatureMax24To48h => (&self.max_24h, 2 * DAY_HOURS),
            InputKind::AirTemperatureMax48To72h => (&self.max_24h, 3 * DAY_HOURS),
            InputKind::AirTemperatureMinNext24h => (&self.min_24h, 0),
            InputKind::AirTemperatureMaxNext24h => (&self.max_24h, 0),
            InputKind::AirTemperatureMaxNext72h => (&self.max_72h, 0),
            InputKind::AirTemperatureMeanNext24h => (&self.mean_24h, 0),
            InputKind::Broodless | InputKind::Clustered | InputKind::HeavyFlight => return None,
        })
    }

    /// The probabilities that no rain falls, as [`deviations_of`] them, from one hour to another.
    pub(super) fn dry(&self, first: usize, last: usize) -> &[f64] {
        &self.dry[first..=last]
    }

    /// A moment in an hour or at its end, and what a beekeeper says about the colony and, with `sees`,
    /// about rain and wind.
    pub(super) fn moment(&self, hour: usize, second: i64, told: Told, sees: bool) -> Moment<'_> {
        let elapsed = second - self.first - hour as i64 * HOUR_SECONDS;
        let (wind, rain) = if sees { (told.wind, told.rain_input()) } else { (None, None) };
        Moment { ahead: self, hour, elapsed, told, wind, rain }
    }
}

/// Whether a kind of weather changes evenly within an hour instead of holding for all of it.
#[inline]
pub(super) fn changes_evenly(kind: InputKind) -> bool {
    matches!(kind, InputKind::AirTemperature | InputKind::WindSpeed)
}

fn spread(ranged: Option<Ranged>) -> Option<Spread> {
    let Ranged { value, low_68, high_68, .. } = ranged?;
    Some(Spread::new(value, low_68, high_68)?.rounded())
}

/// The probability that no rain falls in an hour: by the forecast's probability of rain, or else by
/// the ranges, which are dry in so many of 100 cases.
fn dry(hour: &OutlookHour) -> f64 {
    let Some(rain) = hour.precipitation else { return 0.0 };
    match hour.precipitation_probability {
        Some(probability) if probability.is_finite() => (1.0 - probability / 100.0).clamp(0.0, 1.0),
        _ if rounded(rain.high_95) <= 0.0 => 0.975,
        _ if rounded(rain.high_68) <= 0.0 => 0.84,
        _ => 0.5,
    }
}

/// What is known at a moment of the hours ahead.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment<'a> {
    ahead: &'a Ahead,
    hour: usize,
    /// The seconds since the beginning of the hour.
    elapsed: i64,
    pub(super) told: Told,
    /// What a beekeeper sees.
    wind: Option<SeenWind>,
    rain: Option<Input>,
}

impl Moment<'_> {
    /// The probability that no rain falls, as [`deviations_of`] it.
    pub(super) fn dry(&self) -> f64 {
        match self.rain {
            Some(rain) if rain.value <= 0.0 => f64::INFINITY,
            Some(_) => f64::NEG_INFINITY,
            None => self.ahead.dry[self.hour],
        }
    }

    /// A kind of weather at the beginning and at the end of the hour, as a beekeeper sees it or else
    /// by the forecast.
    #[inline]
    pub(super) fn ends(&self, kind: InputKind) -> Option<[Spread; 2]> {
        let seen = match kind {
            InputKind::WindSpeed => self.wind.map(SeenWind::input),
            InputKind::PrecipitationRate => self.rain,
            _ => None,
        };
        if let Some(Input { value, low, high, .. }) = seen {
            return Some([Spread::new(value, low, high)?; 2]);
        }
        let (column, before) = self.ahead.column(kind)?;
        let begin = column.get(self.hour.checked_sub(before)?)?;
        Some([begin, if changes_evenly(kind) { column.get(self.hour + 1)? } else { begin }])
    }

    /// How much of the hour has passed, from 0 to 1.
    #[inline]
    pub(super) fn share(&self) -> f64 {
        self.elapsed as f64 / HOUR_SECONDS as f64
    }
}

impl Known for Moment<'_> {
    #[inline]
    fn get(&self, kind: InputKind) -> Option<Value> {
        if kind.is_told() {
            return self.told.of_colony(kind).map(Value::Told);
        }
        let [begin, end] = self.ends(kind)?;
        Some(Value::Weather(match self.elapsed {
            _ if !changes_evenly(kind) => begin,
            0 => begin,
            HOUR_SECONDS => end,
            _ => begin.towards(&end, self.share()),
        }))
    }
}
