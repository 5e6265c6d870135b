/** Makes the page work without a network. */

import { effect } from "@preact/signals";
import { isDrawn } from "../map/view";

/** Registers the service worker after the first picture, which it must not delay. Browsers allow it only with TLS or on this machine. */
export function workOffline(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const stop = effect(() => {
    if (!isDrawn.value) return;
    // Without it the page only needs a network, so a failure needs no message.
    void navigator.serviceWorker.register("/dashboard/sw.js", { scope: "/" }).catch(() => undefined);
    queueMicrotask(() => stop());
  });
}
