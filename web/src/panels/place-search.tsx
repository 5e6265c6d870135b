/** One box for a town or coordinates, beside the browser's location and the map. */

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { placeText } from "../map/describe";
import { Icon } from "../parts/icons";
import { townWithCountry } from "../places/place-text";
import { findTowns } from "../places/search";
import { needTowns, towns } from "../places/towns";
import { type Place, readCoordinates } from "../state/address";
import { isPicking, usePlace } from "../state/placing";
import { formatting, prefersReducedMotion } from "../state/settings";
import { words } from "../words/words";

/** The time limit for finding the reader's location, in milliseconds. */
const LOCATE_LIMIT = 15_000;

interface Found {
  readonly name: string;
  readonly place: Place;
}

/** The places that a text may mean. */
function placesFor(typed: string): Found[] {
  const place = readCoordinates(typed);
  if (place) return [{ name: placeText(place, formatting.value, words.value.compass), place }];
  const list = towns.value;
  if (!list) return [];
  return findTowns(list, words.value.towns, typed).map((index) => ({
    name: townWithCountry(list, index),
    place: { lat: (list.latitude[index] ?? 0) / 100, lon: (list.longitude[index] ?? 0) / 100 },
  }));
}

export function PlaceSearch({ isMain = false }: { isMain?: boolean }) {
  const { hive } = words.value;
  const [trouble, setTrouble] = useState<"" | "denied" | "failed" | "wrong">("");
  const [isLocating, setLocating] = useState(false);
  const locate = () => {
    if (!("geolocation" in navigator)) return setTrouble("failed");
    setTrouble("");
    setLocating(true);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setLocating(false);
        usePlace({ lat: rounded(coords.latitude), lon: rounded(coords.longitude) });
      },
      ({ code }) => {
        setLocating(false);
        setTrouble(code === GeolocationPositionError.PERMISSION_DENIED ? "denied" : "failed");
      },
      { timeout: LOCATE_LIMIT, maximumAge: 600_000 },
    );
  };
  return (
    <div class="picker">
      <SearchBox
        id="coordinates"
        isMain={isMain}
        use={usePlace}
        setTrouble={(kind) => setTrouble(kind)}
        isWrong={trouble === "wrong"}
        trouble="hive-trouble"
      />
      <div class="row">
        <button type="button" class="button" id="locate" disabled={isLocating} onClick={locate}>
          <Icon name="locate" />
          {isLocating ? hive.locating : hive.byBrowser}
        </button>
        <button type="button" class="button" id="pick" aria-pressed={isPicking.value} onClick={togglePicking}>
          <Icon name="pin" />
          {isPicking.value ? hive.cancel : hive.byMap}
        </button>
      </div>
      <p id="hive-trouble" class="trouble" role="status">
        {trouble && hive[trouble]}
      </p>
    </div>
  );
}

interface SearchBoxProps {
  /** The id of the field. */
  readonly id: string;
  readonly isMain: boolean;
  readonly isWrong: boolean;
  /** The id of the element that says what is wrong. */
  readonly trouble: string;
  use(place: Place): void;
  setTrouble(kind: "" | "wrong"): void;
}

/** A combobox as in WAI-ARIA's authoring practices: the focus stays in the field, the arrow keys choose. */
export function SearchBox({ id, isMain, isWrong, trouble, use, setTrouble }: SearchBoxProps) {
  const { hive } = words.value;
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  useEffect(() => void needTowns(), []);
  const found = placesFor(typed);
  const isShown = isOpen && found.length > 0;
  const take = (place: Place) => {
    setTyped("");
    setOpen(false);
    setTrouble("");
    use(place);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") setOpen(false);
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    setOpen(true);
    const step = event.key === "ArrowDown" ? 1 : -1;
    setActive((active + step + found.length) % Math.max(1, found.length));
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const place = (found[active] ?? found[0])?.place;
    if (place) return take(place);
    setTrouble("wrong");
    input.current?.focus();
  };
  return (
    <form class="search" role="search" onSubmit={submit} noValidate>
      <label for={id}>{hive.search}</label>
      <div class="search-row">
        <input
          ref={input}
          id={id}
          name={id}
          role="combobox"
          aria-expanded={isShown}
          aria-controls={list}
          aria-autocomplete="list"
          {...(isShown && { "aria-activedescendant": `${list}-${active}` })}
          autocomplete="off"
          autocapitalize="words"
          enterkeyhint="search"
          spellcheck={false}
          placeholder={hive.placeholder}
          value={typed}
          aria-invalid={isWrong}
          aria-describedby={trouble}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setActive(0);
            setOpen(true);
            setTrouble("");
          }}
          onKeyDown={onKeyDown}
          onBlur={() => setOpen(false)}
        />
        <button type="submit" class={`button${isMain ? " is-main" : ""}`}>
          {hive.go}
        </button>
      </div>
      <div class="options" id={list} role="listbox" aria-label={hive.search} hidden={!isShown}>
        {found.map(({ name, place }, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of the field above choose an option
          <div
            tabIndex={-1}
            key={name}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === active}
            // Otherwise the field would lose the focus, and the list would close before the click.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => take(place)}
          >
            <Icon name="pin" />
            {name}
          </div>
        ))}
      </div>
      <p class="unseen" role="status">
        {isShown && hive.found(found.length)}
      </p>
    </form>
  );
}

/** Scrolls to the map and waits for a click there. */
function togglePicking(): void {
  isPicking.value = !isPicking.peek();
  if (!isPicking.peek()) return;
  const map = document.getElementById("map");
  map?.scrollIntoView({ block: "center", behavior: prefersReducedMotion() ? "auto" : "smooth" });
  map?.focus({ preventScroll: true });
}

function rounded(degrees: number): number {
  return Number(degrees.toFixed(4));
}
