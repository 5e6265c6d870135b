/** The groups of chores, by what the reader can do. */

import type { Chore } from "../api/answers";
import { OBSERVABLE } from "../state/address";
import { decisionOf } from "./short-reason";
import { levelOf } from "./verdict";
import { nextWindow } from "./windows";

/** In the order of the page. */
export const GROUPS = ["now", "later", "word", "not", "season", "unknown"] as const;
export type GroupName = (typeof GROUPS)[number];

type Judged = Pick<Chore, "chore" | "verdict" | "missing" | "windows" | "reason" | "inputs">;

const OBSERVED: readonly string[] = OBSERVABLE;
/** Nobody waits for these in winter. */
const SUMMER_ONLY: readonly string[] = ["queen_mating", "leave_in_heat"];
/** In kelvins. Weather that is this much too cold, and stays so, is not just a cold day. */
const FAR_TOO_COLD = 5;

/** The group of a chore. One that lacks only the reader's own observations needs the reader's word. `latitude` is that of the hive. */
export function groupOf(chore: Judged, now: number, latitude: number): GroupName {
  const { verdict, missing, windows } = chore;
  const level = levelOf(verdict);
  const isWinterHere = isWinter(now, latitude);
  if (isWinterHere && SUMMER_ONLY.includes(chore.chore)) return "season";
  if (level !== "go" && level !== "caution" && nextWindow(windows, now)) return "later";
  switch (level) {
    case "go":
    case "caution":
      return "now";
    case "no":
      return isWinterHere && isFarTooCold(chore) ? "season" : "not";
    case "unknown":
      return missing.length > 0 && missing.every((input) => OBSERVED.includes(input)) ? "word" : "unknown";
  }
}

/** Whether it is the dark third of the year. The tropics have none. */
export function isWinter(now: number, latitude: number): boolean {
  if (Math.abs(latitude) < 23.4) return false;
  const month = new Date(now).getUTCMonth();
  return latitude > 0 ? month >= 10 || month <= 1 : month >= 4 && month <= 7;
}

function isFarTooCold(chore: Judged): boolean {
  const decision = decisionOf(chore);
  return decision?.unit === "°C" && decision.limit - decision.value >= FAR_TOO_COLD;
}
