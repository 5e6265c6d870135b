/** Answers of HiveBox, as far as this page reads them. `/docs` on a running HiveBox describes all of them. */

export interface Temperature {
  readonly "Average temperature": number;
  readonly status: string;
}

export interface PhenomenonNow {
  readonly phenomenon: string;
  readonly name: string;
  readonly unit: string;
  readonly count: number;
  readonly mean: number | null;
  readonly freshest: string | null;
  readonly left_out: Readonly<Record<string, number>>;
}

export interface Phenomena {
  readonly as_of: string;
  readonly phenomena: readonly PhenomenonNow[];
}

/** Columns of equal length, a row for each box; see docs/api.md for the differences and the letters. */
export interface MapColumns {
  readonly as_of: string;
  readonly phenomenon: string;
  readonly unit: string;
  readonly latitude: readonly number[];
  readonly longitude: readonly number[];
  readonly value: readonly (number | null)[];
  readonly state: string;
}

export interface BoxRow {
  readonly id: string;
  readonly name: string;
  readonly model: string;
  readonly exposure: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly height: number | null;
  readonly sensors: number;
  readonly readings: number;
  readonly freshest: string | null;
}

export interface Boxes {
  readonly total: number;
  readonly boxes: readonly BoxRow[];
}

export type CheckOutcome = "passed" | "failed" | "not_checked";

export interface Sensor {
  readonly sensor_id: string;
  readonly title: string;
  readonly unit: string;
  readonly sensor_type: string;
  readonly phenomenon: string | null;
  readonly raw_value: number | null;
  readonly value: number | null;
  readonly value_unit: string | null;
  readonly measured_at: string | null;
  readonly verdict: string;
  readonly quality: string | null;
  readonly checks: Readonly<Record<string, CheckOutcome>>;
}

export interface OneBox {
  readonly as_of: string;
  readonly box: BoxRow;
  readonly sensors: readonly Sensor[];
}

export interface Estimate {
  readonly value: number;
  readonly uncertainty: number;
  readonly boxes: number;
  readonly nearest_km: number;
  readonly furthest_km: number;
  readonly freshest: string | null;
}

export interface Condition {
  readonly phenomenon: string;
  readonly name: string;
  readonly unit: string;
  readonly count: number;
  readonly median: number | null;
  readonly estimate?: Estimate;
}

export interface Conditions {
  readonly as_of: string;
  readonly conditions: readonly Condition[];
}

export type ChoreVerdict = "go" | "caution" | "no" | "unknown";

export interface ChoreInput {
  readonly input: string;
  readonly name: string;
  readonly value: number | null;
  readonly unit: string | null;
  readonly told: boolean | null;
  readonly uncertainty: number | null;
}

export interface Chore {
  readonly chore: string;
  readonly name: string;
  readonly verdict: ChoreVerdict;
  readonly reason: string;
  readonly inputs: readonly ChoreInput[];
  readonly sources: readonly { readonly title: string; readonly address: string }[];
  readonly label: string | null;
}

export interface Chores {
  readonly as_of: string;
  readonly chores: readonly Chore[];
}

export interface HistoryRow {
  readonly from: string;
  readonly to: string;
  readonly unit: string;
  readonly count: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly percentiles: readonly { readonly percentile: number; readonly value: number | null }[];
}

export interface History {
  readonly from: string;
  readonly to: string;
  readonly every: string;
  readonly through: string | null;
  readonly rows: readonly HistoryRow[];
}

/** A part of the system, and since when it cannot be used. */
export interface PartStatus {
  readonly down_since: string | null;
}

export interface Status {
  readonly as_of: string | null;
  readonly freshness: "fresh" | "stale" | "none";
  readonly upstream: PartStatus;
  readonly cache: PartStatus;
  readonly store: PartStatus;
}

export interface LivePresent {
  readonly as_of: string;
  readonly temperature: Temperature | null;
  readonly count: number;
  readonly boxes: number;
}
