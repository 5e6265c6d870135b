/** Refreshes an expensive answer after a random delay, and only while it is visible. */

import { effect, type ReadonlySignal, untracked } from "@preact/signals";

/** In milliseconds. All pages hear of a new present at once, but HiveBox computes one history at a time. */
export const MAX_DELAY = 30_000;

/** Calls `refresh` some time after `newest` changes, or once the answer is visible again; returns a function that stops this. */
export function refreshWhileVisible(
  newest: ReadonlySignal<string | null>,
  isVisible: ReadonlySignal<boolean>,
  refresh: () => void,
): () => void {
  let shown = newest.peek();
  return effect(() => {
    const next = newest.value;
    if (!isVisible.value || next === null) return;
    // The first request already returns the first present known.
    shown ??= next;
    if (next === shown) return;
    const timer = setTimeout(() => {
      shown = next;
      untracked(refresh);
    }, Math.random() * MAX_DELAY);
    return () => clearTimeout(timer);
  });
}
