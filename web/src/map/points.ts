/** The boxes on the map, as columns: creating 150,000 objects would take the browser seconds. */

import type { MapColumns } from "../api/answers";

export type BoxState = "usable" | "stale" | "doubtful" | "none";

const STATES: Readonly<Record<string, BoxState>> = { u: "usable", s: "stale", d: "doubtful", n: "none" };

export interface Points {
  readonly phenomenon: string;
  readonly unit: string;
  readonly latitude: Float64Array;
  readonly longitude: Float64Array;
  /** NaN without a value. */
  readonly value: Float64Array;
  readonly state: readonly BoxState[];
}

/** Decodes the columns of the API, which hold differences. */
export function pointsOf(columns: MapColumns): Points {
  return {
    phenomenon: columns.phenomenon,
    unit: columns.unit,
    latitude: cumulative(columns.latitude),
    longitude: cumulative(columns.longitude),
    value: Float64Array.from(columns.value, (value) => (value === null ? NaN : value / 100)),
    state: Array.from(columns.state, (letter) => STATES[letter] ?? "none"),
  };
}

/** The usable values. */
export function* usableValues(points: Points): Generator<number> {
  for (const [index, state] of points.state.entries()) {
    const value = points.value[index] ?? NaN;
    if (state === "usable" && !Number.isNaN(value)) yield value;
  }
}

function cumulative(differences: readonly number[]): Float64Array {
  let sum = 0;
  return Float64Array.from(differences, (difference) => {
    sum += difference;
    return sum / 10_000;
  });
}
