/** Towns: for the names of places, the search, and the map. They load once and then work offline. */

import { signal } from "@preact/signals";
import { getJson } from "../api/request";

/** Columns with a row for each town, the largest town first. Coordinates are in hundredths of a degree. */
export interface Towns {
  readonly name: readonly string[];
  readonly latitude: readonly number[];
  readonly longitude: readonly number[];
  /** ISO 3166-1 codes; empty for a disputed country. */
  readonly countries: readonly string[];
  /** Indices in `countries`. */
  readonly country: readonly number[];
  /** Names of time zones, as in the IANA database. */
  readonly zones: readonly string[];
  /** Indices in `zones`. */
  readonly zone: readonly number[];
}

/** Names in the reader's language that differ from those in the list. */
export type OwnNames = Readonly<Record<string, string>>;

/** The delays before the towns are requested again, in milliseconds; each is twice the one before. */
const FIRST_DELAY = 5_000;
const LONGEST_DELAY = 60_000;

/** The towns; `null` until they have loaded. */
export const towns = signal<Towns | null>(null);
let isLoading = false;

/** Loads the towns unless that has happened. The page is useful without them, so a failure causes a retry and no message. */
export async function needTowns(): Promise<void> {
  if (isLoading) return;
  isLoading = true;
  for (let delay = FIRST_DELAY; towns.peek() === null; delay = Math.min(delay * 2, LONGEST_DELAY)) {
    towns.value = await getJson<Towns>("/dashboard/towns.json").catch(() => null);
    if (towns.peek() === null) await new Promise((done) => setTimeout(done, delay));
  }
}

/** The name of a town. A name of several towns means the largest: there is also a Naples in Florida. */
export function townName(towns: Towns, index: number, own: OwnNames): string {
  const name = towns.name[index] ?? "";
  const translated = own[name];
  return translated !== undefined && towns.name.indexOf(name) === index ? translated : name;
}
