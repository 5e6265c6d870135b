/** Buckets as the columns that a chart draws. */

import type { History } from "../api/types";
import { type Manner, shownValue } from "../units";

/** In seconds since 1970, and in the reader's unit; `null` is a gap. */
export interface Series {
  readonly times: number[];
  readonly mean: (number | null)[];
  readonly low: (number | null)[];
  readonly high: (number | null)[];
  /** The whole of what was asked for, also where there is nothing. */
  readonly from: number;
  readonly to: number;
}

export function seriesOf({ rows, from, to }: History, manner: Manner): Series {
  const shown = (value: number | null | undefined, unit: string) =>
    value === null || value === undefined ? null : shownValue(value, unit, manner);
  return {
    times: rows.map((row) => (Date.parse(row.from) + Date.parse(row.to)) / 2000),
    mean: rows.map((row) => shown(row.count > 0 ? row.mean : null, row.unit)),
    low: rows.map((row) => shown(row.percentiles[0]?.value, row.unit)),
    high: rows.map((row) => shown(row.percentiles[1]?.value, row.unit)),
    from: Date.parse(from) / 1000,
    to: Date.parse(to) / 1000,
  };
}

/** Whether there is anything to draw. */
export function isEmpty(history: History): boolean {
  return history.rows.every((row) => row.count === 0);
}
