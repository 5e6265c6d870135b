/** The history shown in the chart. It is requested once the reader scrolls near it. */

import { computed, signal } from "@preact/signals";
import type { History } from "../api/answers";
import { resource } from "../api/resource";
import { offsetAt } from "../formatting/time";
import { zoneOf } from "../places/naming";
import { towns } from "../places/towns";
import { type Compared, keyOf } from "../state/address";
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

/** What the chart compares with; `null` if it is what the chart shows anyway. */
export const compared = computed(() => {
  const other = choice.value.compared;
  return other && isShown(other) ? null : other;
});

/** Whether a history is the one that the chart shows. */
export function isShown(other: Compared): boolean {
  if (other.scope !== scope.value) return false;
  if (other.scope === "place") return place.value !== null && keyOf(other.place) === keyOf(place.value);
  return other.scope === "all" || other.box === boxId.value;
}

/** The path of the shown history, also for readers who want the data itself. */
export const path = computed(() =>
  historyPath(
    { phenomenon: phenomenon.value, range: range.value, scope: scope.value, place: place.value, box: boxId.value },
    timeZone.value,
    compared.value?.scope,
  ),
);
const comparedPath = computed(() => {
  const other = compared.value;
  if (!other) return null;
  const whose = { scope: other.scope, place: other.scope === "place" ? other.place : null, box: other.scope === "box" ? other.box : null };
  return historyPath({ phenomenon: phenomenon.value, range: range.value, ...whose }, timeZone.value, scope.value);
});

export const history = resource<History>(() => (wasNear.value ? path.value : null), { limit: LIMIT, isHistorical: true });

/** The history that the chart compares with. */
export const comparedHistory = resource<History>(() => (wasNear.value ? comparedPath.value : null), { limit: LIMIT, isHistorical: true });

/** Its averages by the start of their bucket; `null` is a gap. */
export const comparedMeans = computed(
  () => new Map((comparedHistory.value.data?.rows ?? []).map(({ from, count, mean }) => [from, count > 0 ? mean : null])),
);

// Each present may extend the history. After a failure the reader decides when to retry.
refreshWhileVisible(asOf, isVisible, () => {
  for (const each of [history, comparedHistory]) if (each.peek().data) void each.reload();
});
