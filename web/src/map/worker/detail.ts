/** Decodes the tiles of the map's detail, which build/detail.mjs writes. */

import { DETAIL_COLUMNS } from "../detail-grid";
import { WORLD } from "../shapes";
import { type Flat, shapesOf } from "./lines";
import type { Detail } from "./messages";

/** Coordinates within a tile are whole numbers up to this. */
const EXTENT = 8_192;

/** The lines of a layer, in whole numbers from the tile's corner. */
type Lines = readonly (readonly number[])[];

/** A tile of the detail, by its place among the tiles. */
export function detailOf(bytes: Uint8Array, column: number, row: number): Detail {
  const read = reader(bytes);
  const [land, lakes, rivers, states, borders] = [read(), read(), read(), read(), read()];
  const size = WORLD / DETAIL_COLUMNS;
  const place = (line: readonly number[]): Flat => line.map((value, index) => ((index % 2 === 0 ? column : row) + value / EXTENT) * size);
  const shapes = (lines: Lines) => shapesOf(lines.map(place));
  return {
    land: shapes(land),
    coasts: shapes(land.flatMap(withoutEdges)),
    lakes: shapes(lakes),
    shores: shapes(lakes.flatMap(withoutEdges)),
    rivers: shapes(rivers),
    states: shapes(states),
    borders: shapes(borders),
  };
}

/** Reads one layer after the other: lines of points, each a step from the one before. */
function reader(bytes: Uint8Array): () => Lines {
  let at = 0;
  let [x, y] = [0, 0];
  const number = () => {
    let [value, unit] = [0, 1];
    for (; ; unit *= 128) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value += (byte % 128) * unit;
      if (byte < 128) return value;
    }
  };
  const step = () => {
    const value = number();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  };
  return () =>
    Array.from({ length: number() }, () => {
      const line: number[] = [];
      for (let points = number(); points > 0; points -= 1) {
        x += step();
        y += step();
        line.push(x, y);
      }
      return line;
    });
}

/** The parts of an outline that do not follow the edge of the tile, where the area goes on in the next tile. */
function withoutEdges(ring: readonly number[]): number[][] {
  const parts: number[][] = [];
  let part = ring.slice(0, 2);
  for (let point = 2; point < ring.length; point += 2) {
    const [beforeX = 0, beforeY = 0, x = 0, y = 0] = ring.slice(point - 2, point + 2);
    const isEdge = (x === beforeX && (x === 0 || x === EXTENT)) || (y === beforeY && (y === 0 || y === EXTENT));
    if (isEdge) {
      if (part.length > 2) parts.push(part);
      part = [];
    }
    part.push(x, y);
  }
  return part.length > 2 ? [...parts, part] : parts;
}
