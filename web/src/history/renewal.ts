/** Renews what is expensive to ask for: at leisure, and only while somebody looks at it. */

import { effect, type ReadonlySignal, untracked } from "@preact/signals";

/** HiveBox works on one history after the other, and all pages hear of a new present at the same moment. */
export const LEISURE = 30_000;

/** Calls `renew` some time after `newest` changed, or when somebody looks again; answers what ends that. */
export function renewing(newest: ReadonlySignal<string | null>, isLookedAt: ReadonlySignal<boolean>, renew: () => void): () => void {
  let reached = newest.peek();
  return effect(() => {
    const next = newest.value;
    if (!isLookedAt.value || next === null) return;
    // What is asked for at first is of the first that is known.
    reached ??= next;
    if (next === reached) return;
    const timer = setTimeout(() => {
      reached = next;
      untracked(renew);
    }, Math.random() * LEISURE);
    return () => clearTimeout(timer);
  });
}
