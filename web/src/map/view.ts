/** The one map of the page, as other parts of the page see it. */

import { computed, signal } from "@preact/signals";
import type { Place } from "../address";
import { scaleOf } from "../palette";
import { mapColumns } from "../state/present";
import { Clusters, type Group, type Mark } from "./clusters";
import { pointsOf, usableValues } from "./points";

/** Whether the next click says where the hive is, whatever stands there. */
export const isPicking = signal(false);
/** What is in view. */
export const inView = signal<readonly Mark[]>([]);

/** Whether coasts and boxes have been drawn. */
export const isDrawn = signal(false);

/** The answer alone: it is not another one while the next is on its way. */
const columns = computed(() => mapColumns.value.data);

/** What the newest answer about the map comes to. */
export const drawn = computed(() => {
  const data = columns.value;
  if (!data) return null;
  const points = pointsOf(data);
  return { points, unit: data.unit, clusters: new Clusters(points), scale: scaleOf(points.phenomenon, usableValues(points)) };
});

/** What the map can be told to do. */
export interface MapCommands {
  goTo(place: Place, zoom: number): void;
  open(group: Group): void;
}
export const commands = signal<MapCommands | null>(null);
