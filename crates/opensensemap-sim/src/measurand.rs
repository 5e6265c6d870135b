//! Guesses from a sensor's title and unit what it measures, so that its readings are believable.
//!
//! Owners name sensors as they like (the list has 4,122 pairs of title and unit) in a dozen
//! languages. The unit decides first, because a value that does not fit its unit would be a fault,
//! and those are made by [`Defect`](crate::Defect).

pub(crate) use unit::Scale;
use unit::UnitFamily;

mod unit;

/// What a sensor measures. The unit in brackets is that of the simulation, before [`Scale`]
/// applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measurand {
    /// Of the air (°C).
    AirTemperature,
    /// Of the ground (°C).
    SoilTemperature,
    /// Of a river, a lake, a pool (°C).
    WaterTemperature,
    /// Of a case, a chip, a heated inlet (°C).
    DeviceTemperature,
    /// Of a room (°C).
    RoomTemperature,
    /// Of a brood nest or the like (°C).
    HiveTemperature,
    /// (°C)
    DewPoint,
    /// How far the dew point is below the air's temperature (K).
    DewPointSpread,
    /// Relative (%).
    Humidity,
    /// (g/m³)
    AbsoluteHumidity,
    /// At the station (hPa).
    Pressure,
    /// Reduced to sea level (hPa).
    SeaLevelPressure,
    /// Particles up to 1 µm (µg/m³).
    Pm1,
    /// Particles up to 2.5 µm (µg/m³).
    Pm25,
    /// Particles up to 4 µm (µg/m³).
    Pm4,
    /// Particles up to 10 µm (µg/m³).
    Pm10,
    /// (lx)
    Illuminance,
    /// (UV index)
    Ultraviolet,
    /// (W/m²)
    Irradiance,
    /// (ppm)
    CarbonDioxide,
    /// Other gases (ppb).
    TraceGas,
    /// Resistance of a gas sensor (kΩ).
    GasResistance,
    /// (dB)
    Sound,
    /// (m/s)
    WindSpeed,
    /// (°)
    WindDirection,
    /// (mm)
    Rain,
    /// (%)
    SoilMoisture,
    /// (V)
    Voltage,
    /// (dBm)
    SignalStrength,
    /// (°)
    Latitude,
    /// (°)
    Longitude,
    /// (m)
    Altitude,
    /// Of a bicycle or a walker (km/h).
    Speed,
    /// Things counted.
    Count,
    /// Anything else.
    Other,
}

impl Measurand {
    /// What a sensor with this title and unit measures, and the scale from the simulation's unit.
    pub(crate) fn of(title: &str, unit: &str) -> (Self, Scale) {
        let title = title.to_lowercase();
        let unit = UnitFamily::of(unit);
        let measurand = match unit {
            UnitFamily::Temperature(_) => temperature(&title),
            UnitFamily::Angle if has(&title, &["temp", "°c"]) => temperature(&title),
            UnitFamily::Angle if has(&title, &["latit", "breite"]) => Self::Latitude,
            UnitFamily::Angle if has(&title, &["long", "länge"]) => Self::Longitude,
            UnitFamily::Angle => Self::WindDirection,
            UnitFamily::Percent if has(&title, &["boden", "soil", "erde", "moist"]) => Self::SoilMoisture,
            UnitFamily::Percent | UnitFamily::Humidity => Self::Humidity,
            UnitFamily::Pressure(_) if has(&title, &["relativ", "rel.", "sea", "reduz"]) => {
                Self::SeaLevelPressure
            }
            UnitFamily::Pressure(_) => Self::Pressure,
            UnitFamily::MassConcentration(_) => particles(&title),
            UnitFamily::Illuminance(_) => Self::Illuminance,
            UnitFamily::UltravioletIntensity(_) => Self::Ultraviolet,
            UnitFamily::Irradiance => Self::Irradiance,
            UnitFamily::Sound => Self::Sound,
            UnitFamily::Signal => Self::SignalStrength,
            UnitFamily::Resistance => Self::GasResistance,
            UnitFamily::Ppm if has(&title, &["co2", "co₂", "kohlendioxid", "eco2"]) => Self::CarbonDioxide,
            UnitFamily::Ppm | UnitFamily::Ppb => Self::TraceGas,
            // Every German speed contains wind: Ge-sch-wind-igkeit.
            UnitFamily::Velocity(_) if has(&title.replace("schwind", ""), &["wind", "böe", "gust"]) => {
                Self::WindSpeed
            }
            UnitFamily::Velocity(_) => Self::Speed,
            UnitFamily::WaterColumn => Self::Rain,
            UnitFamily::VapourDensity => Self::AbsoluteHumidity,
            UnitFamily::Voltage(_) => Self::Voltage,
            UnitFamily::Latitude => Self::Latitude,
            UnitFamily::Longitude => Self::Longitude,
            UnitFamily::Length => Self::Altitude,
            UnitFamily::Unknown => by_title(&title),
        };
        (measurand, unit.scale(measurand))
    }

    /// Whether it is a temperature.
    pub(crate) fn is_temperature(self) -> bool {
        matches!(
            self,
            Self::AirTemperature
                | Self::SoilTemperature
                | Self::WaterTemperature
                | Self::DeviceTemperature
                | Self::RoomTemperature
                | Self::HiveTemperature
        )
    }

    /// The icon that openSenseMap's models give such a sensor.
    pub(crate) fn icon(self) -> Option<&'static str> {
        match self {
            temperature if temperature.is_temperature() => Some("osem-thermometer"),
            Self::Humidity | Self::SoilMoisture => Some("osem-humidity"),
            Self::Pressure | Self::SeaLevelPressure => Some("osem-barometer"),
            Self::Pm1 | Self::Pm25 | Self::Pm4 | Self::Pm10 => Some("osem-cloud"),
            Self::Illuminance | Self::Ultraviolet => Some("osem-brightness"),
            _ => None,
        }
    }
}

fn has(title: &str, words: &[&str]) -> bool {
    words.iter().any(|word| title.contains(word))
}

fn temperature(title: &str) -> Measurand {
    let words: [(Measurand, &[&str]); 7] = [
        (Measurand::DewPointSpread, &["spread", "differen"]),
        (Measurand::DewPoint, &["taupunkt", "dew", "tau "]),
        (Measurand::SoilTemperature, &["boden", "soil", "ground", "erde", "kompost", "beton"]),
        (Measurand::WaterTemperature, &["wasser", "water", "pool", "teich"]),
        (Measurand::HiveTemperature, &["beute", "wabe", "waabe", "brut", "stock", "hive"]),
        (Measurand::RoomTemperature, &["innen", "room", "zimmer", "pokoj", "indoor"]),
        (
            Measurand::DeviceTemperature,
            &[
                "heca", "cpu", "scd30", "scd41", "co2", "esp", "mcu", "intern", "inside", "gehäuse", "gerät",
                "device", "box",
            ],
        ),
    ];
    let found = words.into_iter().find(|(_, words)| has(title, words));
    found.map_or(Measurand::AirTemperature, |(measurand, _)| measurand)
}

fn particles(title: &str) -> Measurand {
    let title = title.replace([' ', ',', '.', '_'], "");
    match () {
        () if has(&title, &["pm10", "p10"]) && !has(&title, &["pm100"]) => Measurand::Pm10,
        () if has(&title, &["pm25", "p25"]) => Measurand::Pm25,
        () if has(&title, &["pm4"]) => Measurand::Pm4,
        () if has(&title, &["pm1", "pm01"]) => Measurand::Pm1,
        () => Measurand::Pm10,
    }
}

fn by_title(title: &str) -> Measurand {
    let words: [(Measurand, &[&str]); 9] = [
        (Measurand::Ultraviolet, &["uv"]),
        (Measurand::Illuminance, &["helligkeit", "light", "licht", "lux", "beleuchtung"]),
        (Measurand::Sound, &["schall", "lärm", "laut", "noise", "sound"]),
        (Measurand::CarbonDioxide, &["co2", "co₂"]),
        (Measurand::Rain, &["regen", "rain", "niederschlag"]),
        (Measurand::SoilMoisture, &["bodenf", "soil"]),
        (Measurand::Humidity, &["feuchte", "humid"]),
        (Measurand::Voltage, &["batter", "spannung", "volt"]),
        (
            Measurand::Count,
            &[
                "count", "anzahl", "sperling", "amsel", "meise", "vogel", "bird", "taube", "star", "fink",
                "pax",
            ],
        ),
    ];
    let found = words.into_iter().find(|(_, words)| has(title, words));
    found.map_or(Measurand::Other, |(measurand, _)| measurand)
}

#[cfg(test)]
mod tests {
    use super::Measurand;

    #[test]
    fn titles_of_people_are_understood() {
        for (title, unit, expected) in [
            ("Temperatur", "°C", Measurand::AirTemperature),
            ("Lämpötila", "\u{fffd}C", Measurand::AirTemperature),
            ("Temperatur", "Grad", Measurand::AirTemperature),
            ("Windrichtung", "Grad", Measurand::WindDirection),
            ("Bodentemperatur", "°C", Measurand::SoilTemperature),
            ("Temperatur SCD30", "°C", Measurand::DeviceTemperature),
            ("Taupunktdifferenz (Spread)", "°C", Measurand::DewPointSpread),
            ("Temperature", "%", Measurand::Humidity),
            ("Luftdruck", "Pa", Measurand::Pressure),
            ("Luftdruck relativ", "hPa", Measurand::SeaLevelPressure),
            ("Bodenfeuchte", "%", Measurand::SoilMoisture),
            ("PM2.5", "μg/m3", Measurand::Pm25),
            ("PM01", "µg/m³", Measurand::Pm1),
            ("Feinstaub PM10", "\u{fffd}g/m\u{fffd}", Measurand::Pm10),
            ("UV-Intensität", "μW/cm²", Measurand::Ultraviolet),
            ("CO₂", "ppm", Measurand::CarbonDioxide),
            ("Windgeschwindigkeit", "km/h", Measurand::WindSpeed),
            ("Geschwindigkeit", "km/h", Measurand::Speed),
            ("Haussperling", "Birds", Measurand::Count),
            ("sensor1", "unit", Measurand::Other),
        ] {
            assert_eq!(Measurand::of(title, unit).0, expected, "{title} in {unit}");
        }
    }

    #[test]
    fn a_value_is_written_in_its_unit() {
        for (title, unit, canonical, written) in [
            ("Temperature", "°F", 10.0, 50.0),
            ("Temperature", "K", 0.0, 273.15),
            ("Temperatur", "*10 °C", 1.5, 15.0),
            ("Luftdruck", "Pa", 1013.25, 101_325.0),
            ("Luftdruck", "kPa", 1000.0, 100.0),
            ("Wind", "km/h", 10.0, 36.0),
        ] {
            let value = Measurand::of(title, unit).1.apply(canonical);
            assert!((value - written).abs() < 1e-9, "{title} in {unit}: {value}");
        }
    }
}
