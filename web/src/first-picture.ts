/** Marks the moment of the first useful picture: number, coasts and boxes are visible. Benchmarks and browser tools read the mark. */

import { effect } from "@preact/signals";
import { isDrawn } from "./map/view";
import { shownTemperature } from "./state/present";

const NAME = "hivebox-first-picture";

export function markFirstPicture(): void {
  effect(() => {
    const isMarked = performance.getEntriesByName(NAME).length > 0;
    if (isDrawn.value && shownTemperature.value && !isMarked) requestAnimationFrame(() => performance.mark(NAME));
  });
}
