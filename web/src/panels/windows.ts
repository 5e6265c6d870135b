/** When a chore can be done: windows of the forecast. */

import type { ChoreWindow } from "../api/answers";

/** In milliseconds. In less time nobody gets to the hive and through it. */
const SHORTEST = 20 * 60_000;

export interface Stretch {
  /** In milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly verdict: string;
}

/** The windows that have not ended, and are long enough to use. */
export function usableWindows(windows: readonly ChoreWindow[], now: number): Stretch[] {
  return windows
    .map(({ from, to, verdict }) => ({ from: Math.max(Date.parse(from), now), to: Date.parse(to), verdict }))
    .filter(({ from, to }) => to - from >= SHORTEST);
}

/** The window that lasts now, joined with those that follow without a gap; `null` if there is none. */
export function currentWindow(windows: readonly ChoreWindow[], now: number): Stretch | null {
  const [first, ...rest] = usableWindows(windows, now);
  if (!first || first.from > now) return null;
  let { to } = first;
  for (const next of rest) if (next.from === to && next.verdict === first.verdict) to = next.to;
  return { ...first, to };
}

/** The next window that has not begun. */
export function nextWindow(windows: readonly ChoreWindow[], now: number): Stretch | null {
  return usableWindows(windows, now).find(({ from }) => from > now) ?? null;
}
