/** What HiveBox says now. Each part of the page reads what it shows; all of it is asked for again with each new present. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { degrees, type Place, TELLABLE } from "../address";
import { type Resource, resource } from "../api/resource";
import type { Boxes, Chores, Conditions, MapColumns, OneBox, Phenomena, Status, Temperature } from "../api/types";
import { connection, live } from "../live";
import { boxId, choice, phenomenon, place } from "./choice";
import { follower, isAfter } from "./follower";
import { language } from "./settings";

export const STATUS_EVERY = 15_000;

export const temperature = resource<Temperature>(() => "/temperature");
export const phenomena = resource<Phenomena>(() => "/api/v1/phenomena");
export const status = resource<Status>(() => "/api/v1/status");
export const mapColumns = resource<MapColumns>(() => `/api/v1/map?phenomenon=${phenomenon.value}`);

export const conditions = resource<Conditions>(() => place.value && `/api/v1/conditions?${at(place.value)}`);
export const chores = resource<Chores>(() => {
  const { place, told } = choice.value;
  if (!place) return null;
  const said = TELLABLE.filter((name) => told[name] !== undefined).map((name) => `&${name}=${told[name]}`);
  return `/api/v1/chores?${at(place)}&language=${language.value}${said.join("")}`;
});

/** The spot of a click under which several boxes may stand. */
export const clicked = signal<Place | null>(null);
export const boxesThere = resource<Boxes>(() => clicked.value && `/api/v1/boxes?${at(clicked.value)}&radius_km=0.1&limit=50`);
export const oneBox = resource<OneBox>(() => boxId.value && `/api/v1/boxes/${boxId.value}`);

const DATED: readonly Resource<{ readonly as_of: string }>[] = [phenomena, mapColumns, conditions, chores, oneBox];
const ALL: readonly Resource<unknown>[] = [temperature, ...DATED];

/** The present that the stream brought, unless what was asked for since is newer: a stream that is lost brings nothing any more. */
const streamed = computed(() => (isAfter(phenomena.value.data?.as_of, live.value?.as_of) ? null : live.value));

/** The moment of the newest present that the page knows of. */
export const asOf = computed(() => streamed.value?.as_of ?? phenomena.value.data?.as_of ?? null);

/** The number; `null` if there is none, or none yet. */
export const shownTemperature = computed(() => (streamed.value ? streamed.value.temperature : temperature.value.data));

/** Whether the newest present has no number. */
export const hasNoNumber = computed(() => streamed.value !== null && streamed.value.temperature === null);

/** How many readings the number is made of. */
export const readingCount = computed(
  () => streamed.value?.count ?? phenomena.value.data?.phenomena.find(({ phenomenon }) => phenomenon === "air_temperature")?.count ?? 0,
);

/** Keeps what is shown as new as what HiveBox has, and no longer than HiveBox tells it. */
export function keepFresh(): void {
  const follow = follower({ shown: oldestShown, settled: () => Promise.all(ALL.map((each) => each.settled())), refresh });
  effect(() => {
    const newest = live.value?.as_of;
    if (!newest) return;
    void follow(newest);
    untracked(status.reload);
  });
  // Where no stream can be had, the state of the service tells that there is something new.
  const told = computed(() => status.value.data?.as_of);
  effect(() => void (told.value && follow(told.value)));
  // No event tells that a present has become too old.
  const isOver = computed(() => status.value.data?.freshness === "none");
  effect(() => {
    if (isOver.value) untracked(forget);
  });
  let wasLost = false;
  effect(() => {
    const isLost = connection.value.state === "lost";
    if (wasLost && !isLost) untracked(refresh);
    wasLost = isLost;
    untracked(status.reload);
  });
  setInterval(status.reload, STATUS_EVERY);
}

/** Asks for everything again. */
function refresh(): Promise<unknown> {
  return Promise.all(ALL.map((each) => each.reload()));
}

/** What is shown is not of now any more: the service is asked, and where it has nothing either, nothing stays. */
function forget(): void {
  if (live.peek() === null && oldestShown() === null) return;
  live.value = null;
  void refresh();
}

function oldestShown(): string | null {
  const moments = DATED.map((each) => each.peek().data?.as_of).filter((moment) => moment !== undefined);
  return moments.reduce<string | null>((oldest, moment) => (oldest === null || isAfter(oldest, moment) ? moment : oldest), null);
}

function at({ lat, lon }: Place): string {
  return `lat=${degrees(lat)}&lon=${degrees(lon)}`;
}
