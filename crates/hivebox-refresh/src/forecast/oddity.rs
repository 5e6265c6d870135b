//! What is odd about the answers of a weather model: counted each time, logged when it begins and when it is over.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use forecast_sources::{Attempt, Observer};
use tracing::{info, warn};

use crate::metrics::{ForecastMetrics, ODDITIES};

/// Something odd about an answer that could be used. The text is for logs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
enum Oddity {
    /// Status 203.
    #[error("this version of its API will be switched off; look for a newer HiveBox")]
    Deprecated,
    /// A quantity whose unit is missing, unknown or doubtful.
    #[error("{0} cannot be read, so these values are left out")]
    UnknownUnit(String),
    /// A quantity that came in another unit than asked for.
    #[error("{0} is not the unit that was asked for; these values are converted")]
    ConvertedUnit(String),
    /// Values that no weather has.
    #[error("some values are like no weather on earth, so they are left out")]
    DisbelievedValues,
}

impl Oddity {
    /// The name in metrics.
    fn slug(&self) -> &'static str {
        ODDITIES[match self {
            Self::Deprecated => 0,
            Self::UnknownUnit(_) => 1,
            Self::ConvertedUnit(_) => 2,
            Self::DisbelievedValues => 3,
        }]
    }

    /// The oddities of an answer, each with how often it counts.
    fn all_of(attempt: &Attempt) -> Vec<(Self, u64)> {
        let odd = &attempt.oddities;
        let deprecated = odd.is_deprecated.then_some((Self::Deprecated, 1));
        let unknown = odd.unknown_units.iter().map(|unit| (Self::UnknownUnit(unit.clone()), 1));
        let converted = odd.converted_units.iter().map(|unit| (Self::ConvertedUnit(unit.clone()), 1));
        let disbelieved = odd.disbelieved_values as u64;
        let disbelieved = (disbelieved > 0).then_some((Self::DisbelievedValues, disbelieved));
        deprecated.into_iter().chain(unknown).chain(converted).chain(disbelieved).collect()
    }
}

/// An oddity is over after so many answers without it: one of several servers may have it, or one place of many.
const OVER_AFTER: u32 = 100;
/// Further ones are counted, but not logged.
const MOST_KNOWN: usize = 50;

/// The oddities that are logged, each with the number of answers since.
#[derive(Debug, Default)]
struct Known(BTreeMap<Oddity, u32>);

/// What begins and what is over with an answer.
#[derive(Debug, Default, PartialEq, Eq)]
struct Change {
    begun: Vec<Oddity>,
    over: Vec<Oddity>,
}

impl Known {
    fn note(&mut self, oddities: impl IntoIterator<Item = Oddity>) -> Change {
        let mut change = Change::default();
        for answers_since in self.0.values_mut() {
            *answers_since += 1;
        }
        for oddity in oddities {
            let has_room = self.0.len() < MOST_KNOWN;
            match self.0.get_mut(&oddity) {
                Some(answers_since) => *answers_since = 0,
                None if has_room => {
                    self.0.insert(oddity.clone(), 0);
                    change.begun.push(oddity);
                }
                None => {}
            }
        }
        let over = self.0.extract_if(.., |_, answers_since| *answers_since >= OVER_AFTER);
        change.over = over.map(|(oddity, _)| oddity).collect();
        change
    }
}

/// Counts and logs what is odd about the answers of a source.
#[must_use]
pub fn observer(metrics: &ForecastMetrics) -> Observer {
    let (metrics, known) = (metrics.clone(), Mutex::new(Known::default()));
    Observer::new(move |attempt| {
        // Neither a failure nor the statement that nothing has changed says anything about units and values.
        if attempt.failure.is_some() || attempt.body_bytes == 0 {
            return;
        }
        let oddities = Oddity::all_of(attempt);
        for (oddity, count) in &oddities {
            metrics.odd(oddity.slug(), *count);
        }
        // No panic can leave it half-changed.
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let change = known.note(oddities.into_iter().map(|(oddity, _)| oddity));
        for oddity in &change.begun {
            warn!(%oddity, "the answers of the weather model are odd");
        }
        for oddity in &change.over {
            info!(%oddity, "the answers of the weather model are no longer odd in this way");
        }
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use forecast_sources::Oddities;

    use super::*;

    fn unit(text: &str) -> Oddity {
        Oddity::UnknownUnit(text.to_owned())
    }

    #[test]
    fn an_oddity_begins_once_and_is_over_after_many_answers_without_it() {
        let mut known = Known::default();
        let bft = || unit("wind in \"Bft\"");
        assert_eq!(known.note([bft()]).begun, [bft()]);
        for _ in 0..3 {
            for _ in 1..OVER_AFTER {
                assert_eq!(known.note([]), Change::default());
            }
            assert_eq!(known.note([bft()]), Change::default(), "it was not over");
        }
        let changes: Vec<Change> = (0..OVER_AFTER).map(|_| known.note([])).collect();
        assert_eq!(changes.last().unwrap().over, [bft()]);
        assert_eq!(known.note([bft()]).begun, [bft()], "it begins again");
    }

    #[test]
    fn a_source_with_ever_new_oddities_fills_neither_memory_nor_log() {
        let mut known = Known::default();
        let begun: usize = (0..1000).map(|number| known.note([unit(&number.to_string())]).begun.len()).sum();
        assert!(begun <= MOST_KNOWN * (1 + 1000 / OVER_AFTER as usize), "{begun}");
        assert!(known.0.len() <= MOST_KNOWN);
    }

    #[test]
    fn each_kind_has_its_name_and_its_count() {
        let oddities = Oddities {
            is_deprecated: true,
            unknown_units: vec!["a".into()],
            converted_units: vec!["b".into(), "c".into()],
            disbelieved_values: 7,
        };
        let duration = Duration::from_millis(1);
        let attempt = Attempt { failure: None, duration, body_bytes: 1, places: 1, oddities };
        let counts: Vec<_> =
            Oddity::all_of(&attempt).iter().map(|(oddity, count)| (oddity.slug(), *count)).collect();
        let expected = [
            ("deprecated", 1),
            ("unknown_unit", 1),
            ("converted_unit", 1),
            ("converted_unit", 1),
            ("disbelieved_value", 7),
        ];
        assert_eq!(counts, expected);
    }
}
