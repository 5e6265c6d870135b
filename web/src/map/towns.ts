/** Names of towns, which give orientation on a map without streets. */

import { type OwnNames, type Towns, townName } from "../places/towns";

/** A name with its centre and half its width, in pixels. */
export interface Label {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly half: number;
}

/** A circle that no name may cover, in pixels. */
export interface Obstacle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** The visible part of the world, and how to project it. */
export interface Viewport {
  readonly west: number;
  readonly north: number;
  readonly east: number;
  readonly south: number;
  readonly zoom: number;
  spot(lat: number, lon: number): { readonly x: number; readonly y: number };
  /** The width of a name in pixels. */
  widthOf(name: string): number;
}

const LABEL_HEIGHT = 14;
const GAP = 6;
/** The offsets of a name from its town, in lines, in order of preference. */
const SHIFTS = [0, 1, -1, 2, -2];
/** From this zoom on a town is large enough for greater offsets. */
const WIDE_ZOOM = 8;
const WIDE_SHIFTS = [...SHIFTS, 3, -3, 4, -4, 5, -5];
/** How many of the largest towns get a name below a zoom. */
const TOWNS_BELOW: readonly (readonly [zoom: number, towns: number])[] = [
  [2.5, 0],
  [3.5, 40],
  [4.5, 160],
  [5.5, 500],
  [6.5, 1400],
];

/** Places the names that fit: larger towns first, each on its town or above or below it. */
export function labels(towns: Towns, own: OwnNames, viewport: Viewport, obstacles: readonly Obstacle[]): Label[] {
  const most = TOWNS_BELOW.find(([below]) => viewport.zoom < below)?.[1] ?? towns.name.length;
  const shifts = viewport.zoom < WIDE_ZOOM ? SHIFTS : WIDE_SHIFTS;
  const placed: Label[] = [];
  for (let index = 0; index < Math.min(most, towns.name.length); index += 1) {
    const [lat, lon] = [(towns.latitude[index] ?? 0) / 100, (towns.longitude[index] ?? 0) / 100];
    if (lat < viewport.south || lat > viewport.north || lon < viewport.west || lon > viewport.east) continue;
    const name = townName(towns, index, own);
    const { x, y } = viewport.spot(lat, lon);
    const half = viewport.widthOf(name) / 2;
    const candidates = shifts.map((lines) => ({ name, x, y: y + lines * (LABEL_HEIGHT + 2), half }));
    const free = candidates.find(
      (label) => !obstacles.some((other) => covers(label, other)) && !placed.some((other) => overlap(label, other)),
    );
    if (free) placed.push(free);
  }
  return placed;
}

function covers({ x, y, half }: Label, other: Obstacle): boolean {
  return Math.abs(other.x - x) < half + other.radius && Math.abs(other.y - y) < LABEL_HEIGHT / 2 + other.radius;
}

function overlap(one: Label, other: Label): boolean {
  return Math.abs(one.x - other.x) < one.half + other.half + GAP && Math.abs(one.y - other.y) < LABEL_HEIGHT + 1;
}
