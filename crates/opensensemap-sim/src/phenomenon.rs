//! Guesses from a sensor's title and unit what it measures, so that its readings look the part.
//!
//! People name sensors as they like (4,122 pairs of title and unit in the list), in a dozen languages; the unit decides first, since
//! a value that does not fit its unit would be a fault, and faults are for [`Defect`](crate::Defect).

pub(crate) use unit::Scale;
use unit::Unit;

mod unit;

/// What a sensor measures. In brackets the unit in which the simulation computes it, before its [`Scale`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phenomenon {
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

impl Phenomenon {
    /// What a sensor of this title and unit measures, and how its value is written in that unit.
    pub(crate) fn of(title: &str, unit: &str) -> (Self, Scale) {
        let title = title.to_lowercase();
        let unit = Unit::of(unit);
        let phenomenon = match unit {
            Unit::Temperature(_) => temperature(&title),
            Unit::Angle if has(&title, &["temp", "°c"]) => temperature(&title),
            Unit::Angle if has(&title, &["latit", "breite"]) => Self::Latitude,
            Unit::Angle if has(&title, &["long", "länge"]) => Self::Longitude,
            Unit::Angle => Self::WindDirection,
            Unit::Percent if has(&title, &["boden", "soil", "erde", "moist"]) => Self::SoilMoisture,
            Unit::Percent | Unit::Humidity => Self::Humidity,
            Unit::Pressure(_) if has(&title, &["relativ", "rel.", "sea", "reduz"]) => Self::SeaLevelPressure,
            Unit::Pressure(_) => Self::Pressure,
            Unit::MassConcentration(_) => particles(&title),
            Unit::Illuminance(_) => Self::Illuminance,
            Unit::UltravioletIntensity(_) => Self::Ultraviolet,
            Unit::Irradiance => Self::Irradiance,
            Unit::Sound => Self::Sound,
            Unit::Signal => Self::SignalStrength,
            Unit::Resistance => Self::GasResistance,
            Unit::Ppm if has(&title, &["co2", "co₂", "kohlendioxid", "eco2"]) => Self::CarbonDioxide,
            Unit::Ppm | Unit::Ppb => Self::TraceGas,
            // There is wind in every German speed: Ge-sch-wind-igkeit.
            Unit::Velocity(_) if has(&title.replace("schwind", ""), &["wind", "böe", "gust"]) => {
                Self::WindSpeed
            }
            Unit::Velocity(_) => Self::Speed,
            Unit::WaterColumn => Self::Rain,
            Unit::VapourDensity => Self::AbsoluteHumidity,
            Unit::Voltage(_) => Self::Voltage,
            Unit::Latitude => Self::Latitude,
            Unit::Longitude => Self::Longitude,
            Unit::Length => Self::Altitude,
            Unit::Unknown => by_title(&title),
        };
        (phenomenon, unit.scale(phenomenon))
    }

    /// Whether it is some temperature.
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

    /// The icon that openSenseMap's models give to such a sensor.
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

fn temperature(title: &str) -> Phenomenon {
    let words: [(Phenomenon, &[&str]); 7] = [
        (Phenomenon::DewPointSpread, &["spread", "differen"]),
        (Phenomenon::DewPoint, &["taupunkt", "dew", "tau "]),
        (Phenomenon::SoilTemperature, &["boden", "soil", "ground", "erde", "kompost", "beton"]),
        (Phenomenon::WaterTemperature, &["wasser", "water", "pool", "teich"]),
        (Phenomenon::HiveTemperature, &["beute", "wabe", "waabe", "brut", "stock", "hive"]),
        (Phenomenon::RoomTemperature, &["innen", "room", "zimmer", "pokoj", "indoor"]),
        (
            Phenomenon::DeviceTemperature,
            &[
                "heca", "cpu", "scd30", "scd41", "co2", "esp", "mcu", "intern", "inside", "gehäuse", "gerät",
                "device", "box",
            ],
        ),
    ];
    let found = words.into_iter().find(|(_, words)| has(title, words));
    found.map_or(Phenomenon::AirTemperature, |(phenomenon, _)| phenomenon)
}

fn particles(title: &str) -> Phenomenon {
    let title = title.replace([' ', ',', '.', '_'], "");
    match () {
        () if has(&title, &["pm10", "p10"]) && !has(&title, &["pm100"]) => Phenomenon::Pm10,
        () if has(&title, &["pm25", "p25"]) => Phenomenon::Pm25,
        () if has(&title, &["pm4"]) => Phenomenon::Pm4,
        () if has(&title, &["pm1", "pm01"]) => Phenomenon::Pm1,
        () => Phenomenon::Pm10,
    }
}

fn by_title(title: &str) -> Phenomenon {
    let words: [(Phenomenon, &[&str]); 9] = [
        (Phenomenon::Ultraviolet, &["uv"]),
        (Phenomenon::Illuminance, &["helligkeit", "light", "licht", "lux", "beleuchtung"]),
        (Phenomenon::Sound, &["schall", "lärm", "laut", "noise", "sound"]),
        (Phenomenon::CarbonDioxide, &["co2", "co₂"]),
        (Phenomenon::Rain, &["regen", "rain", "niederschlag"]),
        (Phenomenon::SoilMoisture, &["bodenf", "soil"]),
        (Phenomenon::Humidity, &["feuchte", "humid"]),
        (Phenomenon::Voltage, &["batter", "spannung", "volt"]),
        (
            Phenomenon::Count,
            &[
                "count", "anzahl", "sperling", "amsel", "meise", "vogel", "bird", "taube", "star", "fink",
                "pax",
            ],
        ),
    ];
    let found = words.into_iter().find(|(_, words)| has(title, words));
    found.map_or(Phenomenon::Other, |(phenomenon, _)| phenomenon)
}

#[cfg(test)]
mod tests {
    use super::Phenomenon;

    #[test]
    fn titles_of_people_are_understood() {
        for (title, unit, expected) in [
            ("Temperatur", "°C", Phenomenon::AirTemperature),
            ("Lämpötila", "\u{fffd}C", Phenomenon::AirTemperature),
            ("Temperatur", "Grad", Phenomenon::AirTemperature),
            ("Windrichtung", "Grad", Phenomenon::WindDirection),
            ("Bodentemperatur", "°C", Phenomenon::SoilTemperature),
            ("Temperatur SCD30", "°C", Phenomenon::DeviceTemperature),
            ("Taupunktdifferenz (Spread)", "°C", Phenomenon::DewPointSpread),
            ("Temperature", "%", Phenomenon::Humidity),
            ("Luftdruck", "Pa", Phenomenon::Pressure),
            ("Luftdruck relativ", "hPa", Phenomenon::SeaLevelPressure),
            ("Bodenfeuchte", "%", Phenomenon::SoilMoisture),
            ("PM2.5", "μg/m3", Phenomenon::Pm25),
            ("PM01", "µg/m³", Phenomenon::Pm1),
            ("Feinstaub PM10", "\u{fffd}g/m\u{fffd}", Phenomenon::Pm10),
            ("UV-Intensität", "μW/cm²", Phenomenon::Ultraviolet),
            ("CO₂", "ppm", Phenomenon::CarbonDioxide),
            ("Windgeschwindigkeit", "km/h", Phenomenon::WindSpeed),
            ("Geschwindigkeit", "km/h", Phenomenon::Speed),
            ("Haussperling", "Birds", Phenomenon::Count),
            ("sensor1", "unit", Phenomenon::Other),
        ] {
            assert_eq!(Phenomenon::of(title, unit).0, expected, "{title} in {unit}");
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
            let value = Phenomenon::of(title, unit).1.apply(canonical);
            assert!((value - written).abs() < 1e-9, "{title} in {unit}: {value}");
        }
    }
}
