//! Which readings a question selects, in the terms of the files.

use std::collections::HashSet;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::place::{Bbox, Exposure, Position};
use hivebox_climate::quantity::Metres;
use hivebox_climate::selection::{SearchArea, Selection};

use crate::history::question::Question;

/// Selects readings by phenomenon, time, box and place, and says what to compute from them.
#[derive(Debug, Clone)]
pub struct ReadingFilter {
    /// The phenomena in the order of the question, each with its name in the files.
    pub phenomena: Vec<(PhenomenonId, &'static str)>,
    /// The beginning of each bucket and the end of the last, in milliseconds; at least two.
    pub edges: Vec<i64>,
    /// Whether percentiles are computed, for which single values must be kept.
    pub percentiles: bool,
    /// The ids of the boxes, sorted; all boxes if `None`.
    pub ids: Option<Vec<String>>,
    /// The exposures; all if empty.
    pub exposures: Vec<&'static str>,
    /// The models; all if empty.
    pub models: Vec<String>,
    /// The boxes must be in this area …
    pub(super) area: SearchArea,
    /// … and in this one.
    pub(super) bbox: Option<Bbox>,
}

/// All positions between two parallels and two meridians, in degrees. Never crosses the date line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// The southern edge.
    pub south: f64,
    /// The northern edge.
    pub north: f64,
    /// The western edge.
    pub west: f64,
    /// The eastern edge.
    pub east: f64,
}

impl Rect {
    /// Contains no position.
    pub(super) const NOWHERE: Self =
        Self { south: f64::INFINITY, north: f64::NEG_INFINITY, west: f64::INFINITY, east: f64::NEG_INFINITY };

    /// The smallest rectangle that contains both.
    pub(super) fn union(self, other: Self) -> Self {
        Self {
            south: self.south.min(other.south),
            north: self.north.max(other.north),
            west: self.west.min(other.west),
            east: self.east.max(other.east),
        }
    }
}

impl ReadingFilter {
    /// The readings that `question` selects, between these edges.
    pub(super) fn of(question: &Question, edges: Vec<i64>) -> Self {
        let catalogue = Catalogue::builtin();
        let selection = &question.selection;
        let name = |&id: &PhenomenonId| (id, catalogue.phenomenon(id).slug());
        Self {
            phenomena: question.phenomena.iter().map(name).collect(),
            edges,
            percentiles: !question.percentiles.is_empty(),
            ids: selection.ids.as_ref().map(|ids| {
                let unique: HashSet<&String> = ids.iter().collect();
                let mut ids: Vec<String> = unique.into_iter().cloned().collect();
                ids.sort_unstable();
                ids
            }),
            exposures: selection.exposures.iter().copied().map(Exposure::slug).collect(),
            models: selection.models.clone(),
            area: selection.area,
            bbox: selection.bbox,
        }
    }

    /// From when up to when, in milliseconds.
    #[must_use]
    pub fn time(&self) -> (i64, i64) {
        (self.edges.first().copied().unwrap_or(i64::MAX), self.edges.last().copied().unwrap_or(i64::MIN))
    }

    /// Whether it selects by place.
    #[must_use]
    pub fn has_place(&self) -> bool {
        self.bbox.is_some() || self.area != SearchArea::Everywhere
    }

    /// Whether it selects boxes at this position.
    #[must_use]
    pub fn is_place(&self, position: Option<Position>) -> bool {
        self.area.contains(position)
            && self.bbox.is_none_or(|bbox| position.is_some_and(|position| bbox.contains(position)))
    }

    /// Lists of rectangles. A selected box is in some rectangle of every list. There is no list if boxes may be anywhere.
    #[must_use]
    pub fn places(&self) -> Vec<Vec<Rect>> {
        let within = match self.area {
            SearchArea::Everywhere => None,
            SearchArea::Within { centre, radius } => Some(around(centre, radius)),
        };
        self.bbox.map(rects).into_iter().chain(within).collect()
    }
}

/// Whether the hourly sums can answer `selection`.
pub(super) fn is_everywhere(selection: &Selection) -> bool {
    selection.area == SearchArea::Everywhere
        && selection.bbox.is_none()
        && selection.ids.is_none()
        && selection.models.is_empty()
}

fn rects(bbox: Bbox) -> Vec<Rect> {
    let [west, south, east, north] = bbox.degrees();
    across(south, north, west, if west > east { east + 360.0 } else { east })
}

/// Splits a rectangle whose eastern edge may lie beyond the date line. The date line is at both 180° and -180°.
fn across(south: f64, north: f64, west: f64, east: f64) -> Vec<Rect> {
    if east - west >= 360.0 {
        return vec![Rect { south, north, west: -180.0, east: 180.0 }];
    }
    let turned = [-360.0, 0.0, 360.0].map(|turn| (west + turn, east + turn));
    let on_map = turned.into_iter().filter(|(west, east)| *west <= 180.0 && *east >= -180.0);
    on_map.map(|(west, east)| Rect { south, north, west: west.max(-180.0), east: east.min(180.0) }).collect()
}

/// Rectangles around a circle, a little larger than it because distances are rounded.
fn around(centre: Position, radius: Metres) -> Vec<Rect> {
    const SLACK: f64 = 1e-9;
    let angle = radius.0 / Position::EARTH_RADIUS.0 + SLACK;
    let (latitude, longitude) = (centre.latitude_degrees(), centre.longitude_degrees());
    let reach = angle.to_degrees() + SLACK;
    let (south, north) = (latitude - reach, latitude + reach);
    // A circle around a pole covers all longitudes.
    let half = if south <= -90.0 || north >= 90.0 {
        180.0
    } else {
        (angle.sin() / latitude.to_radians().cos()).asin().to_degrees() + SLACK
    };
    across(south, north, longitude - half, longitude + half)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn holds(rects: &[Rect], at: Position) -> bool {
        let (latitude, longitude) = (at.latitude_degrees(), at.longitude_degrees());
        rects.iter().any(|rect| {
            (rect.south..=rect.north).contains(&latitude) && (rect.west..=rect.east).contains(&longitude)
        })
    }

    fn any_position() -> impl Strategy<Value = Position> {
        let longitude = prop_oneof![-180.0..180.0_f64, Just(180.0), Just(-180.0), 179.0..180.0_f64];
        (-90.0..90.0_f64, longitude)
            .prop_filter_map("in range", |(latitude, longitude)| Position::new(latitude, longitude))
    }

    proptest! {
        #[test]
        fn rectangles_hold_all_that_is_in_a_circle(
            centre in any_position(),
            at in any_position(),
            share in 1.0..1.000_001_f64,
        ) {
            let radius = Metres(centre.distance_to(at).0 * share);
            prop_assert!(holds(&around(centre, radius), at));
        }

        #[test]
        fn rectangles_hold_all_that_is_in_a_bounding_box(
            corner in any_position(),
            other in any_position(),
            at in any_position(),
        ) {
            let (south, north) = (corner.latitude_degrees(), other.latitude_degrees());
            let bbox = Bbox::new(
                corner.longitude_degrees(),
                south.min(north),
                other.longitude_degrees(),
                south.max(north),
            );
            let bbox = bbox.unwrap();
            prop_assert!(!bbox.contains(at) || holds(&rects(bbox), at));
        }
    }

    #[test]
    fn a_circle_of_a_city_is_no_larger_than_it_must_be() {
        let rects = around(Position::new(51.96, 7.62).unwrap(), Metres::from_kilometres(25.0));
        let [rect] = rects[..] else { panic!("{rects:?}") };
        assert!((rect.north - rect.south - 0.45).abs() < 0.01, "{rect:?}");
        assert!((rect.east - rect.west - 0.73).abs() < 0.01, "{rect:?}");
    }
}
