/** The line that says whether the page is up to date. */

import { signal } from "@preact/signals";
import { numberText, shownUnit } from "../formatting/units";
import { now } from "../state/clock";
import { connection, reconnect } from "../state/live";
import { STATUS_INTERVAL, shownTemperature, status } from "../state/present";
import { formatting } from "../state/settings";
import { words } from "../words/words";
import { systemState } from "./system";

const isOnline = signal(navigator.onLine);
addEventListener("online", () => (isOnline.value = true));
addEventListener("offline", () => (isOnline.value = false));

export function SystemLine() {
  const { system } = words.value;
  const facts = {
    connection: connection.value,
    isOnline: isOnline.value,
    status: status.value.data,
    answeredAt: status.value.answeredAt,
    hasFailed: status.value.failure !== null,
    pollInterval: STATUS_INTERVAL,
  };
  const { level, text } = systemState(facts, now.value, words.value, formatting.value.locale);
  return (
    <div class={`system is-${level}`} id="system" data-level={level} data-connection={connection.value.state}>
      <span class="lamp" aria-hidden="true" />
      <p role="status" aria-label={system.label}>
        {text}
      </p>
      {connection.value.state === "lost" && (
        <button type="button" class="button" onClick={reconnect}>
          {system.retry}
        </button>
      )}
    </div>
  );
}

/** Announces each new temperature to screen readers. */
export function Announcer() {
  const answer = shownTemperature.value;
  const { number } = words.value;
  const status = answer?.status.toLowerCase() ?? "";
  const value = answer && `${numberText(answer["Average temperature"], "°C", formatting.value)} ${shownUnit("°C", formatting.value)}`;
  return (
    <p class="unseen" aria-live="polite" id="announcer">
      {value && number.updated(value, number.status[status] ?? answer.status)}
    </p>
  );
}
