//! What a beekeeper at the hive knows and sees.

use super::input::{Input, Inputs, Origin};
use super::kind::InputKind;

/// What a beekeeper at the hive knows and sees; `None` for what is left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// Whether it rains.
    pub rain: Option<bool>,
    /// How windy it is.
    pub wind: Option<SeenWind>,
    /// Whether the colony has no brood.
    pub broodless: Option<bool>,
    /// Whether the bees are in a winter cluster.
    pub clustered: Option<bool>,
    /// Whether many bees are flying.
    pub heavy_flight: Option<bool>,
}

/// Wind as a beekeeper sees it by leaves and branches.
///
/// The speeds are those of the Beaufort scale, by which wind is estimated on land (WMO-No. 8, Guide
/// to Instruments and Methods of Observation, volume I, chapter 5). It describes the wind 10 m above
/// open ground, as do weather models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SeenWind {
    /// Leaves are still or rustle: Beaufort 0 to 2, up to 3.3 m/s.
    Light,
    /// Leaves and twigs move all the time: Beaufort 3, 3.4 to 5.4 m/s.
    Moderate,
    /// Branches move. That begins within Beaufort 4, 5.5 to 7.9 m/s, but nobody sees how strong the
    /// gusts between are. So it counts as Beaufort 5 and more, from 8.0 m/s, which is the more
    /// careful answer.
    Strong,
}

impl SeenWind {
    /// All, from the weakest on.
    pub const ALL: [Self; 3] = [Self::Light, Self::Moderate, Self::Strong];

    /// The name in addresses and JSON.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Moderate => "moderate",
            Self::Strong => "strong",
        }
    }

    /// As a wind speed in m/s: the ends of its range in the Beaufort scale, and the middle; for
    /// strong wind the middle of Beaufort 5 and the beginning of Beaufort 12.
    #[must_use]
    pub const fn input(self) -> Input {
        match self {
            Self::Light => told(1.6, 0.0, 3.3),
            Self::Moderate => told(4.4, 3.4, 5.4),
            Self::Strong => told(9.4, 8.0, 32.7),
        }
    }
}

/// Rain as a beekeeper sees it, in mm/h: from the least that gauges resolve to a heavy shower, which
/// begins at 10 mm/h by the same WMO guide (chapter 14).
const RAIN: Input = told(1.0, 0.1, 10.0);
const DRY: Input = told(0.0, 0.0, 0.0);

const fn told(value: f64, low: f64, high: f64) -> Input {
    Input { value, low, high, origin: Origin::Told }
}

impl Told {
    /// What is said about the colony; `None` for weather.
    #[inline]
    pub(super) fn of_colony(self, kind: InputKind) -> Option<bool> {
        match kind {
            InputKind::Broodless => self.broodless,
            InputKind::Clustered => self.clustered,
            InputKind::HeavyFlight => self.heavy_flight,
            _ => None,
        }
    }

    pub(super) fn rain_input(self) -> Option<Input> {
        self.rain.map(|rains| if rains { RAIN } else { DRY })
    }

    /// As inputs.
    #[must_use]
    pub fn inputs(self) -> Inputs {
        Inputs {
            wind_speed: self.wind.map(SeenWind::input),
            precipitation_rate: self.rain_input(),
            broodless: self.broodless,
            clustered: self.clustered,
            heavy_flight: self.heavy_flight,
            ..Inputs::default()
        }
    }
}
