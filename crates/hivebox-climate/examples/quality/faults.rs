//! Faults added to the readings of the simulation. They were chosen before the thresholds.

use hivebox_climate::catalogue::{Catalogue, Meaning};
use opensensemap_sim::{BoxExposure, Defect, ObjectId, SensorAt};

use super::score::Kind;

/// The faults of one box, and its position within its square kilometre, all derived from its id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flaw {
    pub(crate) kind: Option<Kind>,
    /// The effect of its wall, shade or roof, in kelvin.
    siting_kelvin: f64,
    /// The same for humidity, in percentage points.
    siting_humidity: f64,
    offset_kelvin: f64,
    sentinel: f64,
}

/// The standard deviation of the effect on thermometers, in kelvin.
const SITING_KELVIN: f64 = 1.5;
/// The standard deviation of the effect on hygrometers, in percentage points.
const SITING_HUMIDITY: f64 = 5.0;
/// The values that chips and drivers send instead of a temperature.
const SENTINELS: [f64; 6] = [-127.0, 85.0, -999.0, -143.25, -139.85, -40.0];

/// The share of boxes with each fault.
const SHARES: [(Kind, f64); 5] = [
    (Kind::Sentinel, 0.01),
    (Kind::LargeOffset, 0.01),
    (Kind::SmallOffset, 0.01),
    (Kind::Stuck, 0.01),
    (Kind::Double, 0.005),
];
/// The share of indoor boxes with another exposure.
const HIDDEN_ROOMS: f64 = 0.3;

impl Flaw {
    pub(crate) fn of(seed: u64, id: ObjectId, exposure: BoxExposure) -> Self {
        let hash = id.to_string().bytes().fold(seed, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23)
        });
        let mut random = fastrand::Rng::with_seed(hash);
        // The sum of twelve uniform numbers is close enough to normal here, and limited to 6 standard deviations.
        let mut bell = || (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
        let (warmth, dampness) = (bell(), bell());
        let is_indoor = exposure == BoxExposure::Indoor;
        let mut draw = random.f64();
        let kind = SHARES.into_iter().find_map(|(kind, share)| {
            draw -= share;
            (draw < 0.0).then_some(kind)
        });
        let kind = if is_indoor && random.f64() < HIDDEN_ROOMS { Some(Kind::Room) } else { kind };
        let sign = if random.bool() { 1.0 } else { -1.0 };
        let size = random.f64();
        let offset = match kind {
            Some(Kind::LargeOffset) => 10.0 + 10.0 * size,
            Some(Kind::SmallOffset) => 3.0 + 7.0 * size,
            _ => 0.0,
        };
        let outdoors = if is_indoor { 0.0 } else { 1.0 };
        Self {
            kind,
            siting_kelvin: outdoors * SITING_KELVIN * warmth,
            siting_humidity: outdoors * SITING_HUMIDITY * dampness,
            offset_kelvin: sign * offset,
            sentinel: SENTINELS[random.usize(..SENTINELS.len())],
        }
    }

    /// The value that the sensor shows, in its own unit.
    pub(crate) fn apply(&self, sensor: &SensorAt<'_>, phenomenon: &str, raw: f64) -> f64 {
        let Meaning::Measures { conversion, .. } =
            Catalogue::builtin().classify(sensor.title(), sensor.unit())
        else {
            return raw;
        };
        let canonical_per_raw = conversion.apply(1.0) - conversion.apply(0.0);
        let from_canonical = |value: f64| (value - conversion.apply(0.0)) / canonical_per_raw;
        let value = conversion.apply(raw);
        let shown = match (phenomenon, self.kind) {
            _ if sensor.defect().is_some_and(|defect| !matches!(defect, Defect::Offset)) => value,
            ("air_temperature", Some(Kind::Sentinel)) => self.sentinel,
            ("air_temperature", _) => value + self.siting_kelvin + self.offset_kelvin,
            ("relative_humidity", _) => (value + self.siting_humidity).clamp(1.0, 100.0),
            _ => value,
        };
        from_canonical(shown)
    }
}

/// The resolution of a chip, in degrees or per cent.
pub(crate) fn resolution(chip: Option<&str>) -> f64 {
    match chip {
        Some("DHT11") => 1.0,
        Some("DHT22") => 0.1,
        Some("DS18B20") => 0.0625,
        _ => 0.01,
    }
}

/// The faults of the simulation itself.
pub(crate) fn kind_of(defect: Defect) -> Option<Kind> {
    match defect {
        Defect::BrokenBmx280 | Defect::Disconnected | Defect::PowerOn | Defect::NoAnswer => {
            Some(Kind::Sentinel)
        }
        Defect::Offset => Some(Kind::LargeOffset),
        Defect::Stuck => Some(Kind::Stuck),
        _ => None,
    }
}
