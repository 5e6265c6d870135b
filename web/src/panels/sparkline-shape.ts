/** The shape of a sparkline: the last 24 hours of one sensor. */

import type { History, Sensor } from "../api/answers";

export const WIDTH = 120;
export const HEIGHT = 32;
/** The room for the line's width and its last dot. */
const ROOM = 3;
/** The length of a bucket in milliseconds. Buckets with a longer gap between them are not joined. */
const HOUR = 3_600_000;

export interface Sparkline {
  /** The line as a path; hours without readings break it. */
  readonly line: string;
  /** Where the newest hour is. */
  readonly last: { readonly x: number; readonly y: number };
  /** In the unit of the rows. */
  readonly low: number;
  readonly high: number;
  readonly unit: string;
}

/** The sparkline for a phenomenon; `null` with less than two hours of readings. The mean direction of wind is no line. */
export function sparklineOf({ from, to, rows }: Pick<History, "from" | "to" | "rows">, phenomenon: string): Sparkline | null {
  const known = rows.flatMap((row) =>
    row.phenomenon === phenomenon && row.count > 0 && row.mean !== null && row.unit !== "°"
      ? [{ at: Date.parse(row.from), value: row.mean, unit: row.unit }]
      : [],
  );
  const newest = known.at(-1);
  if (known.length < 2 || !newest) return null;
  const values = known.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [start, end] = [Date.parse(from), Date.parse(to) - HOUR];
  const xOf = (at: number) => ROOM + ((at - start) / (end - start)) * (WIDTH - 2 * ROOM);
  // A value that never changes is a line in the middle.
  const yOf = (value: number) => HEIGHT - ROOM - (high > low ? (value - low) / (high - low) : 0.5) * (HEIGHT - 2 * ROOM);
  const line = known.map(({ at, value }, index) => {
    const isJoined = at - (known[index - 1]?.at ?? -Infinity) <= HOUR;
    return `${isJoined ? "L" : "M"}${xOf(at).toFixed(1)} ${yOf(value).toFixed(1)}`;
  });
  return { line: line.join(""), last: { x: xOf(newest.at), y: yOf(newest.value) }, low, high, unit: newest.unit };
}

/** The phenomena that exactly one sensor of a box measures: the history does not tell two sensors of a box apart. */
export function soloPhenomena(sensors: readonly Pick<Sensor, "phenomenon">[]): string[] {
  const all = sensors.flatMap(({ phenomenon }) => (phenomenon === null ? [] : [phenomenon]));
  return all.filter((phenomenon) => all.indexOf(phenomenon) === all.lastIndexOf(phenomenon));
}
