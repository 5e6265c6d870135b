/** Whether the page is up to date: a dot while all is well, a bar in trouble. */

import { numberText, shownUnit } from "../formatting/units";
import { connection, reconnect } from "../state/live";
import { shownTemperature } from "../state/present";
import { formatting } from "../state/settings";
import { words } from "../words/words";
import { systemNow } from "./system-now";

/** The state of the system. It stays in one element, so that screen readers announce its changes. */
export function SystemDot() {
  const { system } = words.value;
  const { level, text } = systemNow.value;
  const isTrouble = level === "warning" || level === "bad";
  return (
    <div
      class={`system is-${level}${isTrouble ? " is-trouble" : ""}`}
      id="system"
      data-level={level}
      data-connection={connection.value.state}
    >
      <span class="lamp" aria-hidden="true" title={text} />
      <p role="status" aria-label={system.label} class={isTrouble ? "" : "unseen"}>
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
