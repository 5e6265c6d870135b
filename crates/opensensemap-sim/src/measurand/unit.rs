//! Reads units as people write them: `°C`, `C°`, `degC`, `Celcius` and a broken `\u{fffd}C` are all
//! the same.

use super::Measurand;

/// Converts a value from the simulation's unit to the sensor's.
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

/// Families of units. Those with several members carry the scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum UnitFamily {
    Temperature(Scale),
    /// Degrees of a compass, or of a thermometer if the title says so.
    Angle,
    Percent,
    /// A percentage that can only mean humidity, such as `%rH`.
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

impl UnitFamily {
    pub(super) fn of(unit: &str) -> Self {
        let unit: String = unit
            .to_lowercase()
            .chars()
            .filter(|letter| !letter.is_whitespace())
            .map(|letter| if letter == 'μ' { 'µ' } else { letter })
            .collect();
        thermal(&unit).or_else(|| of_the_air(&unit)).or_else(|| of_devices(&unit)).unwrap_or(Self::Unknown)
    }

    /// The scale for a measurand in this unit.
    pub(super) fn scale(self, measurand: Measurand) -> Scale {
        match self {
            Self::Temperature(scale) if measurand == Measurand::DewPointSpread => {
                Scale { offset: 0.0, ..scale }
            }
            Self::Velocity(_) if measurand == Measurand::Speed => Scale::SAME,
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

fn thermal(unit: &str) -> Option<UnitFamily> {
    let scale = match unit {
        "°f" | "f" | "fahrenheit" => Scale { factor: 1.8, offset: 32.0 },
        "k" | "kelvin" => Scale { factor: 1.0, offset: 273.15 },
        "*10°c" => Scale::times(10.0),
        "grad" | "°" | "degree" | "degrees" | "deg" | "deg." | "winkelgrad" => {
            return Some(UnitFamily::Angle);
        }
        "c" | "°c" | "c°" | "ºc" | "cº" | "\u{fffd}c" | "*c" | "c*" | "oc" | "℃" | "degc" | "deg.c"
        | "degreec" | "degreesc" | "gradic" | "'c" | "^°c" | "unit:°c" => Scale::SAME,
        _ if ["celsius", "celcius", "zelsius", "centigrade"].iter().any(|word| unit.contains(word)) => {
            Scale::SAME
        }
        _ => return None,
    };
    Some(UnitFamily::Temperature(scale))
}

fn of_the_air(unit: &str) -> Option<UnitFamily> {
    Some(match unit {
        "pa" | "pascal" | "hpax100(qfe)" | "hpa*100" => UnitFamily::Pressure(Scale::times(100.0)),
        "hpa" | "hpas" | "hp" | "hap" | "mbar" | "mb" | "mmb" | "millibar" | "milibars" | "hpa(=mbar)"
        | "hecktopascal" => UnitFamily::Pressure(Scale::SAME),
        "kpa" => UnitFamily::Pressure(Scale::times(0.1)),
        "bar" => UnitFamily::Pressure(Scale::times(0.001)),
        "inhg" => UnitFamily::Pressure(Scale::times(0.029_529_98)),
        "mmhg" => UnitFamily::Pressure(Scale::times(0.750_061_68)),
        "m/s" | "mps" | "m/sec" | "(m/s)" | "meterpersecond" => UnitFamily::Velocity(Scale::SAME),
        "km/h" | "kmh" | "km/hr" => UnitFamily::Velocity(Scale::times(3.6)),
        "mph" | "milesperhour" => UnitFamily::Velocity(Scale::times(2.236_936)),
        "bft" | "beaufort" => UnitFamily::Velocity(Scale::times(0.6)),
        "g/m³" | "g/m3" | "g/m^3" => UnitFamily::VapourDensity,
        "mg/m³" | "mg/m3" | "mg/m^3" => UnitFamily::MassConcentration(Scale::times(0.001)),
        "mm" | "mm/h" | "mm/min" | "mm/m²" | "l/m²" | "l/m2" | "mm/hr" | "mm/5min" | "mmperminute"
        | "in/hr" => UnitFamily::WaterColumn,
        "%h" | "%rh" | "%rf" | "rel%" | "%rel" | "rh" => UnitFamily::Humidity,
        "percent" | "prozent" | "percentage" => UnitFamily::Percent,
        _ if unit.contains('%') => UnitFamily::Percent,
        _ if unit.starts_with("µg/m") || unit.starts_with("ug/m") || unit.starts_with("\u{fffd}g/m") => {
            UnitFamily::MassConcentration(Scale::SAME)
        }
        "mug/m3" | "mug/m^3" | "pm10" | "pm25" | "pm2.5" | "ugm" | "µg/m" => {
            UnitFamily::MassConcentration(Scale::SAME)
        }
        "lx" | "lux" | "lm" | "lm/m²" | "lumen" => UnitFamily::Illuminance(Scale::SAME),
        "klx" => UnitFamily::Illuminance(Scale::times(0.001)),
        // A VEML6070 shows roughly this much per step of the index.
        _ if unit.starts_with("µw/cm") || unit.starts_with("uw/cm") => {
            UnitFamily::UltravioletIntensity(Scale::times(110.0))
        }
        "mw/cm²" | "mw/cm2" | "mw/cm^2" => UnitFamily::UltravioletIntensity(Scale::times(0.11)),
        "mw/m²" | "mw/m^2" => UnitFamily::UltravioletIntensity(Scale::times(25.0)),
        _ if unit.contains("uv") && !unit.contains("sv") => UnitFamily::UltravioletIntensity(Scale::SAME),
        "w/m²" | "w/m2" | "w/m^2" | "w/m\u{fffd}" => UnitFamily::Irradiance,
        _ => return None,
    })
}

fn of_devices(unit: &str) -> Option<UnitFamily> {
    Some(match unit {
        "dbm" => UnitFamily::Signal,
        _ if unit.starts_with("db") => UnitFamily::Sound,
        "kohm" | "kω" | "ohm" | "ω" | "mohm" => UnitFamily::Resistance,
        "ppm" => UnitFamily::Ppm,
        "ppb" => UnitFamily::Ppb,
        "v" | "volt" | "volts" | "voltage" => UnitFamily::Voltage(Scale::SAME),
        "mv" => UnitFamily::Voltage(Scale::times(1000.0)),
        "v/10" => UnitFamily::Voltage(Scale::times(10.0)),
        "lat" | "°n" | "breitengrad" => UnitFamily::Latitude,
        "lon" | "lng" | "°e" | "längengrad" => UnitFamily::Longitude,
        "m" | "meter" | "masl" | "m_amsl" | "meereshöhe" => UnitFamily::Length,
        _ => return None,
    })
}
