//! The present: what all senseBoxes say, as of one moment. Made once at each poll, then only read.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::nearby::Places;
use hivebox_climate::quality::{self, Quality};
use hivebox_climate::quantity::Celsius;
use hivebox_climate::readings::Readings;
use hivebox_climate::summary::Summary;
use hivebox_climate::verdict::MAX_CLOCK_LEAD;
use hivebox_config::AnswerConfig;
use jiff::{SignedDuration, Timestamp};

/// All readings of one moment and what they come to.
#[derive(Debug)]
pub struct Present {
    /// The readings, judged as of the moment.
    pub readings: Arc<Readings>,
    /// Each phenomenon in a few numbers.
    pub summary: Summary,
    /// What `/temperature` says; `None` if no reading counts.
    pub answer: Option<TemperatureAnswer>,
    /// Boxes that could not be read or fetched.
    pub boxes_lost: usize,
    /// Until when its readings may be told as those of now.
    servable_until: Timestamp,
    detail: OnceLock<Detail>,
}

/// What is made of a present for those who ask about some of it.
#[derive(Debug)]
pub struct Detail {
    /// Which readings can be trusted beside others.
    pub quality: Quality,
    /// Which boxes are where.
    pub places: Places,
}

/// The average temperature of all senseBoxes.
#[derive(Debug, Clone, PartialEq)]
pub struct TemperatureAnswer {
    /// The mean, rounded to two decimals.
    pub mean: Celsius,
    /// The word for it.
    pub status: String,
    /// The number of readings that it is the mean of.
    pub count: u64,
    computed_at: Timestamp,
    fresh_until: Timestamp,
    /// Never before `fresh_until`.
    servable_until: Timestamp,
}

/// Whether an answer may be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// It is within its time to live.
    Fresh,
    /// It is past that, but its newest reading still counts.
    Stale,
    /// It must not be served.
    Expired,
}

impl Present {
    /// Sums up readings.
    #[must_use]
    pub fn of(readings: Arc<Readings>, boxes_lost: usize, config: &AnswerConfig) -> Self {
        let summary = Summary::of(&readings, Catalogue::builtin());
        let answer = TemperatureAnswer::of(&summary, readings.as_of(), config);
        let servable_until = match &answer {
            Some(answer) => answer.servable_until,
            None => later(readings.as_of(), config.rules.max_age),
        };
        Self { readings, summary, answer, boxes_lost, servable_until, detail: OnceLock::new() }
    }

    /// Whether its readings may be told as those of now: as long as its answer may be served, if it has one.
    pub fn is_servable(&self, now: Timestamp) -> bool {
        self.readings.as_of() <= now + MAX_CLOCK_LEAD && now < self.servable_until
    }

    /// Whether the detail has been made.
    pub fn has_detail(&self) -> bool {
        self.detail.get().is_some()
    }

    /// The detail, made by the first call. That takes some 50 ms for 15,000 boxes, so the refresh loop calls it,
    /// and requests only find it made; `/temperature` is answered without.
    pub fn detail(&self) -> &Detail {
        self.detail.get_or_init(|| {
            // Requests go first now and then, as when boxes are read.
            let quality = Quality::of(&self.readings, quality::Rules::builtin(), std::thread::yield_now);
            Detail { quality, places: Places::of(&self.readings) }
        })
    }
}

impl TemperatureAnswer {
    fn of(summary: &Summary, computed_at: Timestamp, config: &AnswerConfig) -> Option<Self> {
        // The word goes with the number that people see, so that 9.996 is not shown as 10 and called cold.
        let mean = summary.mean_air_temperature()?.rounded();
        let status = config.bands.word(mean).to_owned();
        let ttl = SignedDuration::try_from(config.ttl).expect("the time to live is an hour at most");
        let fresh_until = later(computed_at, ttl);
        // A clock that is ahead does not make an answer last longer.
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
            // The clock has stepped back, and nobody knows how old the readings are.
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

    /// For how long the answer stays fresh; negative since when it is stale.
    pub fn fresh_for(&self, now: Timestamp) -> SignedDuration {
        self.fresh_until.duration_since(now)
    }
}

fn later(moment: Timestamp, by: SignedDuration) -> Timestamp {
    moment.checked_add(by).unwrap_or(Timestamp::MAX)
}
