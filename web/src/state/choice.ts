/** The reader's choices. They live in the address, so they can be shared and undone with "back". */

import { computed, effect, signal } from "@preact/signals";
import { type Choice, readAddress, writeAddress } from "./address";
import { lastHive, rememberShown } from "./hives";

export const choice = signal<Choice>(firstChoice());

/** The choice in the address; without a place there, the hive that was shown last. */
function firstChoice(): Choice {
  const chosen = readAddress(location.search);
  const hive = chosen.place ? null : lastHive();
  if (!hive) return chosen;
  const choice = { ...chosen, place: hive.place };
  history.replaceState(null, "", location.pathname + writeAddress(choice, location.search) + location.hash);
  return choice;
}

/** Changes some choices; the browser's "back" undoes it. */
export function choose(change: Partial<Choice>): void {
  const next = { ...choice.peek(), ...change };
  const search = writeAddress(next, location.search);
  if (search !== location.search) history.pushState(null, "", location.pathname + search + location.hash);
  choice.value = next;
}

addEventListener("popstate", () => (choice.value = readAddress(location.search)));
effect(() => rememberShown(choice.value.place));

export const place = computed(() => choice.value.place);
export const phenomenon = computed(() => choice.value.phenomenon);
export const isOutdoorOnly = computed(() => choice.value.isOutdoorOnly);
export const isSurface = computed(() => choice.value.isSurface);
export const boxId = computed(() => choice.value.box);
export const range = computed(() => choice.value.range);
