/** Finds the boxes of a clicked mark. */

import type { BoxRow } from "../api/answers";
import type { Place } from "../state/address";

/** In degrees. The map rounds places to ten-thousandths of a degree; this is slightly more than half of one. */
const TOLERANCE = 0.000_06;

/** The boxes that the map rounds to a place; all given boxes if there are none. */
export function boxesAt(boxes: readonly BoxRow[], place: Place): readonly BoxRow[] {
  const isAtPlace = ({ latitude, longitude }: BoxRow) =>
    Math.abs((latitude ?? Infinity) - place.lat) < TOLERANCE && Math.abs((longitude ?? Infinity) - place.lon) < TOLERANCE;
  const found = boxes.filter(isAtPlace);
  return found.length > 0 ? found : boxes;
}
