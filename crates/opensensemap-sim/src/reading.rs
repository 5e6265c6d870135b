//! The reading of a healthy sensor under given conditions.

use crate::measurand::Measurand;
use crate::seed::Seed;
use crate::stations::SensorDescription;
use crate::weather::Conditions;

/// The value in the sensor's unit. `sensor` gives it a small constant bias, `millis` a little
/// noise.
pub(crate) fn reading(kind: &SensorDescription, conditions: &Conditions, sensor: Seed, millis: i64) -> f64 {
    let bias = sensor.with(1).bell();
    let noise = sensor.with(millis as u64).bell();
    kind.scale.apply(canonical(kind.measurand, conditions, sensor, bias, noise))
}

/// The value in the unit that [`Measurand`] documents.
fn canonical(measurand: Measurand, weather: &Conditions, sensor: Seed, bias: f64, noise: f64) -> f64 {
    let wobble = |value: f64, share: f64| value * (1.0 + share * (0.7 * bias + 0.3 * noise)).max(0.0);
    let degrees = |value: f64| value + 0.4 * bias + 0.08 * noise;
    match measurand {
        Measurand::AirTemperature => degrees(weather.temperature),
        Measurand::SoilTemperature => degrees(0.75 * weather.daily_temperature + 3.0),
        Measurand::WaterTemperature => degrees(0.8 * weather.daily_temperature + 3.0).max(0.1),
        Measurand::DeviceTemperature => degrees(weather.temperature + 6.0 + bias.abs()),
        Measurand::RoomTemperature => degrees(21.0 + weather.daytime),
        Measurand::HiveTemperature => degrees(34.5 - 0.1 * (15.0 - weather.temperature).max(0.0)),
        Measurand::DewPoint => degrees(weather.dew_point()),
        Measurand::DewPointSpread => (weather.temperature - weather.dew_point() + 0.2 * bias).max(0.0),
        Measurand::Humidity => (weather.humidity + 2.5 * bias + 0.3 * noise).clamp(3.0, 100.0),
        Measurand::AbsoluteHumidity => {
            // Saturation vapour pressure in hPa, times the molar mass of water over the gas
            // constant.
            let saturation = 6.112 * (17.62 * weather.temperature / (243.12 + weather.temperature)).exp();
            wobble(saturation * weather.humidity * 2.1667 / (273.15 + weather.temperature), 0.03)
        }
        Measurand::Pressure => weather.pressure + 0.6 * bias + 0.03 * noise,
        Measurand::SeaLevelPressure => weather.sea_level_pressure + 0.6 * bias + 0.03 * noise,
        Measurand::Pm1 => wobble(0.7 * weather.fine_dust, 0.25),
        Measurand::Pm25 => wobble(weather.fine_dust, 0.25),
        Measurand::Pm4 => wobble(1.2 * weather.fine_dust, 0.25),
        Measurand::Pm10 => wobble(1.6 * weather.fine_dust, 0.25),
        Measurand::Illuminance => wobble(weather.illuminance, 0.2),
        Measurand::Ultraviolet => wobble(weather.ultraviolet, 0.2),
        Measurand::Irradiance => wobble(weather.irradiance, 0.1),
        Measurand::CarbonDioxide => wobble(425.0 + 60.0 * (1.0 - weather.daytime), 0.05),
        Measurand::TraceGas => wobble(20.0 + 10.0 * weather.daytime, 0.3),
        Measurand::GasResistance => wobble(120.0, 0.3),
        Measurand::Sound => 42.0 + 14.0 * weather.daytime + 3.0 * bias + 2.0 * noise,
        Measurand::WindSpeed => wobble(weather.wind_speed, 0.3),
        Measurand::WindDirection => (weather.wind_direction + 12.0 * bias + 8.0 * noise).rem_euclid(360.0),
        Measurand::Rain => wobble(weather.rain, 0.2),
        Measurand::SoilMoisture => (28.0 + 0.15 * (weather.humidity - 60.0) + 6.0 * bias).clamp(0.0, 100.0),
        Measurand::Voltage => 3.75 + 0.15 * bias + 0.02 * noise,
        Measurand::SignalStrength => (-72.0 + 9.0 * bias + 2.0 * noise).round(),
        Measurand::Latitude => weather.place.latitude,
        Measurand::Longitude => weather.place.longitude,
        Measurand::Altitude => weather.place.height.unwrap_or(80.0) + noise,
        Measurand::Speed => (12.0 + 5.0 * noise).max(0.0),
        Measurand::Count => (2.0 + 2.0 * noise).max(0.0).floor(),
        // A number whose magnitude stays with the sensor.
        Measurand::Other => 10_f64.powf(sensor.with(2).between(-1.0, 2.0)) * (1.0 + 0.1 * noise),
    }
}
