/** "My hive": the weather at a place, and which chores it allows. */

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { placeText } from "../map/describe";
import { isPicking } from "../map/view";
import { Icon } from "../parts/icons";
import { Loaded } from "../parts/loaded";
import { degrees, readCoordinates } from "../state/address";
import { choose, place } from "../state/choice";
import { chores, conditions } from "../state/present";
import { formatting, prefersReducedMotion } from "../state/settings";
import { words } from "../words/words";
import { ChoreList } from "./chores";
import { Attribution, Weather } from "./weather";

/** The time limit for finding the reader's location, in milliseconds. */
const LOCATE_LIMIT = 15_000;

const isChanging = signal(false);

export function HivePanel() {
  const { hive } = words.value;
  const spot = place.value;
  return (
    <section class="card hive" aria-labelledby="hive-title" id="hive">
      <div class="panel-head">
        <h2 id="hive-title">{hive.title}</h2>
        {spot && (
          <p class="soft" id="hive-place">
            {hive.at(placeText(spot, formatting.value))}
          </p>
        )}
      </div>
      {!spot && <p>{hive.intro}</p>}
      {(!spot || isChanging.value) && <Picker />}
      {spot && (
        <>
          <h3 class="unseen">{hive.conditions}</h3>
          <Loaded of={conditions}>{(answer) => <Weather conditions={answer.conditions} />}</Loaded>
          <h3>{hive.chores}</h3>
          <Loaded of={chores}>
            {(answer) => (
              <>
                <ChoreList chores={answer.chores} />
                <Attribution of={answer.forecast.origin} />
              </>
            )}
          </Loaded>
          <div class="row">
            {!isChanging.value && (
              <button type="button" class="button" onClick={() => (isChanging.value = true)}>
                {hive.change}
              </button>
            )}
            <button type="button" class="button" id="hive-forget" onClick={() => choose({ place: null })}>
              {hive.forget}
            </button>
          </div>
          <p class="soft small">{hive.share}</p>
        </>
      )}
    </section>
  );
}

function Picker() {
  const { hive } = words.value;
  const [trouble, setTrouble] = useState<"" | "denied" | "failed" | "wrong">("");
  const [isLocating, setLocating] = useState(false);
  const moveHive = (lat: number, lon: number) => {
    setLocating(false);
    isChanging.value = false;
    isPicking.value = false;
    choose({ place: { lat: Number(degrees(lat)), lon: Number(degrees(lon)) } });
  };
  const fail = (kind: "denied" | "failed") => {
    setLocating(false);
    setTrouble(kind);
  };
  const locate = () => {
    if (!("geolocation" in navigator)) return fail("failed");
    setTrouble("");
    setLocating(true);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => moveHive(coords.latitude, coords.longitude),
      ({ code }) => fail(code === GeolocationPositionError.PERMISSION_DENIED ? "denied" : "failed"),
      { timeout: LOCATE_LIMIT, maximumAge: 600_000 },
    );
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const input = (event.currentTarget as HTMLFormElement).elements.namedItem("coordinates");
    const typed = input instanceof HTMLInputElement ? readCoordinates(input.value) : null;
    setTrouble(typed ? "" : "wrong");
    if (typed) moveHive(typed.lat, typed.lon);
    else if (input instanceof HTMLInputElement) input.focus();
  };
  return (
    <div class="picker">
      <div class="row">
        <button type="button" class="button is-main" id="pick" aria-pressed={isPicking.value} onClick={togglePicking}>
          <Icon name="pin" />
          {isPicking.value ? hive.cancel : hive.byMap}
        </button>
        <button type="button" class="button" id="locate" disabled={isLocating} onClick={locate}>
          <Icon name="locate" />
          {isLocating ? hive.locating : hive.byBrowser}
        </button>
      </div>
      <form class="row" onSubmit={submit} noValidate>
        <label class="field">
          <span>{hive.byHand}</span>
          <input
            id="coordinates"
            name="coordinates"
            autocomplete="off"
            spellcheck={false}
            placeholder={hive.placeholder}
            aria-invalid={trouble === "wrong"}
            aria-describedby="hive-trouble"
          />
        </label>
        <button type="submit" class="button">
          {hive.go}
        </button>
      </form>
      <p id="hive-trouble" class="trouble" role="status">
        {trouble && hive[trouble]}
      </p>
    </div>
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
