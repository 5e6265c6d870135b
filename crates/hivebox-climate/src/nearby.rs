//! Finds the boxes near a position or in an area.

use rstar::{AABB, PointDistance, RTree, RTreeObject};

use crate::place::{Bbox, OnSphere, Position};
use crate::quantity::Metres;
use crate::readings::{BoxReadings, Readings};

/// A spatial index of the boxes in one [`Readings`]. Boxes without a place are not in it.
///
/// ```
/// use hivebox_climate::catalogue::Catalogue;
/// use hivebox_climate::nearby::BoxIndex;
/// use hivebox_climate::place::{Exposure, Place, Position};
/// use hivebox_climate::quantity::Metres;
/// use hivebox_climate::readings::{BoxFacts, ReadingsBuilder};
/// use hivebox_climate::verdict::VerdictRules;
///
/// let as_of = "2026-11-25T12:00:00Z".parse()?;
/// let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of);
/// let place = Place::new(51.96, 7.62, None);
/// builder.add_box(&BoxFacts { id: "b", name: "", model: "", exposure: Exposure::Outdoor, place });
/// let readings = builder.finish();
/// let places = BoxIndex::of(&readings);
///
/// let here = Position::new(51.95, 7.60).unwrap();
/// let near = places.nearest(here, Metres::from_kilometres(25.0)).next().unwrap();
/// assert_eq!(readings.sense_box(near.box_index).id(), "b");
/// assert!((1700.0..1900.0).contains(&near.distance.0));
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct BoxIndex {
    tree: RTree<IndexedBox>,
}

/// A box near a position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearby {
    /// The index of the box in [`Readings::boxes`].
    pub box_index: usize,
    /// Its great-circle distance.
    pub distance: Metres,
}

/// The position of a box on the unit sphere.
#[derive(Debug, Clone, Copy)]
struct IndexedBox {
    at: OnSphere,
    box_index: u32,
}

impl RTreeObject for IndexedBox {
    type Envelope = AABB<[f64; 3]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_point(self.at.0)
    }
}

impl PointDistance for IndexedBox {
    fn distance_2(&self, point: &[f64; 3]) -> f64 {
        self.at.chord_2(OnSphere(*point))
    }
}

impl BoxIndex {
    /// Indexes all boxes of `readings` that have a place.
    #[must_use]
    pub fn of(readings: &Readings) -> Self {
        Self::of_some(readings, |_| true)
    }

    /// Indexes the boxes of `readings` that have a place and are `wanted`.
    pub fn of_some<'a>(readings: &'a Readings, wanted: impl Fn(BoxReadings<'a>) -> bool) -> Self {
        let standing =
            |index: usize, at: Position| IndexedBox { at: at.on_sphere(), box_index: index as u32 };
        let boxes = readings
            .boxes()
            .filter(|sense_box| wanted(*sense_box))
            .filter_map(|sense_box| Some(standing(sense_box.index(), sense_box.place()?.position())));
        Self { tree: RTree::bulk_load(boxes.collect()) }
    }

    /// The number of indexed boxes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tree.size()
    }

    /// Whether no box is indexed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All boxes within `radius` of `centre`, in no particular order.
    pub fn within(&self, centre: Position, radius: Metres) -> impl Iterator<Item = Nearby> {
        /// Larger than the rounding error of a chord; the exact distance decides afterwards.
        const SLACK: f64 = 1.0 + 1e-12;
        let angle = (radius.0 / Position::EARTH_RADIUS.0).clamp(0.0, std::f64::consts::PI);
        let chord = 2.0 * (angle / 2.0).sin() * SLACK;
        let centre = centre.on_sphere();
        self.tree
            .locate_within_distance(centre.0, chord * chord)
            .map(move |standing| standing.from(centre))
            .filter(move |nearby| nearby.distance <= radius)
    }

    /// All boxes within `up_to` of `centre`, the nearest first. The iterator is lazy, so taking a
    /// few is cheap.
    pub fn nearest(&self, centre: Position, up_to: Metres) -> impl Iterator<Item = Nearby> {
        let centre = centre.on_sphere();
        self.tree
            .nearest_neighbor_iter(centre.0)
            .map(move |standing| standing.from(centre))
            .take_while(move |nearby| nearby.distance <= up_to)
    }

    /// The indices in [`Readings::boxes`] of all boxes in a bounding box, in no particular order.
    /// `readings` must be those that were indexed.
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

impl IndexedBox {
    fn from(&self, centre: OnSphere) -> Nearby {
        Nearby { box_index: self.box_index as usize, distance: self.at.distance_to(centre) }
    }
}
