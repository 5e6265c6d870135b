/** The groups of chores, by what the reader can do. */

import type { Chore } from "../api/answers";
import { OBSERVABLE } from "../state/address";
import { levelOf } from "./verdict";
import { nextWindow } from "./windows";

/** In the order of the page. */
export const GROUPS = ["now", "later", "word", "not", "unknown"] as const;
export type GroupName = (typeof GROUPS)[number];

const OBSERVED: readonly string[] = OBSERVABLE;

/** The group of a chore. One that lacks only the reader's own observations needs the reader's word. */
export function groupOf({ verdict, missing, windows }: Pick<Chore, "verdict" | "missing" | "windows">, now: number): GroupName {
  const level = levelOf(verdict);
  if (level !== "go" && level !== "caution" && nextWindow(windows, now)) return "later";
  switch (level) {
    case "go":
    case "caution":
      return "now";
    case "no":
      return "not";
    case "unknown":
      return missing.length > 0 && missing.every((input) => OBSERVED.includes(input)) ? "word" : "unknown";
  }
}
