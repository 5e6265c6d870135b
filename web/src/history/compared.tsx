/** The names of the two lines of the chart. */

import type { OneBox } from "../api/answers";
import { resource } from "../api/resource";
import { nameOf } from "../panels/hive-actions";
import { Icon } from "../parts/icons";
import { placeName } from "../places/place-text";
import type { Compared, Place } from "../state/address";
import { boxId, choose, place } from "../state/choice";
import { hiveAt, hives } from "../state/hives";
import { oneBox } from "../state/present";
import { words } from "../words/words";
import { compared, scope } from "./history-resource";

/** The compared box, for its name; no request is made while it is the open one. */
const comparedBox = resource<OneBox>(() => {
  const other = compared.value;
  return other?.scope === "box" && other.box !== boxId.value ? `/api/v1/boxes/${other.box}` : null;
});

export function nameOfCompared(other: Compared): string {
  switch (other.scope) {
    case "all":
      return words.value.history.scopes.all;
    case "place":
      return nameOfPlace(other.place);
    case "box": {
      const answer = other.box === boxId.value ? oneBox.value.data : comparedBox.value.data;
      return answer?.box.name || `${words.value.box.title} ${other.box}`;
    }
  }
}

/** The name of what the first line shows. */
export function nameOfShown(): string {
  const spot = place.value;
  if (scope.value === "place" && spot) return nameOfPlace(spot);
  return scope.value === "box" && boxId.value ? nameOfCompared({ scope: "box", box: boxId.value }) : words.value.history.scopes.all;
}

function nameOfPlace(spot: Place): string {
  const hive = hiveAt(hives.value, spot);
  return hive ? nameOf(hive) : placeName(spot);
}

/** Which line is which, with a way to end the comparison. */
export function Legend() {
  const { history: say } = words.value;
  const other = compared.value;
  if (!other) return null;
  const end = () => {
    choose({ compared: null });
    document.getElementById("compare")?.focus();
  };
  return (
    <ul class="lines" id="lines">
      <li class="is-first">{nameOfShown()}</li>
      <li class="is-other">
        {nameOfCompared(other)}
        <button type="button" class="quiet" id="compare-end" aria-label={say.compareEnd} title={say.compareEnd} onClick={end}>
          <Icon name="close" />
        </button>
      </li>
    </ul>
  );
}
