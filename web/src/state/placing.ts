/** Finding a place for a hive: by name, by the browser's location, or on the map. */

import { signal } from "@preact/signals";
import type { Place } from "./address";
import { choose } from "./choice";
import { addHive, type Hive, moveHive } from "./hives";

export type Placing = { readonly kind: "add" } | { readonly kind: "move"; readonly hive: Hive };

/** What the next place is for; `null` if the reader did not ask to place a hive. */
export const placing = signal<Placing | null>(null);
/** Whether the next click on the map gives the place. */
export const isPicking = signal(false);
/** A move that waits for the reader's confirmation. */
export const proposedMove = signal<{ readonly hive: Hive; readonly place: Place } | null>(null);

/** Uses a place that the reader has found. A new hive is kept at once; a move waits for a confirmation. */
export function usePlace(place: Place): void {
  const purpose = placing.peek();
  isPicking.value = false;
  if (purpose?.kind === "move") {
    proposedMove.value = { hive: purpose.hive, place };
    return;
  }
  placing.value = null;
  addHive(place);
  choose({ place });
}

/** Answers the question whether to move the hive. */
export function answerMove(isWanted: boolean): void {
  const move = proposedMove.peek();
  proposedMove.value = null;
  placing.value = null;
  if (!move || !isWanted) return;
  moveHive(move.hive, move.place);
  choose({ place: move.place });
}

export function stopPlacing(): void {
  placing.value = null;
  isPicking.value = false;
}
