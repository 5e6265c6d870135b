/** Chooses whose history is the second line of the chart: another hive, all boxes, the open box, or any town. */

import { useState } from "preact/hooks";
import { nameOf } from "../panels/hive-actions";
import { SearchBox } from "../panels/place-search";
import { type Compared, type Place, writeCompared } from "../state/address";
import { boxId, choose, place } from "../state/choice";
import { hives } from "../state/hives";
import { words } from "../words/words";
import { nameOfCompared } from "./compared";
import { isShown } from "./history-resource";

export function CompareForm({ close }: { close: () => void }) {
  const { hive, history: say } = words.value;
  const [isWrong, setWrong] = useState(false);
  const take = (compared: Compared) => {
    choose({ compared });
    close();
  };
  return (
    <div class="compare">
      <div class="row" role="group" aria-label={say.compare}>
        {candidates().map((other) => (
          <button type="button" class="button" key={writeCompared(other)} onClick={() => take(other)}>
            {nameOfCompared(other)}
          </button>
        ))}
      </div>
      <SearchBox
        id="compare-place"
        isMain={false}
        isWrong={isWrong}
        trouble="compare-trouble"
        use={(place: Place) => take({ scope: "place", place })}
        setTrouble={(kind) => setWrong(kind === "wrong")}
      />
      <p id="compare-trouble" class="trouble" role="status">
        {isWrong && hive.wrong}
      </p>
    </div>
  );
}

/** What can be compared with one tap, the most specific first; not what the chart already shows. */
function candidates(): Compared[] {
  const kept: Compared[] = hives.value
    .toSorted((one, other) => nameOf(one).localeCompare(nameOf(other)))
    .map(({ place }) => ({ scope: "place", place }));
  const guest: Compared[] = place.value ? [{ scope: "place", place: place.value }] : [];
  const box: Compared[] = boxId.value ? [{ scope: "box", box: boxId.value }] : [];
  const all = [...kept, ...guest, ...box, { scope: "all" } as const].filter((other) => !isShown(other));
  return all.filter((other, index) => all.findIndex((each) => writeCompared(each) === writeCompared(other)) === index);
}
