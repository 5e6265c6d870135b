//! Parameters that name a tile of a map.

use hivebox_kinds::Integer;

use super::{Parameter, Reader};

/// How large the tile is.
pub const ZOOM: Parameter<Integer> = Parameter {
    name: "z",
    description: "The zoom of the Web-Mercator tile.",
    kind: Integer { range: 3..=12, unit: "" },
    example: "6",
    default: None,
};

/// The column of the tile.
pub const TILE_X: Parameter<Integer> = Parameter {
    name: "x",
    description: "The column of the tile, counted from 180° west; below 2 to the power of `z`.",
    kind: Integer { range: 0..=4095, unit: "" },
    example: "33",
    default: None,
};

/// The row of the tile.
pub const TILE_Y: Parameter<Integer> = Parameter {
    name: "y",
    description: "The row of the tile, counted from the north; below 2 to the power of `z`.",
    kind: Integer { range: 0..=4095, unit: "" },
    example: "21",
    default: None,
};

/// Reads zoom, column and row of a tile in a path; `None` if something is wrong with them. There may be no such tile.
pub fn tile_numbers(reader: &mut Reader) -> Option<(u8, u32, u32)> {
    let (zoom, x, y) = (reader.path(&ZOOM), reader.path(&TILE_X), reader.path(&TILE_Y));
    Some((u8::try_from(zoom?).ok()?, u32::try_from(x?).ok()?, u32::try_from(y?).ok()?))
}
