//! A question about the history.

mod buckets;
mod error;
mod every;

use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::quantity::Canonical;
use hivebox_climate::selection::Selection;
use hivebox_climate::statistics::Percentile;
use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use buckets::Buckets;
pub use error::QuestionError;
use error::{MAX_BUCKETS, MAX_PERCENTILES, MAX_PHENOMENA};
pub use every::{Every, EveryError};

/// Asks for statistics of some phenomena at some boxes, for each bucket of a period.
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
    /// The phenomena, from the built-in catalogue: 1 to [`Question::MAX_PHENOMENA`].
    pub phenomena: Vec<PhenomenonId>,
    /// The boxes. The history has no grouptags, so resolve them to ids first. `max_age` is ignored, because no reading is too
    /// old for the history.
    pub selection: Selection,
    /// The beginning, included.
    pub from: Timestamp,
    /// The end, excluded.
    pub to: Timestamp,
    /// The length of buckets; one bucket if `None`. The first and the last are cut to the period.
    pub every: Option<Every>,
    /// The zone of days, weeks and months.
    pub zone: TimeZone,
    /// The percentiles, at most [`Question::MAX_PERCENTILES`].
    pub percentiles: Vec<Percentile>,
}

impl Question {
    /// The most buckets.
    pub const MAX_BUCKETS: usize = MAX_BUCKETS;
    /// The most phenomena in one question.
    pub const MAX_PHENOMENA: usize = MAX_PHENOMENA;
    /// The most percentiles in one question.
    pub const MAX_PERCENTILES: usize = MAX_PERCENTILES;

    /// The buckets, in order and without gaps.
    ///
    /// # Errors
    /// The question is invalid. See [`QuestionError`].
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

/// The statistics of one phenomenon in one bucket.
///
/// Directions, such as the wind's, have only a count and a mean, computed from unit vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryRow {
    /// The phenomenon.
    pub phenomenon: PhenomenonId,
    /// When the bucket begins.
    pub from: Timestamp,
    /// When it ends and the next begins.
    pub to: Timestamp,
    /// The number of readings; 0 in a gap.
    pub count: u64,
    /// Their mean.
    pub mean: Option<Canonical>,
    /// The minimum.
    pub min: Option<Canonical>,
    /// The maximum.
    pub max: Option<Canonical>,
    /// The percentiles in the order of the question.
    pub percentiles: Vec<(Percentile, Option<Canonical>)>,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
