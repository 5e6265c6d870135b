/** The history shown in the chart. It is requested once the reader scrolls near it. */

import { computed, signal } from "@preact/signals";
import type { History } from "../api/answers";
import { resource } from "../api/resource";
import { boxId, choice, phenomenon, place, range } from "../state/choice";
import { asOf } from "../state/present";
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

const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

export const history = resource<History>(
  () => {
    if (!wasNear.value) return null;
    return historyPath(
      { phenomenon: phenomenon.value, range: range.value, scope: scope.value, place: place.value, box: boxId.value },
      timeZone,
    );
  },
  { limit: LIMIT, isHistorical: true },
);

// Each present may extend the history. After a failure the reader decides when to retry.
refreshWhileVisible(asOf, isVisible, () => history.peek().data && void history.reload());
