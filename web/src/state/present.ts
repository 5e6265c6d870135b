/** The current answers of HiveBox. Each part of the page reads those it shows; a new present refreshes all of them. */

import { computed, effect, signal, untracked } from "@preact/signals";
import type { Boxes, Chores, Conditions, Forecast, History, OneBox, Phenomena, Status, Temperature } from "../api/answers";
import { type Resource, resource } from "../api/resource";
import { ask } from "../map/ask-worker";
import type { MapSummary } from "../map/worker/messages";
import { DICTIONARIES } from "../words/languages";
import { keyOf, OBSERVABLE, type Place } from "./address";
import { boxId, choice, phenomenon, place } from "./choice";
import { follower, isAfter } from "./follower";
import { connection, live } from "./live";
import { language } from "./settings";
import { TELLABLE, type ToldName, toldAt } from "./told";

/** In milliseconds. */
export const STATUS_INTERVAL = 15_000;
/** How far ahead the page looks. */
export const FORECAST_HOURS = 72;

export const temperature = resource<Temperature>(() => "/temperature");
export const phenomena = resource<Phenomena>(() => "/api/v1/phenomena");
export const status = resource<Status>(() => "/api/v1/status");

export const conditions = resource<Conditions>(() => place.value && `/api/v1/conditions?${keyOf(place.value)}`);
export const chores = resource<Chores>(() => {
  const { place, observations } = choice.value;
  if (!place) return null;
  const reported = OBSERVABLE.filter((name) => observations[name] !== undefined).map((name) => `&${name}=${observations[name]}`);
  const told = toldAt(place);
  const seen = (Object.keys(TELLABLE) as ToldName[]).filter((name) => told?.[name]).map((name) => `&${name}=${told?.[name]}`);
  return `/api/v1/chores?${keyOf(place)}&language=${serviceLanguage()}${reported.join("")}${seen.join("")}`;
});

/** Whether the answer for the hive, which comes first on a slow network, has arrived or failed. It stays so for other hives. */
export const isAnswered = signal(false);
effect(() => {
  if (place.value === null || chores.value.data !== null || chores.value.failure !== null) isAnswered.value = true;
});
/** The map of the phenomenon. Its boxes stay in the map's worker. */
export const mapSummary = resource<MapSummary>(() => (isAnswered.value ? `/api/v1/map?phenomenon=${phenomenon.value}` : null), {
  request: (path, limit, signal) => ask("map", { path, limit }, signal),
});
/** The weather of the next days. Not every HiveBox has a forecast. */
export const forecast = resource<Forecast>(() => place.value && `/api/v1/forecast?${keyOf(place.value)}&hours=${FORECAST_HOURS}`);
/** The air temperature of the past day. */
export const pastDay = resource<History>(
  () =>
    place.value && `/api/v1/history?phenomenon=air_temperature&from=-PT24H&every=PT1H&${keyOf(place.value)}&radius_km=25&exposure=outdoor`,
  { isHistorical: true },
);

/** The place of a clicked mark; several boxes may stand there. */
export const clicked = signal<Place | null>(null);
export const boxesThere = resource<Boxes>(() => clicked.value && `/api/v1/boxes?${keyOf(clicked.value)}&radius_km=0.1&limit=50`);
export const oneBox = resource<OneBox>(() => boxId.value && `/api/v1/boxes/${boxId.value}`);

const DATED: readonly Resource<{ readonly as_of: string }>[] = [phenomena, mapSummary, conditions, chores, oneBox];
const ALL: readonly Resource<unknown>[] = [temperature, forecast, ...DATED];

/** The present received by the stream, unless a requested answer is newer, as it may be once the stream is lost. */
const streamed = computed(() => (isAfter(phenomena.value.data?.as_of, live.value?.as_of) ? null : live.value));

/** When the newest present known to the page was computed. */
export const asOf = computed(() => streamed.value?.as_of ?? phenomena.value.data?.as_of ?? null);

/** The average temperature; `null` if there is none, or none yet. */
export const shownTemperature = computed(() => (streamed.value ? streamed.value.temperature : temperature.value.data));

/** Whether the newest present has no average temperature. */
export const hasNoTemperature = computed(() => streamed.value !== null && streamed.value.temperature === null);

/** How many readings the average temperature is computed from. */
export const readingCount = computed(
  () => streamed.value?.count ?? phenomena.value.data?.phenomena.find(({ phenomenon }) => phenomenon === "air_temperature")?.count ?? 0,
);

/** Keeps the page up to date, and clears it when HiveBox no longer has current data. */
export function keepFresh(): void {
  const follow = follower({ oldest: oldestShown, settled: () => Promise.all(ALL.map((each) => each.settled())), refresh });
  effect(() => {
    const newest = live.value?.as_of;
    if (!newest) return;
    void follow(newest);
    untracked(status.reload);
  });
  // Without a stream, the status reveals a new present.
  const announced = computed(() => status.value.data?.as_of);
  effect(() => void (announced.value && follow(announced.value)));
  // No event announces that the present has expired.
  const isExpired = computed(() => status.value.data?.freshness === "none");
  effect(() => {
    if (isExpired.value) untracked(expire);
  });
  let wasLost = false;
  effect(() => {
    const isLost = connection.value.state === "lost";
    if (wasLost && !isLost) untracked(refresh);
    wasLost = isLost;
    untracked(status.reload);
  });
  setInterval(status.reload, STATUS_INTERVAL);
}

/** Requests everything again. */
function refresh(): Promise<unknown> {
  return Promise.all(ALL.map((each) => each.reload()));
}

/** Drops the expired present and requests everything again; without current data the service refuses, which clears the page. */
function expire(): void {
  if (live.peek() === null && oldestShown() === null) return;
  live.value = null;
  void refresh();
}

function oldestShown(): string | null {
  const moments = DATED.map((each) => each.peek().data?.as_of).filter((moment) => moment !== undefined);
  return moments.reduce<string | null>((oldest, moment) => (oldest === null || isAfter(oldest, moment) ? moment : oldest), null);
}

/** The language of the service's sentences: the page has more languages than the service. */
function serviceLanguage(): string {
  return DICTIONARIES[language.value]?.service ?? "en";
}
