//! The present: the readings of all senseBoxes as of one moment. Each poll makes one, which never changes.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::nearby::BoxIndex;
use hivebox_climate::quality::{self, Quality};
use hivebox_climate::quantity::Celsius;
use hivebox_climate::readings::{Readings, ReadingsBuilder};
use hivebox_climate::summary::NetworkSummary;
use hivebox_climate::verdict::{MAX_CLOCK_LEAD, VerdictRules};
use hivebox_config::AnswerConfig;
use jiff::{SignedDuration, Timestamp};

/// All readings as of one moment, and the figures computed from them.
#[derive(Debug)]
pub struct Present {
    /// The readings, judged as of the moment.
    pub readings: Arc<Readings>,
    /// A few figures for each phenomenon.
    pub summary: NetworkSummary,
    /// The answer of `/temperature`; `None` if no reading counts.
    pub answer: Option<TemperatureAnswer>,
    /// The number of boxes that could not be fetched or read.
    pub boxes_lost: usize,
    /// Until when its readings count as current.
    servable_until: Timestamp,
    detail: OnceLock<Detail>,
}

/// Indexes over a present, for requests about some of it.
#[derive(Debug)]
pub struct Detail {
    /// The quality of each reading, judged by its neighbours.
    pub quality: Quality,
    /// The positions of the boxes.
    pub places: BoxIndex,
}

/// The average temperature of all senseBoxes.
#[derive(Debug, Clone, PartialEq)]
pub struct TemperatureAnswer {
    /// The mean in °C, rounded to two decimals.
    pub mean: Celsius,
    /// The status word for the mean.
    pub status: String,
    /// The number of readings in the mean.
    pub count: u64,
    computed_at: Timestamp,
    fresh_until: Timestamp,
    /// Never before `fresh_until`.
    servable_until: Timestamp,
}

/// Whether an answer may be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Its time to live has not passed.
    Fresh,
    /// Its time to live has passed, but its newest reading still counts.
    Stale,
    /// It must not be served.
    Expired,
}

impl Present {
    /// Summarises readings. `boxes_lost` is the number of boxes that could not be fetched or read.
    #[must_use]
    pub fn of(readings: Arc<Readings>, boxes_lost: usize, config: &AnswerConfig) -> Self {
        let summary = NetworkSummary::of(&readings, Catalogue::builtin());
        let answer = TemperatureAnswer::of(&summary, readings.as_of(), config);
        let servable_until = match &answer {
            Some(answer) => answer.servable_until,
            None => later(readings.as_of(), config.rules.max_age),
        };
        Self { readings, summary, answer, boxes_lost, servable_until, detail: OnceLock::new() }
    }

    /// One without any readings, for answers that can do without. It is never served as the present.
    #[must_use]
    pub fn empty(as_of: Timestamp) -> Self {
        let readings = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of).finish();
        let summary = NetworkSummary::of(&readings, Catalogue::builtin());
        let detail = OnceLock::new();
        Self { readings, summary, answer: None, boxes_lost: 0, servable_until: as_of, detail }
    }

    /// Whether its readings count as current: if it has an answer, for as long as that is servable.
    pub fn is_servable(&self, now: Timestamp) -> bool {
        self.readings.as_of() <= now + MAX_CLOCK_LEAD && now < self.servable_until
    }

    /// Whether the detail has been computed.
    pub fn has_detail(&self) -> bool {
        self.detail.get().is_some()
    }

    /// The detail, computed by the first call. That takes some 50 ms for 15,000 boxes, so the refresh loop makes the
    /// first call. `/temperature` does not need it.
    pub fn detail(&self) -> &Detail {
        self.detail.get_or_init(|| {
            // Yields to requests at intervals, as the reader of boxes does.
            let quality =
                Quality::of(&self.readings, quality::QualityRules::builtin(), std::thread::yield_now);
            Detail { quality, places: BoxIndex::of(&self.readings) }
        })
    }
}

impl TemperatureAnswer {
    fn of(summary: &NetworkSummary, computed_at: Timestamp, config: &AnswerConfig) -> Option<Self> {
        // The status follows the rounded number that people see: 9.996 is shown as 10 and must not be called cold.
        let mean = summary.mean_air_temperature()?.rounded();
        let status = config.bands.word(mean).to_owned();
        let ttl = SignedDuration::try_from(config.ttl).expect("the time to live is an hour at most");
        let fresh_until = later(computed_at, ttl);
        // A reading from the future, by a fast clock, must not make an answer last longer.
        let freshest = summary.air_temperature().freshest.unwrap_or(computed_at).min(computed_at);
        Some(Self {
            mean,
            status,
            count: summary.air_temperature().count(),
            computed_at,
            fresh_until,
            servable_until: later(freshest, config.rules.max_age).max(fresh_until),
        })
    }

    /// Whether the answer may be served at `now`.
    pub fn freshness(&self, now: Timestamp) -> Freshness {
        if now + MAX_CLOCK_LEAD < self.computed_at {
            // The clock has stepped back, so the age of the readings is unknown.
            Freshness::Expired
        } else if now < self.fresh_until {
            Freshness::Fresh
        } else if now < self.servable_until {
            Freshness::Stale
        } else {
            Freshness::Expired
        }
    }

    /// When the mean was computed.
    pub fn computed_at(&self) -> Timestamp {
        self.computed_at
    }

    /// How long ago the mean was computed; zero if the clock has stepped back since.
    pub fn age(&self, now: Timestamp) -> Duration {
        Duration::try_from(now.duration_since(self.computed_at)).unwrap_or(Duration::ZERO)
    }

    /// For how long the answer stays fresh; negative once it is stale.
    pub fn fresh_for(&self, now: Timestamp) -> SignedDuration {
        self.fresh_until.duration_since(now)
    }
}

fn later(moment: Timestamp, by: SignedDuration) -> Timestamp {
    moment.checked_add(by).unwrap_or(Timestamp::MAX)
}
