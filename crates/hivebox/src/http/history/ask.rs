//! What can be asked about the past.

use hivebox_archive::history::question::{Question, QuestionError};
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::selection::Selection;
use hivebox_climate::statistics::Percentile;
use jiff::Timestamp;

use crate::http::ApiError;
use crate::http::format::{Format, Formats};
use crate::http::parameters::filter::{self, PERCENTILES, PHENOMENON};
use crate::http::parameters::kind::{Number, PhenomenonSlug};
use crate::http::parameters::list::{List, each_once};
use crate::http::parameters::stretch::Stretch;
use crate::http::parameters::{Ask, Parameter, Reader};

const FORMATS: Formats = Formats(&[Format::Json, Format::Csv, Format::Parquet, Format::Arrow]);

const PHENOMENA: Parameter<List<PhenomenonSlug>> = Parameter {
    description: "What was measured; `/api/v1/phenomena` lists all phenomena.",
    default: Some("air_temperature"),
    kind: List { of: PhenomenonSlug, max: Question::MAX_PHENOMENA },
    ..PHENOMENON
};

const PERCENTILES_OF_BUCKETS: Parameter<List<Number>> = Parameter {
    description: "Which percentiles to tell of each bucket.",
    kind: List { of: Number { range: 0.0..=100.0, unit: "" }, max: Question::MAX_PERCENTILES },
    ..PERCENTILES
};

/// A question about the past, as far as a request alone tells.
#[derive(Debug, Clone)]
pub(crate) struct AskHistory {
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
        let percentiles = percentiles.into_iter().filter_map(Percentile::new).collect();
        Some(Self {
            phenomena: each_once(phenomena?),
            stretch: stretch?,
            selection,
            percentiles: each_once(percentiles),
        })
    }
}

impl AskHistory {
    /// Whether it asks for boxes by what they carry now.
    pub(crate) fn needs_present(&self) -> bool {
        !self.selection.grouptags.is_empty()
    }

    /// The selection of the boxes.
    pub(super) fn selection(&self) -> &Selection {
        &self.selection
    }

    /// The question as of `now`. Of boxes with grouptags the ids are in `tagged`.
    ///
    /// # Errors
    /// It makes no sense, or asks for too much at once.
    pub(crate) fn question(&self, now: Timestamp, tagged: Option<Vec<String>>) -> Result<Question, ApiError> {
        let cut = self.stretch.cut(now).map_err(|wrong| ApiError::wrong(vec![wrong]))?;
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
            Ok(_) | Err(QuestionError::TooManyBuckets) => Err(ApiError::wrong(vec![cut.too_many(most)])),
            Err(error) => Err(error.into()),
        }
    }
}

/// The question with the format of its answer.
#[derive(Debug)]
pub(in crate::http) struct AskFormatted {
    pub(super) history: AskHistory,
    pub(super) format: Format,
}

impl Ask for AskFormatted {
    fn read(reader: &mut Reader) -> Option<Self> {
        let (history, format) = (AskHistory::read(reader), reader.format(FORMATS));
        Some(Self { history: history?, format: format? })
    }
}
