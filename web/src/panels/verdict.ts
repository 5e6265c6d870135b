/** The verdict on a reading, in words. */

import type { ChoreVerdict, Sensor } from "../api/answers";
import type { Words } from "../words/en";

export interface Judgement {
  /** The icon beside the text. */
  readonly level: ChoreVerdict;
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
