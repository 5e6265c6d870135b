//! The hours ahead that chores are judged by.

use jiff::{SignedDuration, Timestamp};

use super::input::{Input, Inputs, Origin, rounded};
use super::kind::InputKind;
use super::margin::deviations_of;
use super::told::Told;
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
#[derive(Debug, Clone, PartialEq)]
pub struct Ahead {
    now: Timestamp,
    fetched_at: Timestamp,
    /// The beginning of the first hour, in seconds since 1970.
    pub(super) first: i64,
    /// Whole hours that follow one another, each with the values at its beginning.
    hours: Vec<Hour>,
    /// The extremes and means of the stretches that begin with each hour.
    min_24h: Vec<Option<Spread>>,
    max_24h: Vec<Option<Spread>>,
    max_72h: Vec<Option<Spread>>,
    mean_24h: Vec<Option<Spread>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Hour {
    temperature: Option<Spread>,
    wind: Option<Spread>,
    rain: Option<Spread>,
    /// The probability that no rain falls, as [`deviations_of`] it.
    dry: f64,
}

pub(super) const HOUR_SECONDS: i64 = 3600;
const DAY_HOURS: usize = 24;

impl Ahead {
    /// The largest age of a forecast to judge by.
    pub const MAX_AGE: SignedDuration = SignedDuration::from_hours(6);
    /// How far ahead [`Chores::windows`](super::Chores::windows) looks.
    pub const REACH: SignedDuration = SignedDuration::from_hours(7 * 24);

    /// The hours ahead of `now`, by a forecast that the source gave at `fetched_at`. `None` if it is
    /// older than [`Ahead::MAX_AGE`], or `now` is not within its hours.
    #[must_use]
    pub fn new(outlook: &Outlook, fetched_at: Timestamp, now: Timestamp) -> Option<Self> {
        let first = outlook.hours.first()?.at.as_second();
        let follows = |(index, hour): &(usize, &OutlookHour)| {
            hour.at.as_second() == first + *index as i64 * HOUR_SECONDS
        };
        let hours: Vec<Hour> =
            outlook.hours.iter().enumerate().take_while(follows).map(|(_, hour)| Hour::of(hour)).collect();
        let temperatures = || hours.iter().map(|hour| hour.temperature).collect();
        let ahead = Self {
            now,
            fetched_at,
            first,
            min_24h: sliding(temperatures(), DAY_HOURS + 1, Spread::min),
            max_24h: sliding(temperatures(), DAY_HOURS + 1, Spread::max),
            max_72h: sliding(temperatures(), 3 * DAY_HOURS + 1, Spread::max),
            mean_24h: hours.windows(DAY_HOURS).map(mean).collect(),
            hours,
        };
        let is_fresh = now.duration_since(fetched_at) <= Self::MAX_AGE;
        (is_fresh && ahead.hour_of(now.as_second()).is_some()).then_some(ahead)
    }

    /// When the source of the forecast was asked.
    #[must_use]
    pub fn fetched_at(&self) -> Timestamp {
        self.fetched_at
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
        self.first + (self.hours.len() as i64 - 1) * HOUR_SECONDS
    }

    /// The hour with a moment; `None` outside.
    fn hour_of(&self, second: i64) -> Option<usize> {
        (self.first..self.end())
            .contains(&second)
            .then(|| usize::try_from((second - self.first) / HOUR_SECONDS).ok())?
    }

    /// The weather at a moment in an hour or at its end, and what a beekeeper says about the colony
    /// and, with `sees`, about rain and wind.
    pub(super) fn moment(&self, hour: usize, second: i64, told: Told, sees: bool) -> Moment<'_> {
        let elapsed = second - self.first - hour as i64 * HOUR_SECONDS;
        let (begin, end) = (self.hours[hour], self.hours[hour + 1]);
        let between = |begin: Option<Spread>, end: Option<Spread>| {
            let (begin, end) = begin.zip(end)?;
            Some(match elapsed {
                0 => begin,
                HOUR_SECONDS => end,
                _ => begin.towards(&end, elapsed as f64 / HOUR_SECONDS as f64),
            })
        };
        let wind = between(begin.wind, end.wind);
        let (rain, dry) = (begin.rain, begin.dry);
        let mut moment = Moment {
            ahead: self,
            hour,
            temperature: between(begin.temperature, end.temperature),
            wind,
            rain,
            dry,
            told,
        };
        if sees {
            let spread = |input: Input| Spread::new(input.value, input.low, input.high);
            if let Some(wind) = told.wind {
                moment.wind = spread(wind.input());
            }
            if let Some(rain) = told.rain_input() {
                moment.rain = spread(rain);
                moment.dry = if rain.value <= 0.0 { f64::INFINITY } else { f64::NEG_INFINITY };
            }
        }
        moment
    }
}

impl Hour {
    fn of(hour: &OutlookHour) -> Self {
        let spread = |ranged: Option<Ranged>| {
            let Ranged { value, low_68, high_68, .. } = ranged?;
            Some(Spread::new(value, low_68, high_68)?.rounded())
        };
        Self {
            temperature: spread(hour.air_temperature),
            wind: spread(hour.wind_speed),
            rain: spread(hour.precipitation),
            dry: deviations_of(dry(hour)),
        }
    }
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

/// The extremes of each `count` values in a row. `None` where one of them is missing.
fn sliding(
    mut values: Vec<Option<Spread>>,
    count: usize,
    pick: impl Fn(Spread, Spread) -> Spread,
) -> Vec<Option<Spread>> {
    // Each value stands for as many as are covered; two that overlap cover up to twice as many.
    let mut covered = 1;
    while covered < count {
        let step = covered.min(count - covered);
        let left = values.len().saturating_sub(step);
        for index in 0..left {
            values[index] = values[index].zip(values[index + step]).map(|(one, other)| pick(one, other));
        }
        values.truncate(left);
        covered += step;
    }
    values
}

fn mean(hours: &[Hour]) -> Option<Spread> {
    let mut sum = Spread { value: 0.0, low: 0.0, high: 0.0 };
    for hour in hours {
        let Spread { value, low, high } = hour.temperature?;
        sum = Spread { value: sum.value + value, low: sum.low + low, high: sum.high + high };
    }
    let count = hours.len() as f64;
    Some(Spread { value: sum.value / count, low: sum.low / count, high: sum.high / count }.rounded())
}

/// What is known at a moment of the hours ahead.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment<'a> {
    ahead: &'a Ahead,
    hour: usize,
    temperature: Option<Spread>,
    wind: Option<Spread>,
    rain: Option<Spread>,
    /// The probability that no rain falls, as [`deviations_of`] it.
    pub(super) dry: f64,
    told: Told,
}

impl Known for Moment<'_> {
    #[inline]
    fn get(&self, kind: InputKind) -> Option<Value> {
        let days_before = |spreads: &[Option<Spread>], days: usize| {
            *spreads.get(self.hour.checked_sub(days * DAY_HOURS)?)?
        };
        let Ahead { min_24h, max_24h, max_72h, mean_24h, .. } = self.ahead;
        let weather = match kind {
            InputKind::AirTemperature => self.temperature,
            InputKind::WindSpeed => self.wind,
            InputKind::PrecipitationRate => self.rain,
            InputKind::AirTemperatureMin24h => days_before(min_24h, 1),
            InputKind::AirTemperatureMax24h => days_before(max_24h, 1),
            InputKind::AirTemperatureMean24h => days_before(mean_24h, 1),
            InputKind::AirTemperatureMax24To48h => days_before(max_24h, 2),
            InputKind::AirTemperatureMax48To72h => days_before(max_24h, 3),
            InputKind::AirTemperatureMinNext24h => days_before(min_24h, 0),
            InputKind::AirTemperatureMaxNext24h => days_before(max_24h, 0),
            InputKind::AirTemperatureMaxNext72h => days_before(max_72h, 0),
            InputKind::AirTemperatureMeanNext24h => days_before(mean_24h, 0),
            InputKind::Broodless => return self.told.broodless.map(Value::Told),
            InputKind::Clustered => return self.told.clustered.map(Value::Told),
            InputKind::HeavyFlight => return self.told.heavy_flight.map(Value::Told),
        };
        weather.map(Value::Weather)
    }
}
