/** The reader's hives as tabs, each with its sign. */

import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../parts/icons";
import { shortName } from "../places/place-text";
import { keyOf, type Place } from "../state/address";
import { choose, place } from "../state/choice";
import { hiveAt, hives } from "../state/hives";
import { placing, stopPlacing } from "../state/placing";
import { signs } from "../state/signs";
import { words } from "../words/words";
import { levelOf } from "./verdict";

export function HiveTabs() {
  const { hive: say, chores } = words.value;
  const shown = place.value;
  const nav = useRef<HTMLElement>(null);
  const isGuest = shown !== null && hiveAt(hives.value, shown) === null;
  const key = shown && keyOf(shown);
  // Many hives are wider than a phone; the one shown must be among those in sight.
  useEffect(() => {
    const tab = nav.current?.querySelector<HTMLElement>('[aria-pressed="true"]');
    if (nav.current && tab) nav.current.scrollLeft = tab.offsetLeft - (nav.current.clientWidth - tab.offsetWidth) / 2;
  }, [key, hives.value]);
  const open = (spot: Place) => {
    stopPlacing();
    choose({ place: spot });
  };
  const tab = (spot: Place, name: string) => {
    const verdict = signs.value[keyOf(spot)];
    const level = verdict && levelOf(verdict);
    return (
      <button
        key={keyOf(spot)}
        type="button"
        class={`tab${level ? ` is-${level}` : ""}`}
        aria-pressed={shown !== null && keyOf(shown) === keyOf(spot) && placing.value?.kind !== "add"}
        onClick={() => open(spot)}
      >
        {level && <Icon name={level} />}
        <span>{name}</span>
        {level && <span class="unseen">: {chores.verdict[level]}</span>}
      </button>
    );
  };
  return (
    <nav ref={nav} class="tabs" aria-label={say.title} id="hives">
      {hives.value.map(({ place: spot, name }) => tab(spot, name || shortName(spot)))}
      {isGuest && tab(shown, shortName(shown))}
      <button
        type="button"
        class="tab tab-add"
        id="hive-add"
        aria-label={say.add}
        title={say.add}
        aria-pressed={placing.value?.kind === "add"}
        onClick={() => {
          placing.value = placing.peek()?.kind === "add" ? null : { kind: "add" };
        }}
      >
        <Icon name="plus" />
      </button>
    </nav>
  );
}
