/** A custom range as typed into two fields, in the time zone of the chart. */

import { offsetAt } from "../formatting/time";
import type { CustomRange } from "../state/address";

const MINUTE = 60_000;

/** The value of a date-time field for a moment, in whole minutes. */
export function fieldText(moment: number, timeZone: string): string {
  return new Date(moment + offsetAt(moment, timeZone)).toISOString().slice(0, 16);
}

/** Reads two date-time fields; `null` if they are empty or the end is not after the start. */
export function readCustomRange(from: string, to: string, timeZone: string): CustomRange | null {
  const range = { from: momentOf(from, timeZone), to: momentOf(to, timeZone) };
  return range.to - range.from >= MINUTE ? range : null;
}

/** The moment at which the clocks of a zone show a time; NaN if it is no time. */
function momentOf(field: string, timeZone: string): number {
  const wall = Date.parse(`${field}Z`);
  if (Number.isNaN(wall)) return wall;
  // The offset at that moment may differ from the one found with the time taken for UTC.
  return wall - offsetAt(wall - offsetAt(wall, timeZone), timeZone);
}
