/** The chores at a hive, each with an icon, a verdict and the reason. */

import { useState } from "preact/hooks";
import type { Chore, ChoreInput } from "../api/answers";
import { inReadersUnits, uncertaintyText, valueText } from "../formatting/units";
import { Icon } from "../parts/icons";
import { OBSERVABLE, type Observations } from "../state/address";
import { choice, choose } from "../state/choice";
import { formatting } from "../state/settings";
import { words } from "../words/words";
import { levelOf } from "./verdict";

export function ChoreList({ chores }: { chores: readonly Chore[] }) {
  return (
    <>
      <ObservationsForm />
      <ul class="chores" id="chores">
        {chores.map((chore) => (
          <ChoreItem key={chore.chore} chore={chore} />
        ))}
      </ul>
    </>
  );
}

function ChoreItem({ chore }: { chore: Chore }) {
  const { chores: say } = words.value;
  const [isOpen, setOpen] = useState(false);
  const level = levelOf(chore.verdict);
  return (
    <li class={`chore is-${level}`} data-chore={chore.chore} data-verdict={chore.verdict}>
      <h4>{chore.name}</h4>
      <p class="verdict">
        <Icon name={level} />
        <span>{say.verdict[level]}</span>
      </p>
      <p class="reason">{inReadersUnits(chore.reason, formatting.value)}</p>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{say.why}</summary>
        {isOpen && <Explanation chore={chore} />}
      </details>
    </li>
  );
}

function Explanation({ chore }: { chore: Chore }) {
  const { chores: say } = words.value;
  return (
    <div class="why">
      {chore.inputs.length > 0 && (
        <ul>
          {chore.inputs.map((input) => (
            <li key={input.input}>{inputText(input)}</li>
          ))}
        </ul>
      )}
      {chore.label && <p class="label">{chore.label}</p>}
      <p>
        {say.sources}:{" "}
        {chore.sources.map(({ title, address }, index) => (
          <>
            {index > 0 && " · "}
            <a key={address} href={address} rel="noreferrer external" lang="en">
              {title}
            </a>
          </>
        ))}
      </p>
    </div>
  );
}

/** The reader's observations of the hive, on which some verdicts depend. */
function ObservationsForm() {
  const { chores: say } = words.value;
  const { observations } = choice.value;
  const report = (name: keyof Observations, value: string) => {
    const { [name]: _, ...others } = observations;
    choose({ observations: value === "" ? others : { ...others, [name]: value === "true" } });
  };
  return (
    <fieldset class="telling">
      <legend>{say.told}</legend>
      {OBSERVABLE.map((name) => (
        <label key={name} class="field">
          <span>{say.tell[name]}</span>
          <select
            id={`told-${name}`}
            value={observations[name]?.toString() ?? ""}
            onChange={(event) => report(name, event.currentTarget.value)}
          >
            <option value="">{say.open}</option>
            <option value="true">{say.yes}</option>
            <option value="false">{say.no}</option>
          </select>
        </label>
      ))}
    </fieldset>
  );
}

function inputText({ name, value, unit, told, uncertainty }: ChoreInput): string {
  const { chores: say } = words.value;
  if (told !== null) return `${name}: ${told ? say.yes : say.no}`;
  if (value === null) return name;
  const uncertain = uncertainty === null ? "" : ` ${uncertaintyText(uncertainty, unit ?? "", formatting.value)}`;
  return `${name} ${valueText(value, unit ?? "", formatting.value)}${uncertain}`;
}
