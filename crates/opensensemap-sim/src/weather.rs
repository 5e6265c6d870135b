//! The weather at a place and time: simple physics over smooth, seeded noise. Neighbours agree, and
//! a day has the shape of a day.
//!
//! It should convince a reader of a map and a plausibility check; it is not a forecast.

use crate::seed::Seed;
use crate::stations::StationPlace;
use noise::{Field, FieldAt};
use sun::Sun;

pub(crate) mod hour;
pub(crate) mod noise;
mod sun;

/// The lapse rate in kelvin per metre.
pub(crate) const LAPSE: f64 = 0.0065;

/// It rains where clouds cover more than this share of the sky.
const RAIN_CLOUD: f64 = 0.82;

/// The weather of a whole planet.
#[derive(Clone, Debug)]
pub(crate) struct Weather {
    /// Highs and lows: large and slow.
    pressure: Field,
    /// Air masses that are warmer or colder than the season.
    air_mass: Field,
    /// Local weather: small and quick.
    local: Field,
    cloud: Field,
    moisture: Field,
    dust: Field,
    wind: Field,
    /// How gusty the wind is.
    turbulence: Field,
}

/// The conditions at one place and time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conditions {
    pub(crate) place: StationPlace,
    /// °C
    pub(crate) temperature: f64,
    /// °C, of the last day or so: what soil and water follow.
    pub(crate) daily_temperature: f64,
    /// %
    pub(crate) humidity: f64,
    /// hPa at the place's height
    pub(crate) pressure: f64,
    /// hPa reduced to the sea
    pub(crate) sea_level_pressure: f64,
    /// lx
    pub(crate) illuminance: f64,
    /// UV index
    pub(crate) ultraviolet: f64,
    /// W/m²
    pub(crate) irradiance: f64,
    /// µg/m³ of particles up to 2.5 µm
    pub(crate) fine_dust: f64,
    /// m/s
    pub(crate) wind_speed: f64,
    /// °
    pub(crate) wind_direction: f64,
    /// mm/h
    pub(crate) rain: f64,
    /// 0 in the dead of night to 1 at noon
    pub(crate) daytime: f64,
}

impl Weather {
    pub(crate) fn new(seed: Seed) -> Self {
        let field = |number, degrees, hours| Field::new(seed.with(number), degrees, hours);
        Self {
            pressure: field(1, 18.0, 72.0),
            air_mass: field(2, 12.0, 96.0),
            local: field(3, 1.5, 10.0),
            cloud: field(4, 3.0, 9.0),
            moisture: field(5, 6.0, 30.0),
            dust: field(6, 4.0, 24.0),
            wind: field(7, 8.0, 12.0),
            turbulence: field(8, 0.5, 2.3),
        }
    }

    /// The weather outdoors at a place, `millis` after 1970.
    pub(crate) fn at(&self, place: StationPlace, millis: i64) -> Conditions {
        self.over(place).at(millis)
    }

    /// The weather outdoors at a place, for many moments in a row.
    pub(crate) fn over(&self, place: StationPlace) -> WeatherAt {
        let over = |field: &Field| field.over(place.longitude, place.latitude);
        WeatherAt {
            place,
            pressure: over(&self.pressure),
            air_mass: over(&self.air_mass),
            local: over(&self.local),
            cloud: over(&self.cloud),
            moisture: over(&self.moisture),
            dust: over(&self.dust),
            wind: over(&self.wind),
            turbulence: over(&self.turbulence),
        }
    }

    /// The rain at a place in mm/h, which does not depend on its height.
    pub(crate) fn rain_at(&self, longitude: f64, latitude: f64, millis: i64) -> f64 {
        let at = |field: &Field| field.over(longitude, latitude).at(millis);
        let cloud = cloud_cover(at(&self.cloud));
        if cloud <= RAIN_CLOUD { 0.0 } else { rain(cloud, at(&self.local)) }
    }
}

/// The weather of one place.
#[derive(Clone, Debug)]
pub(crate) struct WeatherAt {
    place: StationPlace,
    pressure: FieldAt,
    air_mass: FieldAt,
    local: FieldAt,
    cloud: FieldAt,
    moisture: FieldAt,
    dust: FieldAt,
    wind: FieldAt,
    turbulence: FieldAt,
}

impl WeatherAt {
    /// The weather outdoors, `millis` after 1970.
    pub(crate) fn at(&mut self, millis: i64) -> Conditions {
        let place = self.place;
        let sun = Sun::at(place.longitude, place.latitude, millis);
        // Owners enter heights up to outer space; the physics ends on a mountain.
        let height = place.height.unwrap_or(0.0).clamp(0.0, 4000.0);
        let cloud = cloud_cover(self.cloud.at(millis));
        let local = self.local.at(millis);

        let daily = climate(place.latitude, sun.season) + 12.0 * self.air_mass.at(millis) - LAPSE * height;
        let swing = (1.0 + 4.5 * sun.noon_height) * (1.15 - 0.85 * cloud);
        let temperature = daily + 3.0 * local + swing * sun.warmth;
        let moist = 68.0 + 50.0 * self.moisture.at(millis) + 14.0 * (cloud - 0.5);
        let humidity = (moist - 3.2 * (temperature - daily)).clamp(12.0, 100.0);
        let sea_level_pressure = 1013.25 + 60.0 * self.pressure.at(millis);
        let clear = 1.0 - 0.75 * cloud;
        let winter = 0.5 - 0.5 * sun.season;
        let dust = 8.0 * (1.0 + 0.8 * winter) * (1.9 * self.dust.at(millis) + 0.5 * local).exp();
        let gale = self.wind.at(millis);
        Conditions {
            place,
            temperature,
            daily_temperature: daily,
            humidity,
            pressure: sea_level_pressure * (1.0 - LAPSE * height / 288.15).powf(5.255),
            sea_level_pressure,
            illuminance: 110_000.0 * sun.height.powf(1.15) * clear + 400.0 * sun.twilight,
            ultraviolet: 12.0 * sun.height.powf(2.4) * (1.0 - 0.6 * cloud),
            irradiance: 1050.0 * sun.height.powf(1.15) * clear,
            fine_dust: dust,
            wind_speed: 3.5 * (2.6 * gale + 0.6 * local).exp() * (0.8 + 0.4 * sun.height),
            wind_direction: (240.0 + 400.0 * gale).rem_euclid(360.0),
            rain: rain(cloud, local),
            daytime: 0.5 + 0.5 * sun.warmth,
        }
    }
}

impl Conditions {
    /// The same in the heated room of one household.
    pub(crate) fn indoors(self, household: Seed) -> Self {
        let comfort = household.with(1).between(19.0, 22.5);
        Self {
            temperature: comfort
                + 1.2 * (self.daytime - 0.5)
                + 0.1 * (self.temperature - 10.0).clamp(-5.0, 5.0),
            daily_temperature: comfort,
            humidity: (household.with(2).between(38.0, 52.0) + 0.1 * (self.humidity - 70.0))
                .clamp(20.0, 70.0),
            illuminance: 0.02 * self.illuminance + 120.0 * self.daytime,
            ultraviolet: 0.0,
            irradiance: 0.05 * self.irradiance,
            fine_dust: 0.6 * self.fine_dust,
            wind_speed: 0.0,
            rain: 0.0,
            ..self
        }
    }

    /// In °C, by the Magnus formula.
    pub(crate) fn dew_point(&self) -> f64 {
        let gamma = (self.humidity / 100.0).ln() + 17.62 * self.temperature / (243.12 + self.temperature);
        243.12 * gamma / (17.62 - gamma)
    }
}

/// The share of the sky that is covered, for a value of the field of clouds.
fn cloud_cover(cloud: f64) -> f64 {
    (0.55 + 0.9 * cloud).clamp(0.0, 1.0)
}

/// In mm/h.
fn rain(cloud_cover: f64, local: f64) -> f64 {
    (cloud_cover - RAIN_CLOUD).max(0.0) * 18.0 * (0.6 + local).max(0.0)
}

/// The mean temperature at sea level in °C; `season` is -1 in deep winter and 1 in high summer.
fn climate(latitude: f64, season: f64) -> f64 {
    let tilt = latitude.to_radians().sin().abs();
    27.0 - 28.0 * tilt.powi(2) - 10.0 * tilt.powi(12) + season * 0.18 * latitude.abs()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Conditions, Weather};
    use crate::seed::Seed;
    use crate::stations::StationPlace;

    const BERLIN: StationPlace = StationPlace { longitude: 13.4, latitude: 52.5, height: Some(40.0) };

    fn at(seed: u64, place: StationPlace, time: &str) -> Conditions {
        let time: Timestamp = time.parse().unwrap();
        Weather::new(Seed::new(seed)).at(place, time.as_millisecond())
    }

    fn mean(place: StationPlace, time: &str, quantity: fn(&Conditions) -> f64) -> f64 {
        (0..200).map(|seed| quantity(&at(seed, place, time))).sum::<f64>() / 200.0
    }

    #[test]
    fn summer_is_warmer_than_winter_on_both_hemispheres() {
        let sydney = StationPlace { longitude: 151.2, latitude: -33.9, height: None };
        let temperature = |place, time| mean(place, time, |conditions| conditions.temperature);
        assert!((15.0..24.0).contains(&temperature(BERLIN, "2026-07-15T12:00:00Z")));
        assert!((-4.0..5.0).contains(&temperature(BERLIN, "2026-01-15T12:00:00Z")));
        assert!(
            temperature(sydney, "2026-01-15T02:00:00Z") > temperature(sydney, "2026-07-15T02:00:00Z") + 6.0
        );
    }

    #[test]
    fn afternoons_are_warm_and_dry_and_nights_are_not() {
        for quantity in
            [|c: &Conditions| c.temperature, |c: &Conditions| -c.humidity, |c: &Conditions| c.illuminance]
        {
            assert!(
                mean(BERLIN, "2026-06-15T14:00:00Z", quantity)
                    > mean(BERLIN, "2026-06-15T03:00:00Z", quantity) + 2.0
            );
        }
        assert!(at(1, BERLIN, "2026-06-15T23:00:00Z").ultraviolet < 0.01);
    }

    #[test]
    fn mountains_are_cold_and_their_air_is_thin() {
        let summit = StationPlace { height: Some(2000.0), ..BERLIN };
        let (low, high) = (at(1, BERLIN, "2026-06-15T14:00:00Z"), at(1, summit, "2026-06-15T14:00:00Z"));
        assert!((low.temperature - high.temperature - 0.0065 * 1960.0).abs() < 1e-9);
        assert!((760.0..840.0).contains(&high.pressure), "{}", high.pressure);
    }

    #[test]
    fn neighbours_and_minutes_agree() {
        let time = "2026-06-15T14:00:00Z";
        let next = StationPlace { longitude: 13.5, latitude: 52.6, height: Some(40.0) };
        for seed in 0..50 {
            assert!((at(seed, BERLIN, time).temperature - at(seed, next, time).temperature).abs() < 1.5);
            let later = at(seed, BERLIN, "2026-06-15T14:05:00Z").temperature;
            assert!((at(seed, BERLIN, time).temperature - later).abs() < 0.5);
        }
    }

    #[test]
    fn all_that_can_be_measured_stays_plausible() {
        for seed in 0..40 {
            for (latitude, hour) in [(-50.0, 0), (0.0, 6), (35.0, 12), (52.0, 18), (68.0, 23)] {
                let place = StationPlace { longitude: 10.0, latitude, height: Some(100.0) };
                let weather = at(seed, place, &format!("2026-11-24T{hour:02}:30:00Z"));
                assert!((-35.0..45.0).contains(&weather.temperature), "{weather:?}");
                assert!((930.0..1070.0).contains(&weather.sea_level_pressure), "{weather:?}");
                assert!((0.3..400.0).contains(&weather.fine_dust), "{weather:?}");
                assert!((0.0..40.0).contains(&weather.wind_speed), "{weather:?}");
                assert!(weather.dew_point() <= weather.temperature + 1e-6, "{weather:?}");
            }
        }
    }
}
