/** The state of the map, shared with other parts of the page. */

import { computed, signal } from "@preact/signals";
import type { Place } from "../state/address";
import { mapColumns } from "../state/present";
import { Clusters, type Group, type Mark } from "./clusters";
import { scaleOf } from "./palette";
import { pointsOf, usableValues } from "./points";

/** Whether the next click places the hive, even on a mark. */
export const isPicking = signal(false);
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
  return { points, unit: data.unit, clusters: new Clusters(points), scale: scaleOf(points.phenomenon, usableValues(points)) };
});

/** Commands of the map for other parts of the page. */
export interface MapCommands {
  goTo(place: Place, zoom: number): void;
  /** Zooms in until the group splits. */
  open(group: Group): void;
}
export const commands = signal<MapCommands | null>(null);
