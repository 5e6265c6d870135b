/** The current state of the system, which several parts of the page heed. */

import { computed, signal } from "@preact/signals";
import { now } from "../state/clock";
import { connection } from "../state/live";
import { asOf, STATUS_INTERVAL, status } from "../state/present";
import { formatting } from "../state/settings";
import { words } from "../words/words";
import { systemState } from "./system";

const isOnline = signal(navigator.onLine);
addEventListener("online", () => (isOnline.value = true));
addEventListener("offline", () => (isOnline.value = false));

export const systemNow = computed(() =>
  systemState(
    {
      connection: connection.value,
      isOnline: isOnline.value,
      status: status.value.data,
      answeredAt: status.value.answeredAt,
      hasFailed: status.value.failure !== null,
      pollInterval: STATUS_INTERVAL,
      asOf: asOf.value,
    },
    now.value,
    words.value,
    formatting.value.locale,
  ),
);

/** Whether what the page shows may be out of date. */
export const isOld = computed(() => systemNow.value.isOld);
