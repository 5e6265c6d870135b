//! Chooses between what the beekeeper says, what sensors measure and what a model forecasts.

use jiff::{SignedDuration, Timestamp};

use super::input::{Input, Inputs, Origin};
use super::told::Told;
use crate::quantity::Metres;

impl Inputs {
    /// How far away a rain gauge may be. Showers are a few kilometres wide; a dry gauge farther away
    /// proves nothing.
    pub const RAIN_REACH: Metres = Metres::from_kilometres(5.0);
    /// How old the newest reading behind a measured value may be for it to win over a model.
    pub const FRESH: SignedDuration = SignedDuration::from_hours(1);

    /// The best of what is known, input by input:
    /// 1. what the beekeeper says;
    /// 2. what sensors near the place measured in the last hour ([`Inputs::FRESH`]);
    /// 3. what the model says;
    /// 4. an older measured value.
    ///
    /// Rain counts only from gauges within [`Inputs::RAIN_REACH`]. How far away other sensors may
    /// be is up to the estimate that made `measured`. The inputs about past days are as old as they
    /// must be, so a measured one always wins.
    #[must_use]
    pub fn merged(told: Told, measured: &Self, model: &Self, now: Timestamp) -> Self {
        let told = told.inputs();
        let best = |told: Option<Input>, measured: Option<Input>, model: Option<Input>| {
            let fresh = measured.filter(|input| is_fresh(input, now));
            told.or(fresh).or(model.filter(|input| input.value.is_finite())).or(measured)
        };
        let rain = measured.precipitation_rate.filter(is_near_enough_for_rain);
        let past = |measured: Option<Input>, model: Option<Input>| measured.or(model);
        Self {
            air_temperature: best(None, measured.air_temperature, model.air_temperature),
            wind_speed: best(told.wind_speed, measured.wind_speed, model.wind_speed),
            precipitation_rate: best(told.precipitation_rate, rain, model.precipitation_rate),
            air_temperature_min_24h: past(measured.air_temperature_min_24h, model.air_temperature_min_24h),
            air_temperature_max_24h: past(measured.air_temperature_max_24h, model.air_temperature_max_24h),
            air_temperature_mean_24h: past(measured.air_temperature_mean_24h, model.air_temperature_mean_24h),
            air_temperature_max_24_to_48h: past(
                measured.air_temperature_max_24_to_48h,
                model.air_temperature_max_24_to_48h,
            ),
            air_temperature_max_48_to_72h: past(
                measured.air_temperature_max_48_to_72h,
                model.air_temperature_max_48_to_72h,
            ),
            air_temperature_min_next_24h: model.air_temperature_min_next_24h,
            air_temperature_max_next_24h: model.air_temperature_max_next_24h,
            air_temperature_max_next_72h: model.air_temperature_max_next_72h,
            air_temperature_mean_next_24h: model.air_temperature_mean_next_24h,
            ..told
        }
    }
}

fn is_fresh(input: &Input, now: Timestamp) -> bool {
    match input.origin {
        Origin::Measured { freshest, .. } => {
            input.value.is_finite() && now.duration_since(freshest) <= Inputs::FRESH
        }
        Origin::Model { .. } | Origin::Told => false,
    }
}

fn is_near_enough_for_rain(input: &Input) -> bool {
    match input.origin {
        Origin::Measured { nearest_metres, .. } => nearest_metres <= Inputs::RAIN_REACH.0,
        Origin::Model { .. } | Origin::Told => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chores::SeenWind;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_796_000_000 + 60 * minutes).unwrap()
    }

    #[expect(clippy::unnecessary_wraps, reason = "inputs are optional")]
    fn measured(value: f64, minutes: i64, nearest_metres: f64) -> Option<Input> {
        let (oldest, freshest) = (at(minutes - 30), at(minutes));
        Some(Input::around(value, 1.0, Origin::Measured { oldest, freshest, sensors: 2, nearest_metres }))
    }

    #[expect(clippy::unnecessary_wraps, reason = "inputs are optional")]
    fn model(value: f64) -> Option<Input> {
        Some(Input::around(value, 2.0, Origin::Model { fetched_at: at(0) }))
    }

    fn forecast() -> Inputs {
        Inputs {
            air_temperature: model(10.0),
            wind_speed: model(5.0),
            precipitation_rate: model(1.0),
            air_temperature_max_24h: model(12.0),
            air_temperature_max_next_72h: model(13.0),
            ..Inputs::default()
        }
    }

    #[test]
    fn what_the_beekeeper_says_wins_and_the_rest_is_measured_or_from_the_model() {
        let told = Told {
            rain: Some(false),
            wind: Some(SeenWind::Strong),
            broodless: Some(true),
            ..Told::default()
        };
        let sensors = Inputs {
            air_temperature: measured(11.0, 0, 900.0),
            wind_speed: measured(2.0, 0, 100.0),
            precipitation_rate: measured(3.0, 0, 100.0),
            ..Inputs::default()
        };
        let best = Inputs::merged(told, &sensors, &forecast(), at(0));
        assert_eq!(best.wind_speed, Some(SeenWind::Strong.input()));
        assert_eq!(best.precipitation_rate.map(|rain| (rain.value, rain.high)), Some((0.0, 0.0)));
        assert_eq!((best.air_temperature, best.broodless), (sensors.air_temperature, Some(true)));
        assert_eq!(best.air_temperature_max_next_72h, forecast().air_temperature_max_next_72h);
    }

    #[test]
    fn a_measured_value_wins_only_where_it_is_near_and_fresh() {
        let merged =
            |sensors: &Inputs, model: &Inputs| Inputs::merged(Told::default(), sensors, model, at(0));
        let old = Inputs { air_temperature: measured(11.0, -61, 900.0), ..Inputs::default() };
        assert_eq!(merged(&old, &forecast()).air_temperature, model(10.0));
        assert_eq!(merged(&old, &Inputs::default()).air_temperature, old.air_temperature, "better than none");
        let hour = Inputs { air_temperature: measured(11.0, -60, 900.0), ..Inputs::default() };
        assert_eq!(merged(&hour, &forecast()).air_temperature, hour.air_temperature);
        let far = Inputs { precipitation_rate: measured(0.0, 0, 5001.0), ..Inputs::default() };
        assert_eq!(merged(&far, &forecast()).precipitation_rate, model(1.0));
        assert_eq!(merged(&far, &Inputs::default()).precipitation_rate, None, "it proves nothing");
        let near = Inputs { precipitation_rate: measured(0.0, 0, 5000.0), ..Inputs::default() };
        assert_eq!(merged(&near, &forecast()).precipitation_rate, near.precipitation_rate);
        let no_number = Inputs { wind_speed: measured(f64::NAN, 0, 1.0), ..Inputs::default() };
        assert_eq!(merged(&no_number, &forecast()).wind_speed, model(5.0));
        let yesterday = Inputs { air_temperature_max_24h: measured(9.0, -120, 1.0), ..Inputs::default() };
        assert_eq!(
            merged(&yesterday, &forecast()).air_temperature_max_24h,
            yesterday.air_temperature_max_24h
        );
    }
}
