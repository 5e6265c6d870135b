/** What can be done at a hive, each chore by a sign and a word, with the reason. */

import { useState } from "preact/hooks";
import { TELLABLE, type Told } from "../address";
import type { Chore, ChoreInput } from "../api/types";
import { Icon } from "../parts/icons";
import { choice, choose } from "../state/choice";
import { language, manner } from "../state/settings";
import { inReadersUnits, uncertaintyText, valueText } from "../units";
import { words } from "../words/words";

export function ChoreList({ chores }: { chores: readonly Chore[] }) {
  return (
    <>
      <ul class="chores" id="chores">
        {chores.map((chore) => (
          <ChoreItem key={chore.chore} chore={chore} />
        ))}
      </ul>
      <Telling />
    </>
  );
}

function ChoreItem({ chore }: { chore: Chore }) {
  const { chores: say } = words.value;
  const [isOpen, setOpen] = useState(false);
  return (
    <li class={`chore is-${chore.verdict}`} data-chore={chore.chore} data-verdict={chore.verdict}>
      <h4>{say.names[chore.chore] ?? chore.name}</h4>
      <p class="verdict">
        <Icon name={chore.verdict} />
        <span>{say.verdict[chore.verdict]}</span>
      </p>
      <p class="reason">{reasonOf(chore)}</p>
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
      {say.reason && (
        <p>
          {say.original}: <q lang="en">{inReadersUnits(chore.reason, { ...manner.value, locale: "en" })}</q>
        </p>
      )}
      {chore.inputs.length > 0 && (
        <ul>
          {chore.inputs.map((input) => (
            <li key={input.input}>{inputText(input)}</li>
          ))}
        </ul>
      )}
      {chore.label && <p class="label">{language.value === "en" ? chore.label : say.label}</p>}
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

/** The reason: the service's own sentence, or where that is in another language, what it was judged by. */
function reasonOf({ reason, inputs, missing }: Chore): string {
  const { chores: say } = words.value;
  if (!say.reason) return inReadersUnits(reason, manner.value);
  return say.reason(inputs.map(inputText).join("; "), missing.map((input) => say.inputs[input] ?? input).join("; "));
}

function inputText({ input, value, unit, told, uncertainty }: ChoreInput): string {
  const { chores: say } = words.value;
  const name = say.inputs[input] ?? input;
  if (told !== null) return `${name}: ${told ? say.yes : say.no}`;
  if (value === null) return name;
  const doubt = uncertainty === null ? "" : ` ${uncertaintyText(uncertainty, unit ?? "", manner.value)}`;
  return `${name} ${valueText(value, unit ?? "", manner.value)}${doubt}`;
}
