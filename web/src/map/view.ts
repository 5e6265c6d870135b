/** The state of the map, shared with other parts of the page. */

import { computed, signal } from "@preact/signals";
import type { Place } from "../state/address";
import { isOutdoorOnly } from "../state/choice";
import { mapSummary } from "../state/present";
import { ask } from "./ask-worker";
import { DIRECTION, type Group, type Mark, unpack, type View } from "./marks";
import { colourOf, colourOfDirection } from "./palette";

/** The visible marks. */
export const inView = signal<readonly Mark[]>([]);

/** Whether coasts and boxes have been drawn. */
export const isDrawn = signal(false);

/** The answer alone, so that a reload draws nothing. */
const summary = computed(() => mapSummary.value.data);

/** Whether the map leaves out boxes that do not stand outdoors. */
export const leavesOutIndoors = computed(() => isOutdoorOnly.value && summary.value?.hasExposure === true);

/** The newest answer, prepared for drawing. */
export const mapData = computed(() => {
  const data = summary.value;
  if (!data) return null;
  const { map, unit, scale } = data;
  const isDirection = unit === DIRECTION;
  const colour = isDirection ? colourOfDirection : (value: number) => colourOf(value, scale);
  const isOutdoorOnly = leavesOutIndoors.value;
  /** The marks in a part of the world; `null` if a newer map replaces them. */
  const marksIn = async (view: View): Promise<Mark[] | null> => {
    const packed = await ask("marks", { map, view, isOutdoorOnly }).catch(() => null);
    return packed && unpack(packed);
  };
  /** The zoom at which a group splits; `null` if a newer map replaces it. */
  const opensAt = ({ id }: Group) => ask("split", { map, group: id, isOutdoorOnly }).catch(() => null);
  return { map, phenomenon: data.phenomenon, unit, isDirection, scale, colour, marksIn, opensAt };
});

/** Commands of the map for other parts of the page. */
export interface MapCommands {
  goTo(place: Place, zoom: number): void;
  /** Zooms in until the group splits. */
  open(group: Group): void;
}
export const commands = signal<MapCommands | null>(null);
