/** Two fields for a custom range in the time zone of the chart, for readers who do not drag over the chart. */

import { useEffect, useRef, useState } from "preact/hooks";
import { choose, range } from "../state/choice";
import { words } from "../words/words";
import { fieldText, readCustomRange } from "./custom-range";
import { boundsOf } from "./history-request";
import { timeZone } from "./history-resource";

export function CustomRangeForm() {
  const { history: say } = words.value;
  const [isWrong, setWrong] = useState(false);
  const from = useRef<HTMLInputElement>(null);
  const to = useRef<HTMLInputElement>(null);
  const chosen = range.value;
  const zone = timeZone.value;
  // Keeps the typed text until another range is chosen.
  useEffect(() => {
    const bounds = boundsOf(chosen, Date.now());
    if (from.current) from.current.value = fieldText(bounds.from, zone);
    if (to.current) to.current.value = fieldText(bounds.to, zone);
    setWrong(false);
  }, [chosen, zone]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const typed = readCustomRange(from.current?.value ?? "", to.current?.value ?? "", zone);
    setWrong(typed === null);
    if (typed) choose({ range: typed });
    else from.current?.focus();
  };
  const validity = { "aria-invalid": isWrong, "aria-describedby": "stretch-trouble" };
  return (
    <details class="stretch">
      <summary id="stretch-other">{say.other}</summary>
      <form class="row" id="stretch-form" onSubmit={submit} noValidate>
        <label class="field">
          <span>{say.from}</span>
          <input type="datetime-local" id="stretch-from" ref={from} {...validity} />
        </label>
        <label class="field">
          <span>{say.until}</span>
          <input type="datetime-local" id="stretch-to" ref={to} {...validity} />
        </label>
        <button type="submit" class="button" id="stretch-show">
          {say.show}
        </button>
      </form>
      <p id="stretch-trouble" class="trouble" role="status">
        {isWrong && say.wrong}
      </p>
    </details>
  );
}
