/** The state of the map, shared with other parts of the page. */

import { computed, signal } from "@preact/signals";
import type { Place } from "../state/address";
import { mapColumns } from "../state/present";
import { Clusters, DIRECTION, type Group, type Mark } from "./clusters";
import { colourOf, colourOfDirection, scaleOf } from "./palette";
import { pointsOf, usableValues } from "./points";

/** The visible marks. */
export const inView = signal<readonly Mark[]>([]);

/** Whether coasts and boxes have been drawn. */
export const isDrawn = signal(false);

/** The answer alone, so that a reload does not cluster the same data again. */
const columns = computed(() => mapColumns.value.data);

/** The newest answer, prepared for drawing. */
export const mapData = computed(() => {
  const data = columns.value;
  if (!data) return null;
  const points = pointsOf(data);
  const isDirection = data.unit === DIRECTION;
  const scale = scaleOf(points.phenomenon, isDirection ? [] : usableValues(points));
  const colour = isDirection ? colourOfDirection : (value: number) => colourOf(value, scale);
  return { points, unit: data.unit, isDirection, clusters: new Clusters(points), scale, colour };
});

/** Commands of the map for other parts of the page. */
export interface MapCommands {
  goTo(place: Place, zoom: number): void;
  /** Zooms in until the group splits. */
  open(group: Group): void;
}
export const commands = signal<MapCommands | null>(null);
