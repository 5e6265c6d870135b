/** The reader's choices. They live in the address, so they can be shared and undone with "back". */

import { computed, signal } from "@preact/signals";
import { type Choice, readAddress, writeAddress } from "./address";

export const choice = signal<Choice>(readAddress(location.search));

/** Changes some choices; the browser's "back" undoes it. */
export function choose(change: Partial<Choice>): void {
  const next = { ...choice.peek(), ...change };
  const search = writeAddress(next, location.search);
  if (search !== location.search) history.pushState(null, "", location.pathname + search + location.hash);
  choice.value = next;
}

addEventListener("popstate", () => (choice.value = readAddress(location.search)));

export const place = computed(() => choice.value.place);
export const phenomenon = computed(() => choice.value.phenomenon);
export const boxId = computed(() => choice.value.box);
export const range = computed(() => choice.value.range);
