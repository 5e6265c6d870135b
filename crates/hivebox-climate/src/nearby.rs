//! Which boxes are near a position, or in an area.

use rstar::{AABB, PointDistance, RTree, RTreeObject};

use crate::place::{Bbox, OnSphere, Position};
use crate::quantity::Metres;
use crate::readings::Readings;

/// An index of the boxes of one [`Readings`] by where they stand. Boxes without a place are not in it.
///
/// ```
/// use hivebox_climate::catalogue::Catalogue;
/// use hivebox_climate::nearby::Places;
/// use hivebox_climate::place::{Exposure, Place, Position};
/// use hivebox_climate::quantity::Metres;
/// use hivebox_climate::readings::{BoxFacts, ReadingsBuilder};
/// use hivebox_climate::verdict::Rules;
///
/// let as_of = "2026-11-25T12:00:00Z".parse()?;
/// let mut builder = ReadingsBuilder::new(Catalogue::builtin(), Rules::default(), as_of);
/// let place = Place::new(51.96, 7.62, None);
/// builder.add_box(&BoxFacts { id: "b", name: "", model: "", exposure: Exposure::Outdoor, place });
/// let readings = builder.finish();
/// let places = Places::of(&readings);
///
/// let here = Position::new(51.95, 7.60).unwrap();
/// let near = places.nearest(here, Metres::from_kilometres(25.0)).next().unwrap();
/// assert_eq!(readings.sense_box(near.box_index).id(), "b");
/// assert!((1700.0..1900.0).contains(&near.distance.0));
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Places {
    tree: RTree<Standing>,
}

/// A box that is near a position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearby {
    /// The box, by its place among [`Readings::boxes`].
    pub box_index: usize,
    /// How far it is.
    pub distance: Metres,
}

/// Where a box stands.
#[derive(Debug, Clone, Copy)]
struct Standing {
    at: OnSphere,
    box_index: u32,
}

impl RTreeObject for Standing {
    type Envelope = AABB<[f64; 3]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_point(self.at.0)
    }
}

impl PointDistance for Standing {
    fn distance_2(&self, point: &[f64; 3]) -> f64 {
        self.at.chord_2(OnSphere(*point))
    }
}

impl Places {
    /// The places of all boxes of `readings`.
    #[must_use]
    pub fn of(readings: &Readings) -> Self {
        let standing = |index: usize, at: Position| Standing { at: at.on_sphere(), box_index: index as u32 };
        let boxes = readings
            .boxes()
            .filter_map(|sense_box| Some(standing(sense_box.index(), sense_box.place()?.position())));
        Self { tree: RTree::bulk_load(boxes.collect()) }
    }

    /// The number of boxes that have a place.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tree.size()
    }

    /// Whether no box has a place.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All boxes no further than `radius` from `centre`, in no order.
    pub fn within(&self, centre: Position, radius: Metres) -> impl Iterator<Item = Nearby> {
        /// More than chords round. Who is in the radius is said by the distance that is told, to the last digit.
        const SLACK: f64 = 1.0 + 1e-12;
        let angle = (radius.0 / Position::EARTH_RADIUS.0).clamp(0.0, std::f64::consts::PI);
        let chord = 2.0 * (angle / 2.0).sin() * SLACK;
        let centre = centre.on_sphere();
        self.tree
            .locate_within_distance(centre.0, chord * chord)
            .map(move |standing| standing.from(centre))
            .filter(move |nearby| nearby.distance <= radius)
    }

    /// All boxes no further than `up_to` from `centre`, the nearest first. Finds them one by one, so that to
    /// take a few costs little.
    pub fn nearest(&self, centre: Position, up_to: Metres) -> impl Iterator<Item = Nearby> {
        let centre = centre.on_sphere();
        self.tree
            .nearest_neighbor_iter(centre.0)
            .map(move |standing| standing.from(centre))
            .take_while(move |nearby| nearby.distance <= up_to)
    }

    /// All boxes in a bounding box, by their places among [`Readings::boxes`], in no order. `readings` are
    /// those that the index is of.
    pub fn inside(&self, readings: &Readings, bbox: Bbox) -> impl Iterator<Item = usize> {
        let (least, most) = bbox.cuboid();
        self.tree
            .locate_in_envelope_intersecting(AABB::from_corners(least, most))
            .map(|standing| standing.box_index as usize)
            .filter(move |&index| {
                readings.sense_box(index).place().is_some_and(|place| bbox.contains(place.position()))
            })
    }
}

impl Standing {
    fn from(&self, centre: OnSphere) -> Nearby {
        Nearby { box_index: self.box_index as usize, distance: self.at.distance_to(centre) }
    }
}
