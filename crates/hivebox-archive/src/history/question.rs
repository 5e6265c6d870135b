//! What is asked about the past.

mod buckets;
mod every;

use std::time::Duration;

use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::quantity::Canonical;
use hivebox_climate::selection::Selection;
use hivebox_climate::statistics::Percentile;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use thiserror::Error;

pub use buckets::Buckets;
pub use every::EveryError;

/// Statistics of some phenomena in some boxes, for each bucket of a stretch of time.
///
/// ```
/// use hivebox_archive::history::question::{Every, Question};
/// use hivebox_climate::catalogue::Catalogue;
/// use hivebox_climate::selection::Selection;
/// use jiff::tz::TimeZone;
///
/// let question = Question {
///     phenomena: vec![Catalogue::builtin().air_temperature()],
///     selection: Selection::default(),
///     from: "2026-10-24T22:00:00Z".parse()?,
///     to: "2026-10-26T23:00:00Z".parse()?,
///     every: Some(Every::Days(1)),
///     zone: TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3")?,
///     percentiles: Vec::new(),
/// };
/// let buckets = question.buckets().unwrap();
/// let hours: Vec<i64> = buckets.iter().map(|(from, to)| to.duration_since(from).as_hours()).collect();
/// assert_eq!(hours, [25, 24]); // Summer time ends on the first of the two days.
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Question {
    /// What was measured, of the built-in catalogue; from 1 to [`Question::MAX_PHENOMENA`].
    pub phenomena: Vec<PhenomenonId>,
    /// Which boxes. Nobody knows which grouptags a box had in the past: they must have been resolved to ids. No reading
    /// is too old for history, so `max_age` means nothing.
    pub selection: Selection,
    /// The first moment.
    pub from: Timestamp,
    /// The end, which is not part of it.
    pub to: Timestamp,
    /// How long buckets are; one for all if `None`. Those at both ends are cut to what is asked for.
    pub every: Option<Every>,
    /// Whose days, weeks and months are meant.
    pub zone: TimeZone,
    /// Which percentiles are wanted, at most [`Question::MAX_PERCENTILES`].
    pub percentiles: Vec<Percentile>,
}

/// How long buckets are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// Always the same, whole seconds and at least [`Every::SHORTEST`], counted from 1970-01-01T00:00Z.
    Fixed(Duration),
    /// Days of the zone, which have 23 or 25 hours where its clocks are changed, counted from 1970-01-01.
    Days(u32),
    /// Weeks of the zone, which begin on Mondays, counted from the one of 1970-01-01.
    Weeks(u32),
    /// Months of the zone, counted from January of the year 0: 3 are quarters, 12 are years.
    Months(u32),
}

impl Every {
    /// The shortest bucket of a fixed length.
    pub const SHORTEST: Duration = Duration::from_mins(1);
}

/// Why a question cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QuestionError {
    /// There is no phenomenon, or too many.
    #[error("ask for 1 to {most} phenomena, not {0}", most = Question::MAX_PHENOMENA)]
    Phenomena(usize),
    /// There are too many percentiles.
    #[error("ask for at most {most} percentiles, not {0}", most = Question::MAX_PERCENTILES)]
    Percentiles(usize),
    /// The end is not after the beginning.
    #[error("the end, {to}, must be after the beginning, {from}")]
    Backwards {
        /// The beginning.
        from: Timestamp,
        /// The end.
        to: Timestamp,
    },
    /// Buckets would have no length, or less than a minute, or parts of seconds.
    #[error("a bucket must be whole seconds and at least a minute, or at least one day, week or month")]
    Every,
    /// There would be too many buckets.
    #[error("more than {} buckets: ask for longer buckets or for less time", Question::MAX_BUCKETS)]
    TooManyBuckets,
    /// Grouptags have not been resolved to ids.
    #[error("history does not know which boxes had the grouptag '{0}': ask by the ids of boxes")]
    Grouptag(String),
}

impl Question {
    /// The most buckets.
    pub const MAX_BUCKETS: usize = 10_000;
    /// The most phenomena in one question.
    pub const MAX_PHENOMENA: usize = 16;
    /// The most percentiles in one question.
    pub const MAX_PERCENTILES: usize = 16;

    /// The buckets, in order and without gaps.
    ///
    /// # Errors
    /// The question cannot be answered; [`QuestionError`] tells each way.
    pub fn buckets(&self) -> Result<Buckets, QuestionError> {
        if !(1..=Self::MAX_PHENOMENA).contains(&self.phenomena.len()) {
            return Err(QuestionError::Phenomena(self.phenomena.len()));
        }
        if self.percentiles.len() > Self::MAX_PERCENTILES {
            return Err(QuestionError::Percentiles(self.percentiles.len()));
        }
        if let Some(tag) = self.selection.grouptags.first() {
            return Err(QuestionError::Grouptag(tag.clone()));
        }
        if self.from >= self.to {
            return Err(QuestionError::Backwards { from: self.from, to: self.to });
        }
        buckets::cut(self.from, self.to, self.every, &self.zone)
    }
}

/// What the readings of one phenomenon in one bucket come to.
///
/// Of directions, such as the wind's, only the number and the mean are told, by unit vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryRow {
    /// What was measured.
    pub phenomenon: PhenomenonId,
    /// When the bucket begins.
    pub from: Timestamp,
    /// When it ends, which is when the next begins.
    pub to: Timestamp,
    /// The number of readings; 0 in a gap.
    pub count: u64,
    /// Their mean.
    pub mean: Option<Canonical>,
    /// The lowest.
    pub min: Option<Canonical>,
    /// The highest.
    pub max: Option<Canonical>,
    /// The percentiles that were asked for, as they were asked for.
    pub percentiles: Vec<(Percentile, Option<Canonical>)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use hivebox_climate::catalogue::Catalogue;

    fn question() -> Question {
        Question {
            phenomena: vec![Catalogue::builtin().air_temperature()],
            selection: Selection::default(),
            from: "2026-01-01T00:00:00Z".parse().unwrap(),
            to: "2026-01-02T00:00:00Z".parse().unwrap(),
            every: None,
            zone: TimeZone::UTC,
            percentiles: Vec::new(),
        }
    }

    fn refused(change: impl Fn(&mut Question)) -> QuestionError {
        let mut question = question();
        change(&mut question);
        question.buckets().unwrap_err()
    }

    #[test]
    fn a_question_without_an_answer_is_refused_with_what_to_do() {
        assert!(question().buckets().is_ok());
        assert_eq!(refused(|it| it.phenomena.clear()), QuestionError::Phenomena(0));
        assert_eq!(
            refused(|it| it.percentiles = vec![Percentile::MEDIAN; 17]).to_string(),
            "ask for at most 16 percentiles, not 17"
        );
        assert_eq!(
            refused(|it| it.to = it.from).to_string(),
            "the end, 2026-01-01T00:00:00Z, must be after the beginning, 2026-01-01T00:00:00Z"
        );
        assert_eq!(
            refused(|it| it.selection.grouptags.push("bees".into())),
            QuestionError::Grouptag("bees".into())
        );
        for every in [
            Every::Fixed(Duration::from_secs(59)),
            Every::Fixed(Duration::from_millis(60_500)),
            Every::Days(0),
            Every::Weeks(0),
            Every::Months(0),
        ] {
            assert_eq!(refused(|it| it.every = Some(every)), QuestionError::Every);
        }
    }
}
