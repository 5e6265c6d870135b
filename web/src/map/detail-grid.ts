/** Which tiles of the map's detail a part of the map needs. */

import { DETAIL_TILES } from "./detail-tiles";
import { type Frame, WORLD } from "./shapes";

/** From this zoom on, coasts are finer, and there are lakes, rivers and the borders of states. */
export const DETAIL_ZOOM = 6;
/** The number of tiles from west to east, and from north to south. */
export const DETAIL_COLUMNS = 8;

export interface Place {
  readonly column: number;
  readonly row: number;
  readonly key: string;
}

const KNOWN = new Set(DETAIL_TILES);

/** The tiles in a frame. Those without land do not exist. */
export function tilesIn({ scale, left, top, width, height }: Frame): Place[] {
  const size = (WORLD / DETAIL_COLUMNS) * scale;
  const range = (start: number, length: number) => {
    const from = Math.max(0, Math.floor(start / size));
    const to = Math.min(DETAIL_COLUMNS - 1, Math.floor((start + length) / size));
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
  };
  const rows = range(top, height);
  const all = range(left, width).flatMap((column) => rows.map((row) => ({ column, row, key: `${column}-${row}` })));
  return all.filter(({ key }) => KNOWN.has(key));
}
