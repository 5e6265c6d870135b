//! The selection of boxes and the maximum age of their readings, with which every question begins.

use jiff::{SignedDuration, Timestamp};

use crate::nearby::BoxIndex;
use crate::place::{Bbox, Exposure, Position};
use crate::quantity::Metres;
use crate::readings::{BoxReadings, Readings};

/// Which boxes and readings a question is about. The default selects all; each field narrows it.
///
/// ```
/// use hivebox_climate::place::{Exposure, Position};
/// use hivebox_climate::quantity::Metres;
/// use hivebox_climate::selection::{SearchArea, Selection};
///
/// let centre = Position::new(51.96, 7.62).unwrap();
/// let selection = Selection {
///     area: SearchArea::Within { centre, radius: Metres::from_kilometres(25.0) },
///     exposures: vec![Exposure::Outdoor],
///     ..Selection::default()
/// };
/// assert!(selection.grouptags.is_empty());
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// The area of the boxes.
    pub area: SearchArea,
    /// A bounding box that must contain the boxes as well; `None` for anywhere.
    pub bbox: Option<Bbox>,
    /// The ids of the boxes; `None` for all. An id that no box has selects nothing.
    pub ids: Option<Vec<String>>,
    /// The allowed exposures; any if empty.
    pub exposures: Vec<Exposure>,
    /// The allowed models; any if empty.
    pub models: Vec<String>,
    /// Grouptags that a box must all have.
    pub grouptags: Vec<String>,
    /// The maximum age of a reading as of the moment of the readings. A reading with verdict
    /// `Stale` stays out, so a value above the rules' own maximum changes nothing.
    pub max_age: Option<SignedDuration>,
}

/// An area to search for boxes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum SearchArea {
    /// Anywhere, including boxes without a place.
    #[default]
    Everywhere,
    /// Within a radius of a position.
    Within {
        /// The centre.
        centre: Position,
        /// The radius.
        radius: Metres,
    },
}

impl SearchArea {
    /// Whether a box at `position` is in the area; `None` stands for an unknown position.
    #[must_use]
    pub fn contains(&self, position: Option<Position>) -> bool {
        match *self {
            Self::Everywhere => true,
            Self::Within { centre, radius } => position.is_some_and(|at| at.distance_to(centre) <= radius),
        }
    }
}

impl Selection {
    /// The oldest allowed measurement time, if `max_age` is set. `None` as well if it would be
    /// before the range of [`Timestamp`]: then no reading is too old.
    #[must_use]
    pub fn oldest(&self, readings: &Readings) -> Option<Timestamp> {
        self.max_age.and_then(|max_age| readings.as_of().checked_sub(max_age).ok())
    }

    /// The selected boxes, each once, in no particular order. `places` must be the index of
    /// `readings`.
    pub fn boxes<'a>(
        &self,
        readings: &'a Readings,
        places: &'a BoxIndex,
    ) -> impl Iterator<Item = BoxReadings<'a>> + use<'a> {
        let (filter, bbox) = (BoxFilter::of(self, readings), self.bbox);
        let is_inside = move |sense_box: &BoxReadings<'_>| {
            let position = || sense_box.place().map(|place| place.position());
            bbox.is_none_or(|bbox| position().is_some_and(|at| bbox.contains(at)))
        };
        self.candidates(readings, places)
            .map(|index| readings.sense_box(index))
            .filter(move |sense_box| is_inside(sense_box) && filter.accepts(*sense_box))
    }

    /// The boxes of the area with one of the ids, and as few others as the index allows.
    fn candidates<'a>(
        &self,
        readings: &'a Readings,
        places: &'a BoxIndex,
    ) -> Box<dyn Iterator<Item = usize> + 'a> {
        if let Some(ids) = &self.ids {
            let known = ids.iter().filter_map(|id| readings.box_by_id(id));
            let in_area = known.filter(|it| self.area.contains(it.place().map(|place| place.position())));
            let mut boxes: Vec<usize> = in_area.map(|it| it.index()).collect();
            boxes.sort_unstable();
            boxes.dedup();
            return Box::new(boxes.into_iter());
        }
        match (self.area, self.bbox) {
            (SearchArea::Within { centre, radius }, _) => {
                Box::new(places.within(centre, radius).map(|nearby| nearby.box_index))
            }
            (SearchArea::Everywhere, Some(bbox)) => Box::new(places.inside(readings, bbox)),
            (SearchArea::Everywhere, None) => Box::new(0..readings.box_count()),
        }
    }
}

/// The conditions on a box, with texts replaced by numbers.
struct BoxFilter {
    exposures: Vec<Exposure>,
    /// Indexed by the number of the model; `None` for any.
    models: Option<Vec<bool>>,
    /// `None` if a required tag is on no box.
    grouptags: Option<Vec<u32>>,
}

impl BoxFilter {
    fn of(selection: &Selection, readings: &Readings) -> Self {
        let wanted = |model: &str| selection.models.iter().any(|wanted| wanted == model);
        let number =
            |tag: &String| Some(readings.grouptags().position(|known| known == tag.as_str())? as u32);
        Self {
            exposures: selection.exposures.clone(),
            models: (!selection.models.is_empty()).then(|| readings.models().map(wanted).collect()),
            grouptags: selection.grouptags.iter().map(number).collect(),
        }
    }

    fn accepts(&self, sense_box: BoxReadings<'_>) -> bool {
        let Some(grouptags) = &self.grouptags else {
            return false;
        };
        let tagged = || sense_box.grouptag_numbers();
        (self.exposures.is_empty() || self.exposures.contains(&sense_box.exposure()))
            && self.models.as_ref().is_none_or(|models| models[sense_box.model_number()])
            && grouptags.iter().all(|tag| tagged().contains(tag))
    }
}
