/** A custom range as typed into two fields, in the browser's time zone. */

import type { CustomRange } from "../state/address";

const MINUTE = 60_000;

/** The value of a date-time field for a moment, in whole minutes. */
export function fieldText(moment: number): string {
  const date = new Date(moment);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Reads two date-time fields; `null` if they are empty or the end is not after the start. */
export function readCustomRange(from: string, to: string): CustomRange | null {
  const range = { from: new Date(from).getTime(), to: new Date(to).getTime() };
  return range.to - range.from >= MINUTE ? range : null;
}
