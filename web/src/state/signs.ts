/** The sign of each hive: whether it can be opened now. */

import { effect, signal } from "@preact/signals";
import type { Chores } from "../api/answers";
import { getJson } from "../api/request";
import type { Place } from "./address";
import { keyOf } from "./address";
import { place } from "./choice";
import { hives } from "./hives";
import { asOf, chores } from "./present";

/** The chore that answers whether to open the hive. */
export const MAIN_CHORE = "full_inspection";

/** Verdicts on opening a hive, by `keyOf` its place. */
export const signs = signal<Readonly<Record<string, string>>>({});

/** Keeps the signs up to date. That of the shown hive comes with its chores. */
export function keepSigns(): void {
  effect(() => {
    const [data, shown] = [chores.value.data, place.value];
    if (data && shown) note(shown, data);
  });
  effect(() => {
    if (!asOf.value) return;
    for (const hive of hives.value) {
      const shown = place.peek();
      if (shown && keyOf(hive.place) === keyOf(shown)) continue;
      // A tab without a sign still works, so a failure needs no message.
      getJson<Chores>(`/api/v1/chores?${keyOf(hive.place)}`)
        .then((answer) => note(hive.place, answer))
        .catch(() => undefined);
    }
  });
}

function note(at: Place, { chores }: Chores): void {
  const verdict = chores.find(({ chore }) => chore === MAIN_CHORE)?.verdict;
  const key = keyOf(at);
  if (verdict && signs.peek()[key] !== verdict) signs.value = { ...signs.peek(), [key]: verdict };
}
