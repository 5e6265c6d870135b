/** Buckets as columns for the chart. */

import type { History } from "../api/answers";
import { type Formatting, shownValue } from "../formatting/units";

/** Times in seconds since 1970, values in the reader's unit; `null` is a gap. */
export interface Series {
  readonly times: number[];
  readonly mean: (number | null)[];
  readonly low: (number | null)[];
  readonly high: (number | null)[];
  /** The bounds of the requested range, even where it has no readings. */
  readonly from: number;
  readonly to: number;
}

export function seriesOf({ rows, from, to }: History, formatting: Formatting): Series {
  const shown = (value: number | null | undefined, unit: string) =>
    value === null || value === undefined ? null : shownValue(value, unit, formatting);
  return {
    times: rows.map((row) => (Date.parse(row.from) + Date.parse(row.to)) / 2000),
    mean: rows.map((row) => shown(row.count > 0 ? row.mean : null, row.unit)),
    low: rows.map((row) => shown(row.percentiles[0]?.value, row.unit)),
    high: rows.map((row) => shown(row.percentiles[1]?.value, row.unit)),
    from: Date.parse(from) / 1000,
    to: Date.parse(to) / 1000,
  };
}

/** Whether no bucket has a reading. */
export function isEmpty(history: History): boolean {
  return history.rows.every((row) => row.count === 0);
}
