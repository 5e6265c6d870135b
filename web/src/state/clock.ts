/** Now, as fine as "3 minutes ago" needs it. */

import { signal } from "@preact/signals";

const TICK = 10_000;

export const now = signal(Date.now());

setInterval(() => (now.value = Date.now()), TICK);
