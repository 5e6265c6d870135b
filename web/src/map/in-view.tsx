/** What is in view as a list, for whoever does not see the map or does not use a pointer. */

import { useState } from "preact/hooks";
import { phenomenonName } from "../panels/phenomenon";
import { phenomenon } from "../state/choice";
import { manner } from "../state/settings";
import { countText } from "../units";
import { words } from "../words/words";
import type { Mark } from "./clusters";
import { markKey, markText } from "./describe";
import { choosesMark } from "./map";
import { drawn, inView } from "./view";

const MOST = 40;

export function InView() {
  const [isOpen, setOpen] = useState(false);
  const { map } = words.value;
  return (
    <details class="in-view" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary id="in-view">{map.inView}</summary>
      {isOpen && <List marks={inView.value} />}
    </details>
  );
}

function List({ marks }: { marks: readonly Mark[] }) {
  const { map } = words.value;
  const unit = drawn.value?.unit ?? "";
  const known = marks.filter((mark) => mark.kind === "group" || mark.state !== "none");
  const boxes = known.reduce((sum, mark) => sum + (mark.kind === "group" ? mark.boxes : 1), 0);
  const usable = known.reduce((sum, mark) => sum + usableOf(mark), 0);
  const count = (value: number) => countText(value, manner.value);
  const first = [...known].sort((one, other) => usableOf(other) - usableOf(one)).slice(0, MOST);
  if (known.length === 0) return <p>{map.empty}</p>;
  return (
    <>
      <p>{`${phenomenonName(phenomenon.value)}: ${map.summary(count(boxes), count(usable))}`}</p>
      <ul>
        {first.map((mark) => (
          <li key={markKey(mark)}>
            <button type="button" class="link" onClick={() => choosesMark(mark)}>
              {markText(mark, unit, manner.value, words.value)}
            </button>
          </li>
        ))}
      </ul>
      {known.length > MOST && <p>{map.more(count(known.length - MOST))}</p>}
    </>
  );
}

function usableOf(mark: Mark): number {
  if (mark.kind === "group") return mark.usable;
  return mark.state === "usable" ? 1 : 0;
}
