/** Buckets as columns for the chart. */

import type { History } from "../api/answers";
import { type Formatting, shownValue } from "../formatting/units";

/** Times in seconds since 1970, values in the reader's unit; `null` is a gap. */
export interface Series {
  readonly times: number[];
  readonly mean: (number | null)[];
  readonly low: (number | null)[];
  readonly high: (number | null)[];
  /** The averages of the history that is compared with, at the same times. */
  readonly other: (number | null)[];
  /** The bounds of the chart: those of the requested range, unless most of it is before the first reading. */
  readonly from: number;
  readonly to: number;
  /** Whether the chart starts later than the requested range. */
  readonly isTrimmed: boolean;
}

/** If readings cover a smaller share of the range, the chart shows only that part, which would be a sliver otherwise. */
const LEAST_SHARE = 0.4;

export function seriesOf({ rows, from: start, to: end }: History, formatting: Formatting, compared: History | null = null): Series {
  const shown = (value: number | null | undefined, unit: string) =>
    value === null || value === undefined ? null : shownValue(value, unit, formatting);
  const [from, to] = [Date.parse(start) / 1000, Date.parse(end) / 1000];
  const first = rows.find((row) => row.count > 0);
  const firstReading = first ? Date.parse(first.from) / 1000 : from;
  const others = new Map((compared?.rows ?? []).map((row) => [row.from, shown(row.count > 0 ? row.mean : null, row.unit)]));
  const isTrimmed = (to - firstReading) / (to - from) < LEAST_SHARE;
  return {
    times: rows.map((row) => (Date.parse(row.from) + Date.parse(row.to)) / 2000),
    mean: rows.map((row) => shown(row.count > 0 ? row.mean : null, row.unit)),
    low: rows.map((row) => shown(row.percentiles[0]?.value, row.unit)),
    high: rows.map((row) => shown(row.percentiles[1]?.value, row.unit)),
    other: rows.map((row) => others.get(row.from) ?? null),
    from: isTrimmed ? firstReading : from,
    to,
    isTrimmed,
  };
}

/** Whether no bucket has a reading. */
export function isEmpty(history: History): boolean {
  return history.rows.every((row) => row.count === 0);
}
