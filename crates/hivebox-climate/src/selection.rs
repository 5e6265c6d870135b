//! Which boxes, and how old their readings may be: what every question begins with.

use jiff::{SignedDuration, Timestamp};

use crate::nearby::Places;
use crate::place::{Bbox, Exposure, Position};
use crate::quantity::Metres;
use crate::readings::{Readings, SenseBox};

/// Which boxes and readings are asked for. The default is all of them; each field narrows that.
///
/// ```
/// use hivebox_climate::place::{Exposure, Position};
/// use hivebox_climate::quantity::Metres;
/// use hivebox_climate::selection::{Area, Selection};
///
/// let centre = Position::new(51.96, 7.62).unwrap();
/// let selection = Selection {
///     area: Area::Within { centre, radius: Metres::from_kilometres(25.0) },
///     exposures: vec![Exposure::Outdoor],
///     ..Selection::default()
/// };
/// assert!(selection.grouptags.is_empty());
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// Where the boxes stand.
    pub area: Area,
    /// A bounding box in which they must stand as well; anywhere if `None`.
    pub bbox: Option<Bbox>,
    /// The ids of the boxes; all if `None`. An id that no box has selects nothing.
    pub ids: Option<Vec<String>>,
    /// The exposures, one of which a box must have; any if there are none.
    pub exposures: Vec<Exposure>,
    /// The models, one of which a box must be; any if there are none.
    pub models: Vec<String>,
    /// Grouptags, all of which a box must have.
    pub grouptags: Vec<String>,
    /// A reading must not have been older than this as of the moment of the readings. What was stale by the rules
    /// stays stale, so that a longer time than theirs changes nothing.
    pub max_age: Option<SignedDuration>,
}

/// Where boxes stand.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Area {
    /// Anywhere, also where nobody knows.
    #[default]
    Everywhere,
    /// No further than a radius from a position.
    Within {
        /// The position.
        centre: Position,
        /// The radius.
        radius: Metres,
    },
}

impl Area {
    /// Whether a box is in it that stands there, or where nobody knows.
    #[must_use]
    pub fn contains(&self, position: Option<Position>) -> bool {
        match *self {
            Self::Everywhere => true,
            Self::Within { centre, radius } => position.is_some_and(|at| at.distance_to(centre) <= radius),
        }
    }
}

impl Selection {
    /// The oldest that a reading may be, if that is asked for. What is out of the range of time is out of the range
    /// of what is measured as well, and so nothing is too old for it.
    #[must_use]
    pub fn oldest(&self, readings: &Readings) -> Option<Timestamp> {
        self.max_age.and_then(|max_age| readings.as_of().checked_sub(max_age).ok())
    }

    /// The boxes that are selected, each once and in no order. `places` are those of `readings`.
    pub fn boxes<'a>(
        &self,
        readings: &'a Readings,
        places: &'a Places,
    ) -> impl Iterator<Item = SenseBox<'a>> + use<'a> {
        let (filter, bbox) = (Filter::of(self, readings), self.bbox);
        let is_inside = move |sense_box: &SenseBox<'_>| {
            let position = || sense_box.place().map(|place| place.position());
            bbox.is_none_or(|bbox| position().is_some_and(|at| bbox.contains(at)))
        };
        self.candidates(readings, places)
            .map(|index| readings.sense_box(index))
            .filter(move |sense_box| is_inside(sense_box) && filter.accepts(*sense_box))
    }

    /// The boxes of the area with one of the ids, and as few others as can be told by an index.
    fn candidates<'a>(
        &self,
        readings: &'a Readings,
        places: &'a Places,
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
            (Area::Within { centre, radius }, _) => {
                Box::new(places.within(centre, radius).map(|nearby| nearby.box_index))
            }
            (Area::Everywhere, Some(bbox)) => Box::new(places.inside(readings, bbox)),
            (Area::Everywhere, None) => Box::new(0..readings.box_count()),
        }
    }
}

/// What a box must be, with texts as numbers.
struct Filter {
    exposures: Vec<Exposure>,
    /// By the number of the model; any if `None`.
    models: Option<Vec<bool>>,
    /// `None` if a tag is asked for that no box has.
    grouptags: Option<Vec<u32>>,
}

impl Filter {
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

    fn accepts(&self, sense_box: SenseBox<'_>) -> bool {
        let Some(grouptags) = &self.grouptags else {
            return false;
        };
        let tagged = || sense_box.grouptag_numbers();
        (self.exposures.is_empty() || self.exposures.contains(&sense_box.exposure()))
            && self.models.as_ref().is_none_or(|models| models[sense_box.model_number()])
            && grouptags.iter().all(|tag| tagged().contains(tag))
    }
}
