/** The past that is shown. It is only asked for when the reader comes near it. */

import { computed, signal } from "@preact/signals";
import { resource } from "../api/resource";
import type { History } from "../api/types";
import { boxId, choice, phenomenon, place, range } from "../state/choice";
import { asOf } from "../state/present";
import { historyPath, scopeOf } from "./question";
import { renewing } from "./renewal";

/** HiveBox gives up after 30 s, waiting included. */
const LIMIT = 35_000;

/** Whether the reader has come near it. */
export const wasNear = signal(false);
/** Whether the reader is near it. */
export const isNear = signal(false);
const isPageSeen = signal(!document.hidden);
document.addEventListener("visibilitychange", () => (isPageSeen.value = !document.hidden));
const isLookedAt = computed(() => isNear.value && isPageSeen.value);
export const scope = computed(() => scopeOf(choice.value.scope, place.value, boxId.value));

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

export const history = resource<History>(
  () => {
    if (!wasNear.value) return null;
    return historyPath(
      { phenomenon: phenomenon.value, range: range.value, scope: scope.value, place: place.value, box: boxId.value },
      zone,
    );
  },
  { limit: LIMIT, isOfPast: true },
);

// There may be more of it with each present. One that failed waits for the reader.
renewing(asOf, isLookedAt, () => history.peek().data && void history.reload());
