/** The past that is shown. It is only asked for when the reader comes near it. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { resource } from "../api/resource";
import type { History } from "../api/types";
import { boxId, choice, phenomenon, place, range } from "../state/choice";
import { asOf } from "../state/present";
import { historyPath, scopeOf } from "./question";

/** HiveBox gives up after 30 s, waiting included. */
const LIMIT = 35_000;

export const isNear = signal(false);
export const scope = computed(() => scopeOf(choice.value.scope, place.value, boxId.value));

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

export const history = resource<History>(
  () => {
    if (!isNear.value) return null;
    return historyPath(
      { phenomenon: phenomenon.value, range: range.value, scope: scope.value, place: place.value, box: boxId.value },
      zone,
    );
  },
  { limit: LIMIT, isOfPast: true },
);

// There may be more of it with each present. One that failed waits for the reader.
effect(() => {
  void asOf.value;
  untracked(() => history.peek().data && void history.reload());
});
