//! Boxes on one roof have one voice.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::place::Position;
use crate::quantity::Metres;

/// The places that are taken, in a grid whose cells are at least as wide as a place.
pub(super) struct PlacesTaken {
    within: Metres,
    cells: HashMap<(i32, i32), Vec<(Position, usize)>, RandomState>,
}

impl PlacesTaken {
    /// No place is taken. Two positions at most this far apart are one place.
    pub(super) fn within(within: Metres) -> Self {
        Self { within, cells: HashMap::default() }
    }

    /// Takes a place for `number`, or returns the number that has taken it before.
    pub(super) fn take(&mut self, position: Position, number: usize) -> Option<usize> {
        const METRES_PER_DEGREE: f64 = 111_195.0;
        let north = position.latitude_degrees() * METRES_PER_DEGREE / self.within.0;
        let row = north.floor() as i32;
        let column = |row: i32| {
            // All positions of a row use one width, so that cells do not overlap.
            let shrink = (f64::from(row) * self.within.0 / METRES_PER_DEGREE).to_radians().cos().max(0.01);
            (position.longitude_degrees() * METRES_PER_DEGREE * shrink / self.within.0).floor() as i32
        };
        for row in row - 1..=row + 1 {
            let column = column(row);
            for column in column - 1..=column + 1 {
                let there = self.cells.get(&(row, column)).into_iter().flatten();
                for (other, number) in there {
                    if position.distance_to(*other).0 <= self.within.0 {
                        return Some(*number);
                    }
                }
            }
        }
        self.cells.entry((row, column(row))).or_default().push((position, number));
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_taken_once_whatever_cells_its_edges_touch() {
        let mut taken = PlacesTaken::within(Metres(100.0));
        let at =
            |north: f64, east: f64| Position::new(52.0 + north / 111_195.0, 7.0 + east / 68_458.0).unwrap();
        let mut alone = 0;
        for number in 0..400 {
            let (north, east) = (f64::from(number % 20) * 250.0, f64::from(number / 20) * 250.0);
            alone += usize::from(taken.take(at(north, east), number as usize).is_none());
            for (more_north, more_east) in [(0.0, 90.0), (-70.0, 60.0), (95.0, 0.0)] {
                let found = taken.take(at(north + more_north, east + more_east), 1000);
                assert_eq!(found, Some(number as usize));
            }
        }
        assert_eq!(alone, 400);
    }
}
