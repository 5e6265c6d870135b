/** What can be done at a hive, each chore by a sign and a word, with the reason. */

import { useState } from "preact/hooks";
import { TELLABLE, type Told } from "../address";
import type { Chore, ChoreInput } from "../api/types";
import { Icon } from "../parts/icons";
import { choice, choose } from "../state/choice";
import { manner } from "../state/settings";
import { inReadersUnits, uncertaintyText, valueText } from "../units";
import { words } from "../words/words";

export function ChoreList({ chores }: { chores: readonly Chore[] }) {
  return (
    <>
      <Telling />
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
  return (
    <li class={`chore is-${chore.verdict}`} data-chore={chore.chore} data-verdict={chore.verdict}>
      <h4>{chore.name}</h4>
      <p class="verdict">
        <Icon name={chore.verdict} />
        <span>{say.verdict[chore.verdict]}</span>
      </p>
      <p class="reason">{inReadersUnits(chore.reason, manner.value)}</p>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{say.why}</summary>
        {isOpen && <Why chore={chore} />}
      </details>
    </li>
  );
}

function Why({ chore }: { chore: Chore }) {
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

/** What the reader tells of the hive, which some treatments hang on. */
function Telling() {
  const { chores: say } = words.value;
  const { told } = choice.value;
  const tell = (name: keyof Told, said: string) => {
    const { [name]: _, ...others } = told;
    choose({ told: said === "" ? others : { ...others, [name]: said === "true" } });
  };
  return (
    <fieldset class="telling">
      <legend>{say.told}</legend>
      {TELLABLE.map((name) => (
        <label key={name} class="field">
          <span>{say.tell[name]}</span>
          <select id={`told-${name}`} value={told[name]?.toString() ?? ""} onChange={(event) => tell(name, event.currentTarget.value)}>
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
  const doubt = uncertainty === null ? "" : ` ${uncertaintyText(uncertainty, unit ?? "", manner.value)}`;
  return `${name} ${valueText(value, unit ?? "", manner.value)}${doubt}`;
}
