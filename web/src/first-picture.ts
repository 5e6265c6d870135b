/** Marks the moment of the first useful picture: the number, coasts and boxes. Measurements read it, and so do a browser's tools. */

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
