/** Names of towns, by which a map without streets can be read. */

import { getJson } from "../api/request";

/** Towns, the largest first; degrees in hundredths. */
export interface Towns {
  readonly name: readonly string[];
  readonly latitude: readonly number[];
  readonly longitude: readonly number[];
  /** German names that are others, by the town's place. */
  readonly german: Readonly<Record<number, string>>;
}

/** A name, and where its middle is. */
export interface Label {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly half: number;
}

/** What a name must not hide. */
export interface Obstacle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** A part of the world, and how it becomes a picture. */
export interface Sheet {
  readonly west: number;
  readonly north: number;
  readonly east: number;
  readonly south: number;
  readonly zoom: number;
  spot(lat: number, lon: number): { readonly x: number; readonly y: number };
  /** How wide a name is. */
  widthOf(name: string): number;
}

const LABEL_HEIGHT = 14;
const GAP = 6;
/** By how many lines a name may stand below or above the middle of its town, where marks lie: nearer first. */
const SHIFTS = [0, 1, -1, 2, -2];
/** From this zoom on a town is so wide that they may be more. */
const WIDE_FROM = 8;
const WIDE_SHIFTS = [...SHIFTS, 3, -3, 4, -4, 5, -5];
/** How many of the largest towns are looked at below a zoom. */
const MOST: readonly (readonly [zoom: number, towns: number])[] = [
  [2.5, 0],
  [3.5, 40],
  [4.5, 160],
  [5.5, 500],
  [6.5, 1400],
];

export function loadTowns(): Promise<Towns> {
  return getJson<Towns>("/dashboard/towns.json");
}

/** The names that have room: the larger a town, the sooner; in the middle of it, or below or above what lies there. */
export function labels(towns: Towns, isGerman: boolean, sheet: Sheet, obstacles: readonly Obstacle[]): Label[] {
  const most = MOST.find(([below]) => sheet.zoom < below)?.[1] ?? towns.name.length;
  const shifts = sheet.zoom < WIDE_FROM ? SHIFTS : WIDE_SHIFTS;
  const placed: Label[] = [];
  for (let index = 0; index < Math.min(most, towns.name.length); index += 1) {
    const [lat, lon] = [(towns.latitude[index] ?? 0) / 100, (towns.longitude[index] ?? 0) / 100];
    if (lat < sheet.south || lat > sheet.north || lon < sheet.west || lon > sheet.east) continue;
    const name = (isGerman && towns.german[index]) || (towns.name[index] ?? "");
    const { x, y } = sheet.spot(lat, lon);
    const half = sheet.widthOf(name) / 2;
    const tries = shifts.map((lines) => ({ name, x, y: y + lines * (LABEL_HEIGHT + 2), half }));
    const free = tries.find((label) => !obstacles.some((other) => hides(label, other)) && !placed.some((other) => touch(label, other)));
    if (free) placed.push(free);
  }
  return placed;
}

function hides({ x, y, half }: Label, other: Obstacle): boolean {
  return Math.abs(other.x - x) < half + other.radius && Math.abs(other.y - y) < LABEL_HEIGHT / 2 + other.radius;
}

function touch(one: Label, other: Label): boolean {
  return Math.abs(one.x - other.x) < one.half + other.half + GAP && Math.abs(one.y - other.y) < LABEL_HEIGHT + 1;
}
