/** A stretch by two fields, for whoever does not drag over the chart. */

import { useEffect, useRef, useState } from "preact/hooks";
import { choose, range } from "../state/choice";
import { words } from "../words/words";
import { stretchOf } from "./question";
import { fieldText, readStretch } from "./stretch";

export function StretchForm() {
  const { history: say } = words.value;
  const [isWrong, setWrong] = useState(false);
  const from = useRef<HTMLInputElement>(null);
  const to = useRef<HTMLInputElement>(null);
  const chosen = range.value;
  // What is being typed stays until another range is chosen.
  useEffect(() => {
    const stretch = stretchOf(chosen, Date.now());
    if (from.current) from.current.value = fieldText(stretch.from);
    if (to.current) to.current.value = fieldText(stretch.to);
    setWrong(false);
  }, [chosen]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const stretch = readStretch(from.current?.value ?? "", to.current?.value ?? "");
    setWrong(stretch === null);
    if (stretch) choose({ range: stretch });
    else from.current?.focus();
  };
  const trouble = { "aria-invalid": isWrong, "aria-describedby": "stretch-trouble" };
  return (
    <details class="stretch">
      <summary id="stretch-other">{say.other}</summary>
      <form class="row" id="stretch-form" onSubmit={submit} noValidate>
        <label class="field">
          <span>{say.from}</span>
          <input type="datetime-local" id="stretch-from" ref={from} {...trouble} />
        </label>
        <label class="field">
          <span>{say.until}</span>
          <input type="datetime-local" id="stretch-to" ref={to} {...trouble} />
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
