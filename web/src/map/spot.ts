/** What stands at the very spot of a mark. */

import type { Place } from "../address";
import type { BoxRow } from "../api/types";

/** The map has places in ten-thousandths of a degree; this is a little more than half of one. */
const GRAIN = 0.000_06;

/** Of boxes nearby those of the spot; all of them if none is. */
export function atSpot(boxes: readonly BoxRow[], spot: Place): readonly BoxRow[] {
  const isThere = ({ latitude, longitude }: BoxRow) =>
    Math.abs((latitude ?? Infinity) - spot.lat) < GRAIN && Math.abs((longitude ?? Infinity) - spot.lon) < GRAIN;
  const there = boxes.filter(isThere);
  return there.length > 0 ? there : boxes;
}
