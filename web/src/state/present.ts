/** What HiveBox says now. Each part of the page reads what it shows; all of it is asked for again with each new present. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { degrees, type Place, TELLABLE } from "../address";
import { type Resource, resource } from "../api/resource";
import type { Boxes, Chores, Conditions, MapColumns, OneBox, Phenomena, Status, Temperature } from "../api/types";
import { connection, live } from "../live";
import { boxId, choice, phenomenon, place } from "./choice";

const STATUS_EVERY = 15_000;
/** All pages hear of a new present at once; they shall not ask at once. */
const SPREAD = 1_500;

export const temperature = resource<Temperature>(() => "/temperature");
export const phenomena = resource<Phenomena>(() => "/api/v1/phenomena");
export const status = resource<Status>(() => "/api/v1/status");
export const mapColumns = resource<MapColumns>(() => `/api/v1/map?phenomenon=${phenomenon.value}`);

export const conditions = resource<Conditions>(() => place.value && `/api/v1/conditions?${at(place.value)}`);
export const chores = resource<Chores>(() => {
  const { place, told } = choice.value;
  if (!place) return null;
  const said = TELLABLE.filter((name) => told[name] !== undefined).map((name) => `&${name}=${told[name]}`);
  return `/api/v1/chores?${at(place)}${said.join("")}`;
});

/** The spot of a click under which several boxes may stand. */
export const clicked = signal<Place | null>(null);
export const boxesThere = resource<Boxes>(() => clicked.value && `/api/v1/boxes?${at(clicked.value)}&radius_km=0.1&limit=50`);
export const oneBox = resource<OneBox>(() => boxId.value && `/api/v1/boxes/${boxId.value}`);

const ALL: readonly Resource<unknown>[] = [temperature, phenomena, mapColumns, conditions, chores, oneBox];

/** The moment of the newest present that the page knows of. */
export const asOf = computed(() => live.value?.as_of ?? phenomena.value.data?.as_of ?? null);

/** Asks for everything again. */
export function refresh(): void {
  for (const each of ALL) each.reload();
}

/** Keeps what is shown as new as what HiveBox has. */
export function keepFresh(): void {
  const shown = () => phenomena.peek().data?.as_of ?? null;
  effect(() => {
    const newest = live.value?.as_of;
    if (!newest) return;
    untracked(() => {
      const isOnItsWay = phenomena.peek().isLoading && shown() === null;
      if (!isOnItsWay && shown() !== newest) setTimeout(refresh, Math.random() * SPREAD);
    });
    status.reload();
  });
  let wasLost = false;
  effect(() => {
    const isLost = connection.value.state === "lost";
    if (wasLost && !isLost) untracked(refresh);
    wasLost = isLost;
    untracked(status.reload);
  });
  setInterval(status.reload, STATUS_EVERY);
  // Where no stream can be had, the state of the service tells that there is something new.
  effect(() => {
    const newest = status.value.data?.as_of;
    untracked(() => {
      if (newest && connection.value.state === "lost" && shown() !== newest) refresh();
    });
  });
}

function at({ lat, lon }: Place): string {
  return `lat=${degrees(lat)}&lon=${degrees(lon)}`;
}
