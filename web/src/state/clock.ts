/** The current time, precise enough for texts such as "3 minutes ago". */

import { signal } from "@preact/signals";

/** In milliseconds. */
const TICK = 10_000;

export const now = signal(Date.now());

setInterval(() => (now.value = Date.now()), TICK);
