//! The body of a tile of a surface.

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::estimate::{Estimate, Spot};
use hivebox_climate::nearby::BoxIndex;
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::place::{Exposure, Tile};
use hivebox_climate::quality::Level;
use hivebox_climate::quantity::Canonical;
use hivebox_climate::readings::Reading;
use hivebox_present::Present;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// The number of points in each row and each column of a tile.
pub(super) const SIZE: usize = 32;

/// Estimates on a grid over a tile, row by row from the north, each row from the west.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Surface)]
pub(super) struct SurfaceBody {
    /// The time of the readings.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// The phenomenon.
    #[schema(example = "air_temperature")]
    phenomenon: &'static str,
    /// The unit; values are hundredths of it.
    #[schema(example = "°C")]
    unit: &'static str,
    /// The number of points in each row and in each column. The outer ones are on the edges of the tile, and they
    /// are evenly spaced on the map.
    #[schema(example = 32)]
    size: usize,
    /// The estimate at each point in hundredths of the unit; `null` if no outdoor box within 50 km measures it.
    value: Vec<Option<i32>>,
    /// The standard error of each estimate in hundredths of the unit; `null` where there is none.
    uncertainty: Vec<Option<i32>>,
}

impl SurfaceBody {
    /// The estimates at `size` times `size` points of a tile. `places` must come from [`places`].
    pub(super) fn of(
        present: &Present,
        places: &BoxIndex,
        tile: Tile,
        id: PhenomenonId,
        size: usize,
    ) -> Self {
        let catalogue = Catalogue::builtin();
        let phenomenon = catalogue.phenomenon(id);
        let check = |reading: Reading<'_>| demand(present, reading);
        let (mut value, mut uncertainty) = (Vec::with_capacity(size * size), Vec::with_capacity(size * size));
        let share = |number: usize| number as f64 / (size - 1) as f64;
        for (row, column) in (0..size).flat_map(|row| (0..size).map(move |column| (row, column))) {
            let spot = Spot { position: tile.position(share(column), share(row)), height: None };
            let estimate = Estimate::one_at(&present.readings, places, catalogue, id, spot, check);
            value.push(estimate.map(|estimate| hundredths(estimate.value)));
            uncertainty.push(estimate.map(|estimate| hundredths(estimate.uncertainty)));
        }
        let as_of = present.readings.as_of();
        Self { as_of, phenomenon: phenomenon.slug(), unit: phenomenon.unit(), size, value, uncertainty }
    }
}

/// The boxes that estimates of a phenomenon can use.
pub(super) fn places(present: &Present, phenomenon: PhenomenonId) -> BoxIndex {
    BoxIndex::of_some(&present.readings, |sense_box| {
        sense_box.exposure() == Exposure::Outdoor
            && sense_box
                .readings()
                .any(|reading| reading.phenomenon() == Some(phenomenon) && demand(present, reading).is_ok())
    })
}

/// Whether an estimate may use a reading: those of `/api/v1/conditions` use the same by default.
fn demand(present: &Present, reading: Reading<'_>) -> Result<(), &'static str> {
    present.detail().quality.demand(reading.row(), Level::USUAL)
}

fn hundredths(Canonical(value): Canonical) -> i32 {
    (value * 100.0).round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    fn surface(tile: Tile, phenomenon: &str) -> SurfaceBody {
        let (present, id) = (example::present(), Catalogue::builtin().by_slug(phenomenon).unwrap());
        SurfaceBody::of(&present, &places(&present, id), tile, id, SIZE)
    }

    #[test]
    fn each_point_has_the_estimate_of_its_place() {
        let (present, tile) = (example::present(), example::tile());
        let surface = surface(tile, "air_temperature");
        assert_eq!((surface.value.len(), surface.uncertainty.len()), (SIZE * SIZE, SIZE * SIZE));
        let (row, column) = (9, 20);
        let position = tile.position(20.0 / 31.0, 9.0 / 31.0);
        let all = Estimate::all_at(
            &present.readings,
            &present.detail().places,
            Catalogue::builtin(),
            Spot { position, height: None },
            |reading| demand(&present, reading),
        );
        let air = all.iter().find(|it| it.phenomenon == Catalogue::builtin().air_temperature()).unwrap();
        let at = row * SIZE + column;
        assert_eq!(surface.value[at], Some(hundredths(air.value)));
        assert_eq!(surface.uncertainty[at], Some(hundredths(air.uncertainty)));
    }

    #[test]
    fn far_from_all_boxes_there_is_nothing_and_neighbouring_tiles_share_their_edge() {
        let tile = example::tile();
        let east = surface(tile, "air_temperature");
        let some = east.value.iter().flatten().count();
        assert!((1..SIZE * SIZE).contains(&some), "{some} points are within 50 km of a box");
        assert!(
            east.value.iter().zip(&east.uncertainty).all(|(one, other)| one.is_some() == other.is_some())
        );
        let west = surface(Tile::new(8, 132, 84).unwrap(), "air_temperature");
        let edge = |surface: &SurfaceBody, column| -> Vec<_> {
            (0..SIZE).map(|row| surface.value[row * SIZE + column]).collect()
        };
        assert_eq!(edge(&west, SIZE - 1), edge(&east, 0));
        assert!(edge(&east, 0).iter().any(Option::is_some), "boxes are near the edge");
        assert!(surface(tile, "pm10").value.iter().all(Option::is_none), "no box measures it");
    }
}
