//! The hours ahead at a place, and the inputs of chores.

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::chores::{Ahead, Input, Inputs, Origin, Told};
use hivebox_climate::estimate::Estimate;
use hivebox_climate::extremes::{Extremes, Neighbour};
use hivebox_climate::sun::{Daylight, SunUp};
use jiff::{SignedDuration, Timestamp};

use super::AtPlace;

/// The last window may begin in a week, and some rules look three days further. More hours change nothing.
const HOURS_AHEAD: usize = (7 + 3) * 24 + 2;

impl AtPlace<'_> {
    /// The hours ahead that chores are judged by; `None` without a forecast.
    #[must_use]
    pub fn ahead(&self, extremes: &Extremes, neighbours: &[Neighbour<'_>]) -> Option<Ahead> {
        let fetched_at = self.forecast.as_ref().ok()?.forecast.fetched_at;
        let outlook = self.outlook(extremes, neighbours, HOURS_AHEAD)?;
        Ahead::new(&outlook, fetched_at, self.step())
    }

    /// The inputs of chores now: what the beekeeper says, what the boxes measure, or what the model says, as
    /// [`Inputs::merged`] chooses.
    #[must_use]
    pub fn inputs(
        &self,
        told: Told,
        extremes: &Extremes,
        neighbours: &[Neighbour<'_>],
        ahead: Option<&Ahead>,
    ) -> Inputs {
        let mut measured = Inputs {
            air_temperature: measured(self.estimate(Catalogue::builtin().air_temperature())),
            wind_speed: measured(self.estimate_of("wind_speed")),
            precipitation_rate: measured(self.estimate_of("precipitation_rate")),
            ..Inputs::default()
        };
        extremes.fill(&mut measured, neighbours, self.as_of);
        let model = ahead.map(Ahead::inputs).unwrap_or_default();
        Inputs::merged(told, &measured, &model, self.now)
    }

    /// When the sun is up, today and in the next week. A polar day is one stretch.
    #[must_use]
    pub fn daylight(&self) -> Vec<SunUp> {
        let now = self.step();
        let (from, to) = (now - SignedDuration::from_hours(24), now + Ahead::REACH);
        let mut stretches = Daylight::stretches(self.spot.position, from, to);
        stretches.retain(|up| up.to > now);
        stretches
    }

    /// Now, to a whole step of windows. As nothing in an answer is finer, equal questions have equal answers for that
    /// long, and clients need not transfer them again.
    pub(crate) fn step(&self) -> Timestamp {
        let second = self.now.as_second();
        Timestamp::from_second(second - second.rem_euclid(Ahead::STEP_SECONDS)).unwrap_or(self.now)
    }
}

fn measured(estimate: Option<&Estimate>) -> Option<Input> {
    let estimate = estimate?;
    let origin = Origin::Measured {
        oldest: estimate.oldest?,
        freshest: estimate.freshest?,
        sensors: estimate.sensors,
        nearest_metres: estimate.nearest.0,
    };
    Some(Input::around(estimate.value.0, estimate.uncertainty.0, origin))
}
