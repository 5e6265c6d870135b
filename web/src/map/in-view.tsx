/** The visible marks as a list, for readers who cannot see the map or do not use a pointer. */

import { useState } from "preact/hooks";
import { countText } from "../formatting/units";
import { placeName } from "../places/place-text";
import { phenomenon } from "../state/choice";
import { formatting } from "../state/settings";
import { phenomenonName, words } from "../words/words";
import { markKey, markText } from "./describe";
import { selectMark } from "./leaflet-map";
import type { Mark } from "./marks";
import { inView, mapData } from "./view";

/** The length of the list. */
const MAX_MARKS = 40;

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
  const unit = mapData.value?.unit ?? "";
  const known = marks.filter((mark) => mark.kind === "group" || mark.state !== "none");
  const boxes = known.reduce((sum, mark) => sum + (mark.kind === "group" ? mark.boxes : 1), 0);
  const usable = known.reduce((sum, mark) => sum + usableOf(mark), 0);
  const count = (value: number) => countText(value, formatting.value);
  const first = [...known].sort((one, other) => usableOf(other) - usableOf(one)).slice(0, MAX_MARKS);
  if (known.length === 0) return <p>{map.empty}</p>;
  return (
    <>
      <p>{`${phenomenonName(phenomenon.value)}: ${map.summary(count(boxes), count(usable))}`}</p>
      <ul>
        {first.map((mark) => (
          <li key={markKey(mark)}>
            <button type="button" class="link" onClick={() => selectMark(mark)}>
              {markText(mark, placeName(mark), unit, formatting.value, words.value)}
            </button>
          </li>
        ))}
      </ul>
      {known.length > MAX_MARKS && <p>{map.more(count(known.length - MAX_MARKS))}</p>}
    </>
  );
}

function usableOf(mark: Mark): number {
  if (mark.kind === "group") return mark.usable;
  return mark.state === "usable" ? 1 : 0;
}
