/** The reader's hives. They stay in the browser; the address shares the one that is shown. */

import { signal } from "@preact/signals";
import { type Place, placeIfValid } from "./address";
import { store, stored } from "./storage";

export interface Hive {
  readonly place: Place;
  /** Given by the reader; empty if the place's name is enough. */
  readonly name: string;
}

const KEY = "hives";
const LAST_KEY = "hive";
const LONGEST_NAME = 40;
/** More tabs would fit no screen. */
const MOST_HIVES = 12;

export const hives = signal<readonly Hive[]>(readHives(stored(KEY)));

/** What was just done, and how to undo it. */
export interface Done {
  readonly what: "added" | "moved" | "removed";
  readonly hive: Hive;
  undo(): void;
}
export const done = signal<Done | null>(null);

/** Reads stored hives and ignores whatever is invalid. */
export function readHives(text: string | null): Hive[] {
  let found: unknown;
  try {
    found = JSON.parse(text ?? "[]");
  } catch {
    return [];
  }
  const read = (each: unknown): Hive | null => {
    if (typeof each !== "object" || !each || !("lat" in each) || !("lon" in each)) return null;
    const place = typeof each.lat === "number" && typeof each.lon === "number" ? placeIfValid(each.lat, each.lon) : null;
    const name = "name" in each && typeof each.name === "string" ? each.name : "";
    return place && { place, name: name.slice(0, LONGEST_NAME) };
  };
  return (Array.isArray(found) ? found.map(read).filter((hive) => hive !== null) : []).slice(0, MOST_HIVES);
}

/** The hive at a place; `null` if the reader has none there. */
export function hiveAt(all: readonly Hive[], place: Place | null): Hive | null {
  return all.find((hive) => place && isSame(hive.place, place)) ?? null;
}

/** Keeps a hive. Returns whether it is new. */
export function addHive(place: Place): boolean {
  const before = hives.peek();
  if (hiveAt(before, place)) return false;
  const hive = { place, name: "" };
  replace([...before, hive].slice(-MOST_HIVES));
  done.value = { what: "added", hive, undo: () => replace(before) };
  return true;
}

export function renameHive(hive: Hive, name: string): void {
  replace(hives.peek().map((each) => (each === hive ? { ...hive, name: name.trim().slice(0, LONGEST_NAME) } : each)));
}

export function moveHive(hive: Hive, place: Place): void {
  const before = hives.peek();
  const others = before.filter((each) => each === hive || !isSame(each.place, place));
  replace(others.map((each) => (each === hive ? { ...hive, place } : each)));
  done.value = { what: "moved", hive, undo: () => replace(before) };
}

export function removeHive(hive: Hive): void {
  const before = hives.peek();
  replace(before.filter((each) => each !== hive));
  done.value = { what: "removed", hive, undo: () => replace(before) };
}

/** The hive that was shown last, or else the first; `null` without any. */
export function lastHive(): Hive | null {
  const last = readHives(`[${stored(LAST_KEY) ?? ""}]`)[0];
  return hiveAt(hives.peek(), last?.place ?? null) ?? hives.peek()[0] ?? null;
}

/** Remembers which hive is shown, for the next visit. */
export function rememberShown(place: Place | null): void {
  if (hiveAt(hives.peek(), place)) store(LAST_KEY, JSON.stringify(place));
}

function replace(next: readonly Hive[]): void {
  hives.value = next;
  store(KEY, JSON.stringify(next.map(({ place, name }) => ({ ...place, name }))));
}

function isSame(one: Place, other: Place): boolean {
  return one.lat === other.lat && one.lon === other.lon;
}
