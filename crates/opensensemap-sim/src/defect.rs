//! Defects of sensors and misplaced boxes, as seen on openSenseMap or documented for the chips.

use crate::measurand::Measurand;
use crate::seed::Seed;
use crate::value::ShownValue;

/// The defect of a sensor. All sensors of one chip share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Defect {
    /// A BME280 or BMP280 whose registers are misread: -139.85 to -147 °C, 100 % humidity, pressure
    /// as on a mountain.
    BrokenBmx280,
    /// A disconnected DS18B20: -127 °C.
    Disconnected,
    /// A DS18B20 that has just been powered on: 85 °C.
    PowerOn,
    /// A DHT that does not answer, with a driver that returns -999.
    NoAnswer,
    /// A DHT that does not answer, with a driver that returns `nan`.
    NotANumber,
    /// Always the same value.
    Stuck,
    /// A thermometer that reads 10 K too high.
    Offset,
    /// A thermometer that is registered with the unit `%`.
    WrongUnit,
    /// Its last measurement is old, although its box keeps measuring.
    Stale,
    /// Its clock is more than 10 minutes fast.
    Future,
    /// It has never measured.
    Silent,
}

/// Chips with known failures of their own.
const CHIPS: [(&[&str], &[Defect]); 3] = [
    (&["BME280", "BMP280"], &[Defect::BrokenBmx280]),
    (&["DS18B20"], &[Defect::Disconnected, Defect::PowerOn]),
    (&["DHT11", "DHT22"], &[Defect::NoAnswer, Defect::NotANumber]),
];

/// Defects of any sensor.
const COMMON: [Defect; 6] =
    [Defect::Stuck, Defect::Offset, Defect::WrongUnit, Defect::Stale, Defect::Future, Defect::Silent];

impl Defect {
    /// The defect of a bad chip.
    pub(crate) fn of(chip: Option<&str>, seed: Seed) -> Self {
        let own = CHIPS.iter().find(|(chips, _)| chip.is_some_and(|chip| chips.contains(&chip)));
        match own {
            Some((_, defects)) if seed.with(1).chance(0.5) => pick(defects, seed.with(2)),
            _ => pick(&COMMON, seed.with(3)),
        }
    }

    /// The value that a sensor with this defect shows instead of a healthy one; `None` if the value
    /// is unaffected.
    pub(crate) fn distort(self, measurand: Measurand, seed: Seed, in_pascal: bool) -> Option<ShownValue> {
        let number = match (self, measurand) {
            (Self::BrokenBmx280, Measurand::Humidity) => 100.0,
            (Self::BrokenBmx280, Measurand::Pressure) => {
                seed.between(575.0, 813.0) * if in_pascal { 100.0 } else { 1.0 }
            }
            (Self::BrokenBmx280, measured) if measured.is_temperature() => seed.between(-147.0, -139.85),
            (Self::Disconnected, measured) if measured.is_temperature() => -127.0,
            (Self::PowerOn, measured) if measured.is_temperature() => 85.0,
            (Self::NoAnswer, _) => -999.0,
            (Self::NotANumber, _) => return Some(ShownValue::Text("nan")),
            _ => return None,
        };
        Some(ShownValue::two_decimals(number))
    }
}

/// The defect in the place of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misplaced {
    /// At [0, 0], where nobody lives.
    NullIsland,
    /// Without `currentLocation`.
    Nowhere,
}

impl Misplaced {
    /// The misplacement of a box in a network with this share of bad sensors; mostly `None`.
    pub(crate) fn of(bad_share: f64, seed: Seed) -> Option<Self> {
        let bad = seed.with(1).chance(bad_share / 4.0);
        bad.then(|| pick(&[Self::NullIsland, Self::Nowhere], seed.with(2)))
    }
}

fn pick<T: Copy>(among: &[T], seed: Seed) -> T {
    among[(seed.bits() % among.len() as u64) as usize]
}
