/** Names for places: "Berlin", or "5 km NE of Potsdam". */

import type { Place } from "../state/address";
import type { Towns } from "./towns";

const EARTH_RADIUS_KM = 6371;
const RADIANS = Math.PI / 180;
/** A place this close to a town's centre is in the town; the largest towns reach farther. */
const TOWN_RADIUS_KM = 3;
const LARGE_TOWN_RADIUS_KM = 8;
/** The share of the towns that count as large. */
const LARGE_TOWNS = 0.08;
/** A town farther away says little about a place. */
const FARTHEST_KM = 300;

export interface Nearest {
  /** The town's row. */
  readonly town: number;
  readonly distanceKm: number;
  /** Where the place lies as seen from the town: 0 is north, 1 north-east, 7 north-west. */
  readonly direction: number;
  /** Whether the place is in the town. */
  readonly isInside: boolean;
}

/** The nearest town; `null` if it is too far away to name the place. */
export function nearestTown(towns: Towns, { lat, lon }: Place): Nearest | null {
  let [town, distance] = [-1, Infinity];
  const narrowing = Math.cos(lat * RADIANS);
  for (let index = 0; index < towns.name.length; index += 1) {
    const north = (towns.latitude[index] ?? 0) / 100 - lat;
    const east = wrapped((towns.longitude[index] ?? 0) / 100 - lon) * narrowing;
    const squared = north * north + east * east;
    if (squared < distance) [town, distance] = [index, squared];
  }
  if (town === -1) return null;
  const from = { lat: (towns.latitude[town] ?? 0) / 100, lon: (towns.longitude[town] ?? 0) / 100 };
  const distanceKm = kilometresBetween(from, { lat, lon });
  if (distanceKm > FARTHEST_KM) return null;
  const isInside = distanceKm <= (town < LARGE_TOWNS * towns.name.length ? LARGE_TOWN_RADIUS_KM : TOWN_RADIUS_KM);
  return { town, distanceKm, direction: directionFrom(from, { lat, lon }), isInside };
}

/** The time zone of a place, that of the nearest town; `null` if no town is near. */
export function zoneOf(towns: Towns, place: Place): string | null {
  const nearest = nearestTown(towns, place);
  return nearest && (towns.zones[towns.zone[nearest.town] ?? -1] ?? null);
}

/** The great-circle distance. */
export function kilometresBetween(one: Place, other: Place): number {
  const half = (degrees: number) => Math.sin((degrees * RADIANS) / 2) ** 2;
  const root = half(other.lat - one.lat) + Math.cos(one.lat * RADIANS) * Math.cos(other.lat * RADIANS) * half(other.lon - one.lon);
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(root));
}

/** The direction of `to` as seen from `from`, in eighths of a turn from north. */
export function directionFrom(from: Place, to: Place): number {
  const east = wrapped(to.lon - from.lon) * Math.cos(((from.lat + to.lat) / 2) * RADIANS);
  return (Math.round(Math.atan2(east, to.lat - from.lat) / (Math.PI / 4)) + 8) % 8;
}

/** A difference of longitudes, from -180 to 180. */
function wrapped(degrees: number): number {
  return ((degrees + 540) % 360) - 180;
}
