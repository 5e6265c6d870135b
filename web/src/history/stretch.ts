/** A stretch of time as the reader types it, in the browser's zone. */

import type { Stretch } from "../address";

const MINUTE = 60_000;

/** A moment as a date-time field has it, in whole minutes. */
export function fieldText(moment: number): string {
  const date = new Date(moment);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** What two date-time fields say; `null` if that is no stretch. */
export function readStretch(from: string, to: string): Stretch | null {
  const stretch = { from: new Date(from).getTime(), to: new Date(to).getTime() };
  return stretch.to - stretch.from >= MINUTE ? stretch : null;
}
