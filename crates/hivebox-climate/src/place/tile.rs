//! Web-Mercator tiles, as maps on the web number them.

use super::Position;

/// A square of the Web-Mercator map of the world. At each zoom the tiles of the one before are
/// divided into four; `x` counts from the date line to the east, `y` from the north.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    zoom: u8,
    x: u32,
    y: u32,
}

impl Tile {
    /// The largest zoom: its tiles are 4 cm wide.
    pub const MAX_ZOOM: u8 = 30;

    /// A tile; `None` if the world has no such tile.
    #[must_use]
    pub fn new(zoom: u8, x: u32, y: u32) -> Option<Self> {
        let exists = zoom <= Self::MAX_ZOOM && x >> zoom == 0 && y >> zoom == 0;
        exists.then_some(Self { zoom, x, y })
    }

    /// The position at shares of its width and height, from 0 at its north-west corner to 1.
    ///
    /// ```
    /// use hivebox_climate::place::Tile;
    ///
    /// let tile = Tile::new(1, 1, 0).unwrap();
    /// let corner = tile.position(0.0, 1.0);
    /// assert_eq!((corner.latitude_degrees(), corner.longitude_degrees()), (0.0, 0.0));
    /// ```
    ///
    /// # Panics
    /// If a share is NaN.
    #[must_use]
    pub fn position(&self, east: f64, south: f64) -> Position {
        use std::f64::consts::PI;
        let tiles = f64::from(1_u32 << self.zoom);
        let share = |number: u32, of: f64| (f64::from(number) + of.clamp(0.0, 1.0)) / tiles;
        let (east, south) = (share(self.x, east), share(self.y, south));
        let latitude = (PI * (1.0 - 2.0 * south)).sinh().atan().to_degrees();
        Position::new(latitude, 360.0 * east - 180.0)
            .expect("shares of the map from 0 to 1 are 85.06° north to south, and once around the Earth")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tiles_of_the_world_exist() {
        assert!(Tile::new(0, 0, 0).is_some() && Tile::new(3, 7, 7).is_some());
        for (zoom, x, y) in [(0, 1, 0), (3, 8, 0), (3, 0, 8), (31, 0, 0), (255, 0, 0), (3, u32::MAX, 0)] {
            assert_eq!(Tile::new(zoom, x, y), None, "{zoom}/{x}/{y}");
        }
        assert!(Tile::new(30, (1 << 30) - 1, 0).unwrap().position(1.0, 0.0).longitude_degrees() <= 180.0);
    }

    /// From the wiki of OpenStreetMap, "Slippy map tilenames": the tile of 52.5200° N 13.4050° E.
    #[test]
    fn tiles_are_where_other_maps_have_them() {
        let tile = Tile::new(12, 2200, 1343).unwrap();
        let (north_west, south_east) = (tile.position(0.0, 0.0), tile.position(1.0, 1.0));
        assert!(north_west.latitude_degrees() > 52.52 && south_east.latitude_degrees() < 52.52);
        assert!(north_west.longitude_degrees() < 13.405 && south_east.longitude_degrees() > 13.405);
        let edge = Tile::new(12, 2201, 1343).unwrap().position(0.0, 0.5);
        assert_eq!(tile.position(1.0, 0.5), edge, "neighbours share their edge");
        let top = Tile::new(0, 0, 0).unwrap().position(0.0, 0.0).latitude_degrees();
        assert!((top - 85.051_129).abs() < 1e-6, "{top}");
    }
}
