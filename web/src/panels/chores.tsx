/** The chores at a hive in compact rows, grouped by what the reader can do. */

import { useState } from "preact/hooks";
import type { Chore, ChoreInput } from "../api/answers";
import { inReadersUnits, uncertaintyText, valueText } from "../formatting/units";
import { Icon } from "../parts/icons";
import { Loaded } from "../parts/loaded";
import { stretchHere } from "../places/place-time";
import { OBSERVABLE, type Observations } from "../state/address";
import { choice, choose, place } from "../state/choice";
import { now } from "../state/clock";
import { chores } from "../state/present";
import { formatting } from "../state/settings";
import { MAIN_CHORE } from "../state/signs";
import { words } from "../words/words";
import { GROUPS, type GroupName, groupOf } from "./chore-groups";
import { decidingOf, decisionOf, firstThought } from "./short-reason";
import { isOld } from "./system-now";
import { levelOf } from "./verdict";
import { nextWindow, usableWindows } from "./windows";

export function ChoresPanel() {
  if (!place.value) return null;
  return (
    <section class={`card chores-card${isOld.value ? " is-old" : ""}`} aria-labelledby="chores-title" id="chores">
      <h2 id="chores-title">{words.value.chores.title}</h2>
      <Loaded of={chores}>{(answer) => <Groups chores={answer.chores} latitude={answer.latitude} />}</Loaded>
    </section>
  );
}

function Groups({ chores, latitude }: { chores: readonly Chore[]; latitude: number }) {
  const { chores: say } = words.value;
  // The card above answers for the main chore; its row here has the details.
  const groups = chores.map((chore) => groupOf(chore, now.value, latitude));
  const inGroup = (group: GroupName) => chores.filter((_, index) => groups[index] === group);
  const hasQuestions = inGroup("word").length > 0 || Object.keys(choice.value.observations).length > 0;
  return (
    <>
      {GROUPS.map((group) => {
        const found = inGroup(group);
        if (found.length === 0) return null;
        if (group === "season" || group === "unknown") return <Folded key={group} group={group} chores={found} />;
        return (
          <div key={group}>
            <h3 class="group-title">{say.groups[group]}</h3>
            <Rows chores={found} group={group} />
          </div>
        );
      })}
      <ObservationsForm isOpen={hasQuestions} />
    </>
  );
}

function Rows({ chores, group }: { chores: readonly Chore[]; group: GroupName }) {
  return (
    <ul>
      {chores.map((chore) => (
        <ChoreRow key={chore.chore} chore={chore} group={group} />
      ))}
    </ul>
  );
}

/** Chores that nobody can do now, as one sentence that opens. */
function Folded({ chores, group }: { chores: readonly Chore[]; group: "season" | "unknown" }) {
  const { chores: say, service } = words.value;
  return (
    <details class="folded" id={`chores-${group}`}>
      <summary>
        <span class="chore-text">
          <span class="chore-name">{say.folded[group](chores.length)}</span>
          <span class="chore-reason" lang={service}>
            {chores.map(({ name }) => name).join(" · ")}
          </span>
        </span>
      </summary>
      <Rows chores={chores} group={group} />
    </details>
  );
}

function ChoreRow({ chore, group }: { chore: Chore; group: GroupName }) {
  const { chores: say, service, colon } = words.value;
  const [isOpen, setOpen] = useState(false);
  const level = levelOf(chore.verdict);
  return (
    <li data-chore={chore.chore} data-verdict={chore.verdict} class={chore.chore === MAIN_CHORE ? "is-first" : ""}>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span class={`chore-sign is-${level}`}>
            <Icon name={level} />
            <span class="unseen">{say.verdict[level] + colon}</span>
          </span>
          <span class="chore-text">
            <span class="chore-name" lang={service}>
              {chore.name}
            </span>
            <ShortReason chore={chore} group={group} />
          </span>
        </summary>
        {isOpen && <Explanation chore={chore} reason={inReadersUnits(chore.reason, formatting.value)} />}
      </details>
    </li>
  );
}

/** One short line: what the reader must say, when the chore is possible, or which value decides. */
function ShortReason({ chore, group }: { chore: Chore; group: GroupName }) {
  const { chores: say, service } = words.value;
  const next = nextWindow(chore.windows, now.value);
  const asked = group === "word" ? chore.missing.map((input) => say.short[input] ?? input).join(" · ") : null;
  const own = asked ?? (group === "later" && next ? stretchHere(next) : decidedBy(chore));
  if (own !== null) return <span class="chore-reason">{own}</span>;
  return (
    <span class="chore-reason" lang={service}>
      {inReadersUnits(firstThought(chore.reason), formatting.value)}
    </span>
  );
}

/** The value that decides, with its limit if there is one; `null` if no value does. */
function decidedBy(chore: Chore): string | null {
  const { chores: say } = words.value;
  const deciding = decidingOf(chore);
  if (!deciding) return null;
  const { input, value, unit } = deciding;
  const name = say.inputs[input] ?? input;
  const limit = decisionOf(chore)?.limit;
  // Together, so that digits remain where value and limit differ only in these.
  const [shown = "", bound = ""] = inReadersUnits(`${value} ${unit}|${limit ?? value} ${unit}`, formatting.value).split("|");
  return limit === undefined ? `${name} ${shown}` : say.limit(name, shown, bound);
}

/** How many windows the details show. */
const MOST_WINDOWS = 6;

function Windows({ chore }: { chore: Chore }) {
  const { chores: say, colon } = words.value;
  const windows = usableWindows(chore.windows, now.value).slice(0, MOST_WINDOWS);
  if (windows.length === 0) return null;
  return (
    <>
      <p class="soft">{say.windows + colon}</p>
      <ul class="windows">
        {windows.map((window) => (
          <li key={window.from} class={`window is-${levelOf(window.verdict)}`}>
            <Icon name={levelOf(window.verdict)} />
            <span class="unseen">{say.verdict[levelOf(window.verdict)] + colon}</span>
            {stretchHere(window)}
          </li>
        ))}
      </ul>
    </>
  );
}

function Explanation({ chore, reason }: { chore: Chore; reason: string }) {
  const { chores: say, service, colon } = words.value;
  return (
    <div class="why">
      <p lang={service}>{reason}</p>
      <Windows chore={chore} />
      {chore.inputs.length > 0 && (
        <p class="soft">
          {say.basis + colon} <span lang={service}>{chore.inputs.map(inputText).join(" · ")}</span>
        </p>
      )}
      {chore.label && (
        <p class="label" lang={service}>
          {chore.label}
        </p>
      )}
      <p class="soft">
        {say.sources + colon}{" "}
        {chore.sources.map(({ title, address, says }, index) => (
          <>
            {index > 0 && " · "}
            {address === null ? (
              <span lang="en">{title}</span>
            ) : (
              <a key={address} href={address} rel="noreferrer external" lang="en">
                {title}
              </a>
            )}
            {says && <span lang="en"> (“{says}”)</span>}
          </>
        ))}
      </p>
    </div>
  );
}

/** What only the reader knows about the colony, and some verdicts need. */
function ObservationsForm({ isOpen }: { isOpen: boolean }) {
  const { chores: say } = words.value;
  const { observations } = choice.value;
  const report = (name: keyof Observations, value: string) => {
    const { [name]: _, ...others } = observations;
    choose({ observations: value === "" ? others : { ...others, [name]: value === "true" } });
  };
  return (
    <details class="telling" open={isOpen}>
      <summary>{say.told}</summary>
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
    </details>
  );
}

function inputText({ name, value, unit, told, uncertainty, origin }: ChoreInput): string {
  const { chores: say } = words.value;
  if (told !== null) return `${name}${words.value.colon} ${told ? say.yes : say.no}`;
  if (value === null) return name;
  const uncertain = uncertainty === null ? "" : ` ${uncertaintyText(uncertainty, unit ?? "", formatting.value)}`;
  const from = say.origins[origin];
  return `${name} ${valueText(value, unit ?? "", formatting.value)}${uncertain}${from ? ` (${from})` : ""}`;
}
