//! What is wrong with bad sensors and badly placed boxes, as it is seen on openSenseMap or known from the chips.

use crate::phenomenon::Phenomenon;
use crate::seed::Seed;
use crate::value::Value;

/// How a sensor is bad. All sensors of one chip share its defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Defect {
    /// A BME280 or BMP280 whose registers are read wrongly: -139.85 to -147 °C, 100 % humidity, a pressure as on a mountain.
    BrokenBmx280,
    /// A DS18B20 that has fallen off its wire: -127 °C.
    Disconnected,
    /// A DS18B20 that has just been switched on: 85 °C.
    PowerOn,
    /// A DHT that does not answer, by a driver that says so in a number: -999.
    NoAnswer,
    /// A DHT that does not answer, by a driver that says `nan`.
    NotANumber,
    /// The same value for ever.
    Stuck,
    /// A thermometer that shows 10 K too much.
    Offset,
    /// A thermometer whose unit was registered as `%`.
    WrongUnit,
    /// It last measured long ago, though its box goes on.
    Stale,
    /// Its clock is more than 10 minutes fast.
    Future,
    /// It never measured.
    Silent,
}

/// Chips that are known to fail in a way of their own, and how.
const CHIPS: [(&[&str], &[Defect]); 3] = [
    (&["BME280", "BMP280"], &[Defect::BrokenBmx280]),
    (&["DS18B20"], &[Defect::Disconnected, Defect::PowerOn]),
    (&["DHT11", "DHT22"], &[Defect::NoAnswer, Defect::NotANumber]),
];

/// Defects that any sensor may have.
const COMMON: [Defect; 6] =
    [Defect::Stuck, Defect::Offset, Defect::WrongUnit, Defect::Stale, Defect::Future, Defect::Silent];

impl Defect {
    /// The defect of a chip that is bad.
    pub(crate) fn of(chip: Option<&str>, seed: Seed) -> Self {
        let own = CHIPS.iter().find(|(chips, _)| chip.is_some_and(|chip| chips.contains(&chip)));
        match own {
            Some((_, defects)) if seed.with(1).chance(0.5) => pick(defects, seed.with(2)),
            _ => pick(&COMMON, seed.with(3)),
        }
    }

    /// What a sensor with this defect shows in place of a healthy number, if it shows anything else.
    pub(crate) fn distort(self, phenomenon: Phenomenon, seed: Seed, in_pascal: bool) -> Option<Value> {
        let number = match (self, phenomenon) {
            (Self::BrokenBmx280, Phenomenon::Humidity) => 100.0,
            (Self::BrokenBmx280, Phenomenon::Pressure) => {
                seed.between(575.0, 813.0) * if in_pascal { 100.0 } else { 1.0 }
            }
            (Self::BrokenBmx280, measured) if measured.is_temperature() => seed.between(-147.0, -139.85),
            (Self::Disconnected, measured) if measured.is_temperature() => -127.0,
            (Self::PowerOn, measured) if measured.is_temperature() => 85.0,
            (Self::NoAnswer, _) => -999.0,
            (Self::NotANumber, _) => return Some(Value::Text("nan")),
            _ => return None,
        };
        Some(Value::two_decimals(number))
    }
}

/// What is wrong with the place of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misplaced {
    /// At [0, 0], where nobody lives.
    NullIsland,
    /// Without `currentLocation`.
    Nowhere,
}

impl Misplaced {
    /// Whether a box of a network with this share of bad sensors is misplaced.
    pub(crate) fn of(bad_share: f64, seed: Seed) -> Option<Self> {
        let bad = seed.with(1).chance(bad_share / 4.0);
        bad.then(|| pick(&[Self::NullIsland, Self::Nowhere], seed.with(2)))
    }
}

fn pick<T: Copy>(among: &[T], seed: Seed) -> T {
    among[(seed.bits() % among.len() as u64) as usize]
}
