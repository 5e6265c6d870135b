/** The history shown in the chart. It is requested once the reader scrolls near it. */

import { computed, signal } from "@preact/signals";
import type { History } from "../api/answers";
import { resource } from "../api/resource";
import { offsetAt } from "../formatting/time";
import { zoneOf } from "../places/naming";
import { towns } from "../places/towns";
import { boxId, choice, phenomenon, place, range } from "../state/choice";
import { asOf, oneBox } from "../state/present";
import { refreshWhileVisible } from "./delayed-refresh";
import { historyPath, scopeOf } from "./history-request";

/** In milliseconds. HiveBox itself gives up after 30 s, including time in its queue. */
const LIMIT = 35_000;

/** Whether the chart has ever been near the visible part of the page. */
export const wasNear = signal(false);
/** Whether the chart is near the visible part of the page. */
export const isNear = signal(false);
const isPageVisible = signal(!document.hidden);
document.addEventListener("visibilitychange", () => (isPageVisible.value = !document.hidden));
const isVisible = computed(() => isNear.value && isPageVisible.value);
export const scope = computed(() => scopeOf(choice.value.scope, place.value, boxId.value));

const readersZone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** The time zone of the chart: that of the hive or box, or else the reader's. */
export const timeZone = computed(() => {
  const box = oneBox.value.data?.box;
  const atBox = box && box.latitude !== null && box.longitude !== null ? { lat: box.latitude, lon: box.longitude } : null;
  const spot = scope.value === "place" ? place.value : scope.value === "box" ? atBox : null;
  return (spot && towns.value && zoneOf(towns.value, spot)) || readersZone;
});
/** Whether the clocks at the hive or box differ from the reader's. */
export const isFarZone = computed(() => offsetAt(Date.now(), timeZone.value) !== offsetAt(Date.now(), readersZone));

/** The path of the shown history, also for readers who want the data itself. */
export const path = computed(() =>
  historyPath(
    { phenomenon: phenomenon.value, range: range.value, scope: scope.value, place: place.value, box: boxId.value },
    timeZone.value,
  ),
);

export const history = resource<History>(() => (wasNear.value ? path.value : null), { limit: LIMIT, isHistorical: true });

// Each present may extend the history. After a failure the reader decides when to retry.
refreshWhileVisible(asOf, isVisible, () => history.peek().data && void history.reload());
