/** Verdicts on chores and readings, as an icon and in words. */

import type { Sensor } from "../api/answers";
import type { Words } from "../words/en";

/** The icons for verdicts; those on chores have the same names. */
const LEVELS = ["go", "caution", "no", "unknown"] as const;
export type Level = (typeof LEVELS)[number];

/** The icon for a verdict on a chore. A verdict that the page does not know counts as unknown. */
export function levelOf(verdict: string): Level {
  return LEVELS.find((level) => level === verdict) ?? "unknown";
}

export interface Judgement {
  readonly level: Level;
  readonly text: string;
}

/**
 * A reading that counts is good, or doubtful if a check failed. A missing, stale or unknown reading is no fault of the sensor, unlike
 * an impossible value.
 */
export function verdictOf(sensor: Pick<Sensor, "verdict" | "quality" | "checks">, words: Words): Judgement {
  const { verdicts, quality, checks } = words.box;
  if (sensor.verdict !== "ok") {
    const level = sensor.verdict === "missing" || sensor.verdict === "stale" || sensor.verdict === "unit_unknown" ? "unknown" : "no";
    return { level, text: verdicts[sensor.verdict] ?? sensor.verdict };
  }
  const failed = Object.entries(sensor.checks)
    .filter(([, outcome]) => outcome === "failed")
    .map(([check]) => checks[check] ?? check);
  if (failed.length > 0) return { level: "caution", text: failed.join("; ") };
  return { level: "go", text: quality[sensor.quality ?? ""] ?? verdicts.ok ?? sensor.verdict };
}
