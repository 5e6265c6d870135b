/** Times at the shown place, in its time zone. */

import { computed } from "@preact/signals";
import { stretchText } from "../formatting/time";
import { place } from "../state/choice";
import { now } from "../state/clock";
import { formatting } from "../state/settings";
import { zoneOf } from "./naming";
import { towns } from "./towns";

const READERS_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** The time zone of the shown place, or the reader's until it is known. */
export const placeZone = computed(() => (place.value && towns.value && zoneOf(towns.value, place.value)) || READERS_ZONE);

/** A stretch of time at the shown place, such as "Thursday, 12:40 – 15:10". */
export function stretchHere({ from, to }: { from: number; to: number }): string {
  return stretchText(from, to, now.value, formatting.value.locale, placeZone.value);
}
