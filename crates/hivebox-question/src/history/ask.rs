//! The parameters of a question about the past.

use hivebox_archive::history::question::{Question, QuestionError};
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::selection::Selection;
use hivebox_climate::statistics::Percentile;
use jiff::Timestamp;

use crate::parameters::filter::{self, PERCENTILES, PHENOMENON};
use crate::parameters::kind::{Number, PhenomenonSlug};
use crate::parameters::list::{List, each_once};
use crate::parameters::stretch::Stretch;
use crate::parameters::{Ask, Parameter, Reader, Refusal};

const PHENOMENA: Parameter<List<PhenomenonSlug>> = Parameter {
    description: "What was measured; `/api/v1/phenomena` lists all phenomena.",
    default: Some("air_temperature"),
    kind: List { of: PhenomenonSlug, max: Question::MAX_PHENOMENA },
    ..PHENOMENON
};

const PERCENTILES_OF_BUCKETS: Parameter<List<Number>> = Parameter {
    description: "The percentiles of each bucket.",
    kind: List { of: Number { range: 0.0..=100.0, unit: "" }, max: Question::MAX_PERCENTILES },
    ..PERCENTILES
};

/// A question about the past, before its times and boxes are resolved.
#[derive(Debug, Clone)]
pub struct AskHistory {
    phenomena: Vec<PhenomenonId>,
    stretch: Stretch,
    selection: Selection,
    percentiles: Vec<Percentile>,
}

impl Ask for AskHistory {
    fn read(reader: &mut Reader) -> Option<Self> {
        let phenomena = reader.query(&PHENOMENA);
        let stretch = Stretch::read(reader);
        let selection = filter::boxes(reader);
        let percentiles = reader.query(&PERCENTILES_OF_BUCKETS).unwrap_or_default();
        let percentile = |number| Percentile::new(number).expect("the parameter allows 0 to 100 only");
        let percentiles = percentiles.into_iter().map(percentile).collect();
        Some(Self {
            phenomena: each_once(phenomena?),
            stretch: stretch?,
            selection,
            percentiles: each_once(percentiles),
        })
    }
}

impl AskHistory {
    /// Whether it selects boxes by grouptag, which only the present knows.
    #[must_use]
    pub fn needs_present(&self) -> bool {
        !self.selection.grouptags.is_empty()
    }

    /// The selection of the boxes.
    #[must_use]
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Resolves the question as of `now`. `tagged` holds the ids of the boxes with the selected grouptags.
    ///
    /// # Errors
    /// A parameter is out of range, parameters contradict each other, or the answer would have too many buckets.
    pub fn question(&self, now: Timestamp, tagged: Option<Vec<String>>) -> Result<Question, Refusal> {
        let cut = self.stretch.cut(now).map_err(|wrong| Refusal::Wrong(vec![wrong]))?;
        let mut selection = Selection { grouptags: Vec::new(), ..self.selection.clone() };
        if tagged.is_some() {
            selection.ids = tagged;
        }
        let question = Question {
            phenomena: self.phenomena.clone(),
            selection,
            from: cut.from,
            to: cut.to,
            every: cut.every,
            zone: cut.zone.clone(),
            percentiles: self.percentiles.clone(),
        };
        let most = Question::MAX_BUCKETS / self.phenomena.len().max(1);
        match question.buckets() {
            Ok(buckets) if buckets.len() <= most => Ok(question),
            Ok(_) | Err(QuestionError::TooManyBuckets) => Err(Refusal::Wrong(vec![cut.too_many(most)])),
            Err(error) => Err(Refusal::Contradiction(error.to_string())),
        }
    }
}
