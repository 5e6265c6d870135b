//! The parameters of the question, and its answer.

use hivebox_climate::chores::{Chores, Language, SeenWind, Told, Window};
use hivebox_climate::estimate::Spot;
use hivebox_climate::extremes::Extremes;
use hivebox_climate::quantity::Metres;
use hivebox_climate::sun::Light;
use hivebox_kinds::Choice;
use hivebox_present::{NoForecast, Present};
use jiff::Timestamp;

use super::body::{ChoreBody, ChoresBody};
use crate::at_place::{AtPlace, PlaceForecast};
use crate::parameters::filter::{self, HEIGHT, LANGUAGE};
use crate::parameters::{Ask, Parameter, Reader};

const RAIN: Parameter<Choice<bool>> = Parameter {
    name: "rain",
    description: "Whether it rains at the hive, if you see it. It counts more than what sensors measure and what the \
                  weather model says, now and for the next two hours.",
    kind: Choice { options: &[("no", false), ("yes", true)] },
    example: "no",
    default: None,
};

const WIND: Parameter<Choice<SeenWind>> = Parameter {
    name: "wind",
    description: "The wind at the hive, if you see it. `light`: leaves are still or rustle (up to 3.3 m/s). `moderate`: \
                  leaves and twigs move all the time (up to 5.4 m/s). `strong`: branches move. It counts as much as \
                  `rain` does.",
    kind: Choice {
        options: &[
            (SeenWind::Light.slug(), SeenWind::Light),
            (SeenWind::Moderate.slug(), SeenWind::Moderate),
            (SeenWind::Strong.slug(), SeenWind::Strong),
        ],
    },
    example: "light",
    default: None,
};

const BROODLESS: Parameter<Choice<bool>> = told("broodless", "Whether the colony has no brood, if you know.");
const CLUSTERED: Parameter<Choice<bool>> =
    told("clustered", "Whether the bees sit in a cluster, if you know.");
const HEAVY_FLIGHT: Parameter<Choice<bool>> = told("heavy_flight", "Whether many bees fly, if you see it.");

const fn told(name: &'static str, description: &'static str) -> Parameter<Choice<bool>> {
    let kind = Choice { options: &[("true", true), ("false", false)] };
    Parameter { name, description, kind, example: "true", default: None }
}

/// The place of a hive, and what the beekeeper knows and sees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AskChores {
    /// The place.
    pub spot: Spot,
    /// What the beekeeper knows and sees.
    pub told: Told,
    /// The language of names, reasons and labels.
    pub language: Language,
}

impl Ask for AskChores {
    fn read(reader: &mut Reader) -> Option<Self> {
        let (position, height) = (filter::position(reader), reader.query(&HEIGHT).map(Metres));
        let told = Told {
            rain: reader.query(&RAIN),
            wind: reader.query(&WIND),
            broodless: reader.query(&BROODLESS),
            clustered: reader.query(&CLUSTERED),
            heavy_flight: reader.query(&HEAVY_FLIGHT),
        };
        let language = reader.query(&LANGUAGE);
        Some(Self { spot: Spot { position: position?, height }, told, language: language? })
    }
}

impl AskChores {
    /// The answer, from the parts of what is known.
    #[must_use]
    pub fn answer(
        &self,
        present: &Present,
        extremes: &Extremes,
        forecast: &Result<PlaceForecast, NoForecast>,
        now: Timestamp,
    ) -> ChoresBody {
        let place = AtPlace::new(present, self.spot, forecast, now);
        let neighbours = place.neighbours();
        let ahead = place.ahead(extremes, &neighbours);
        let inputs = place.inputs(self.told, extremes, &neighbours, ahead.as_ref());
        let chores = Chores::builtin();
        let daylight = place.daylight();
        let judged = chores.judge(&inputs, Light::at(place.step(), &daylight), self.language);
        let windows = ahead.map(|ahead| chores.windows(&ahead, self.told, &daylight));
        let mut windows = windows.into_iter().flatten();
        let chores = judged.into_iter().map(|judgement| {
            let windows = windows.next().unwrap_or_default();
            let windows = Window::heeding(windows, judgement.verdict, place.step());
            ChoreBody::of(judgement, windows, &place, self.language)
        });
        ChoresBody::of(&place, &daylight, chores.collect(), self.language)
    }
}
