/** The boxes on the map, as columns: creating 150,000 objects would take the browser seconds. */

import type { MapColumns } from "../../api/answers";
import { type BoxState, STATES } from "../marks";

const LETTERS: Readonly<Record<string, BoxState>> = { u: "usable", s: "stale", d: "doubtful", n: "none" };

export interface Points {
  readonly phenomenon: string;
  readonly unit: string;
  readonly latitude: Float64Array;
  readonly longitude: Float64Array;
  /** NaN without a value. */
  readonly value: Float64Array;
  /** Indices in `STATES`. */
  readonly state: Uint8Array;
  /** One letter for each box; `null` from a HiveBox that does not say where boxes are. */
  readonly exposure: string | null;
}

/** The columns of the API. An answer kept from an older HiveBox has no exposures. */
export type Columns = Omit<MapColumns, "exposure"> & { readonly exposure?: string };

/** Decodes the columns of the API, which hold differences. A reading from indoors is never one of the weather. */
export function pointsOf(columns: Columns): Points {
  const exposure = columns.exposure ?? null;
  return {
    phenomenon: columns.phenomenon,
    unit: columns.unit,
    latitude: cumulative(columns.latitude),
    longitude: cumulative(columns.longitude),
    value: Float64Array.from(columns.value, (value) => (value === null ? NaN : value / 100)),
    state: Uint8Array.from({ length: columns.state.length }, (_, row) => {
      const state = LETTERS[columns.state[row] ?? ""] ?? "none";
      return STATES.indexOf(exposure?.[row] === "i" && (state === "usable" || state === "doubtful") ? "indoor" : state);
    }),
    exposure,
  };
}

const [NONE, USABLE] = [STATES.indexOf("none"), STATES.indexOf("usable")];

/** Whether a box has a sensor for the phenomenon. */
export function hasSensor(points: Points, row: number): boolean {
  return points.state[row] !== NONE;
}

/** Whether a box has a current value that passed all checks. */
export function isUsable(points: Points, row: number): boolean {
  return points.state[row] === USABLE && !Number.isNaN(points.value[row]);
}

/** Whether a box stands outdoors, or its HiveBox does not say where. */
export function isOutdoor({ exposure }: Points, row: number): boolean {
  return exposure === null || exposure[row] === "o";
}

/** The usable values. */
export function usableValues(points: Points): Float64Array {
  return points.value.filter((_, row) => isUsable(points, row));
}

function cumulative(differences: readonly number[]): Float64Array {
  let sum = 0;
  return Float64Array.from(differences, (difference) => {
    sum += difference;
    return sum / 10_000;
  });
}
