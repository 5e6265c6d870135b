//! Reads units as people write them: `°C`, `C°`, `degC`, `Celcius` and a broken `\u{fffd}C` are all one.

use super::Phenomenon;

/// How a value is brought from the unit of the simulation into that of the sensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    factor: f64,
    offset: f64,
}

impl Scale {
    const SAME: Self = Self::times(1.0);

    const fn times(factor: f64) -> Self {
        Self { factor, offset: 0.0 }
    }

    /// The value in the sensor's unit.
    pub(crate) fn apply(self, value: f64) -> f64 {
        value * self.factor + self.offset
    }
}

/// The families of units; those whose members differ carry the scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unit {
    Temperature(Scale),
    /// Degrees of something: of a compass, or of a thermometer when the title says so.
    Angle,
    Percent,
    /// A percentage that can only be of humidity, such as `%rH`.
    Humidity,
    Pressure(Scale),
    MassConcentration(Scale),
    Illuminance(Scale),
    UltravioletIntensity(Scale),
    Irradiance,
    Sound,
    Signal,
    Resistance,
    Ppm,
    Ppb,
    Velocity(Scale),
    WaterColumn,
    VapourDensity,
    Voltage(Scale),
    Latitude,
    Longitude,
    Length,
    Unknown,
}

impl Unit {
    pub(super) fn of(unit: &str) -> Self {
        let unit: String = unit
            .to_lowercase()
            .chars()
            .filter(|letter| !letter.is_whitespace())
            .map(|letter| if letter == 'μ' { 'µ' } else { letter })
            .collect();
        thermal(&unit).or_else(|| of_the_air(&unit)).or_else(|| of_devices(&unit)).unwrap_or(Self::Unknown)
    }

    /// How a phenomenon is written in this unit.
    pub(super) fn scale(self, phenomenon: Phenomenon) -> Scale {
        match self {
            Self::Temperature(scale) if phenomenon == Phenomenon::DewPointSpread => {
                Scale { offset: 0.0, ..scale }
            }
            Self::Velocity(_) if phenomenon == Phenomenon::Speed => Scale::SAME,
            Self::Temperature(scale)
            | Self::Pressure(scale)
            | Self::MassConcentration(scale)
            | Self::Illuminance(scale)
            | Self::UltravioletIntensity(scale)
            | Self::Velocity(scale)
            | Self::Voltage(scale) => scale,
            _ => Scale::SAME,
        }
    }
}

fn thermal(unit: &str) -> Option<Unit> {
    let scale = match unit {
        "°f" | "f" | "fahrenheit" => Scale { factor: 1.8, offset: 32.0 },
        "k" | "kelvin" => Scale { factor: 1.0, offset: 273.15 },
        "*10°c" => Scale::times(10.0),
        "grad" | "°" | "degree" | "degrees" | "deg" | "deg." | "winkelgrad" => return Some(Unit::Angle),
        "c" | "°c" | "c°" | "ºc" | "cº" | "\u{fffd}c" | "*c" | "c*" | "oc" | "℃" | "degc" | "deg.c"
        | "degreec" | "degreesc" | "gradic" | "'c" | "^°c" | "unit:°c" => Scale::SAME,
        _ if ["celsius", "celcius", "zelsius", "centigrade"].iter().any(|word| unit.contains(word)) => {
            Scale::SAME
        }
        _ => return None,
    };
    Some(Unit::Temperature(scale))
}

fn of_the_air(unit: &str) -> Option<Unit> {
    Some(match unit {
        "pa" | "pascal" | "hpax100(qfe)" | "hpa*100" => Unit::Pressure(Scale::times(100.0)),
        "hpa" | "hpas" | "hp" | "hap" | "mbar" | "mb" | "mmb" | "millibar" | "milibars" | "hpa(=mbar)"
        | "hecktopascal" => Unit::Pressure(Scale::SAME),
        "kpa" => Unit::Pressure(Scale::times(0.1)),
        "bar" => Unit::Pressure(Scale::times(0.001)),
        "inhg" => Unit::Pressure(Scale::times(0.029_529_98)),
        "mmhg" => Unit::Pressure(Scale::times(0.750_061_68)),
        "m/s" | "mps" | "m/sec" | "(m/s)" | "meterpersecond" => Unit::Velocity(Scale::SAME),
        "km/h" | "kmh" | "km/hr" => Unit::Velocity(Scale::times(3.6)),
        "mph" | "milesperhour" => Unit::Velocity(Scale::times(2.236_936)),
        "bft" | "beaufort" => Unit::Velocity(Scale::times(0.6)),
        "g/m³" | "g/m3" | "g/m^3" => Unit::VapourDensity,
        "mg/m³" | "mg/m3" | "mg/m^3" => Unit::MassConcentration(Scale::times(0.001)),
        "mm" | "mm/h" | "mm/min" | "mm/m²" | "l/m²" | "l/m2" | "mm/hr" | "mm/5min" | "mmperminute"
        | "in/hr" => Unit::WaterColumn,
        "%h" | "%rh" | "%rf" | "rel%" | "%rel" | "rh" => Unit::Humidity,
        "percent" | "prozent" | "percentage" => Unit::Percent,
        _ if unit.contains('%') => Unit::Percent,
        _ if unit.starts_with("µg/m") || unit.starts_with("ug/m") || unit.starts_with("\u{fffd}g/m") => {
            Unit::MassConcentration(Scale::SAME)
        }
        "mug/m3" | "mug/m^3" | "pm10" | "pm25" | "pm2.5" | "ugm" | "µg/m" => {
            Unit::MassConcentration(Scale::SAME)
        }
        "lx" | "lux" | "lm" | "lm/m²" | "lumen" => Unit::Illuminance(Scale::SAME),
        "klx" => Unit::Illuminance(Scale::times(0.001)),
        // A VEML6070 shows roughly this much for each step of the index.
        _ if unit.starts_with("µw/cm") || unit.starts_with("uw/cm") => {
            Unit::UltravioletIntensity(Scale::times(110.0))
        }
        "mw/cm²" | "mw/cm2" | "mw/cm^2" => Unit::UltravioletIntensity(Scale::times(0.11)),
        "mw/m²" | "mw/m^2" => Unit::UltravioletIntensity(Scale::times(25.0)),
        _ if unit.contains("uv") && !unit.contains("sv") => Unit::UltravioletIntensity(Scale::SAME),
        "w/m²" | "w/m2" | "w/m^2" | "w/m\u{fffd}" => Unit::Irradiance,
        _ => return None,
    })
}

fn of_devices(unit: &str) -> Option<Unit> {
    Some(match unit {
        "dbm" => Unit::Signal,
        _ if unit.starts_with("db") => Unit::Sound,
        "kohm" | "kω" | "ohm" | "ω" | "mohm" => Unit::Resistance,
        "ppm" => Unit::Ppm,
        "ppb" => Unit::Ppb,
        "v" | "volt" | "volts" | "voltage" => Unit::Voltage(Scale::SAME),
        "mv" => Unit::Voltage(Scale::times(1000.0)),
        "v/10" => Unit::Voltage(Scale::times(10.0)),
        "lat" | "°n" | "breitengrad" => Unit::Latitude,
        "lon" | "lng" | "°e" | "längengrad" => Unit::Longitude,
        "m" | "meter" | "masl" | "m_amsl" | "meereshöhe" => Unit::Length,
        _ => return None,
    })
}
