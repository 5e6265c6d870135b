/** Marks the moment of the first useful picture: the number, coasts and boxes. Measurements read it, and so do a browser's tools. */

import { effect } from "@preact/signals";
import { live } from "./live";
import { isDrawn } from "./map/view";
import { temperature } from "./state/present";

const NAME = "hivebox-first-picture";

export function markFirstPicture(): void {
  effect(() => {
    const hasNumber = live.value?.temperature || temperature.value.data;
    const isMarked = performance.getEntriesByName(NAME).length > 0;
    if (isDrawn.value && hasNumber && !isMarked) requestAnimationFrame(() => performance.mark(NAME));
  });
}
