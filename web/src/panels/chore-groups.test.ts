import { describe, expect, it } from "vitest";
import type { ChoreInput } from "../api/answers";
import { groupOf, isWinter } from "./chore-groups";

const JULY = Date.UTC(2026, 6, 1);
const DECEMBER = Date.UTC(2026, 11, 1);
const BERLIN = 52.5;
const SYDNEY = -33.9;
const chore = { chore: "full_inspection", verdict: "no", missing: [] as string[], windows: [], reason: "", inputs: [] };
const group = (change: Partial<Parameters<typeof groupOf>[0]>, now = JULY, latitude = BERLIN) =>
  groupOf({ ...chore, ...change }, now, latitude);

/** A temperature that is below the limit of a chore. */
const cold = (celsius: number, limit: number) => ({
  reason: `It is ${celsius} °C; below ${limit} °C keep the hive closed.`,
  inputs: [{ input: "air_temperature", value: celsius, unit: "°C" } as ChoreInput],
});

describe("a chore", () => {
  it("is possible now if it is allowed or needs care", () => {
    expect(group({ verdict: "go", missing: ["broodless"] })).toBe("now");
    expect(group({ verdict: "caution" })).toBe("now");
  });

  it("is possible later if the forecast has a window", () => {
    const windows = [{ from: "2026-07-02T10:00:00Z", to: "2026-07-02T12:00:00Z", verdict: "go", weakest: null, certainty: 0.9 }];
    expect(group({ windows })).toBe("later");
    expect(group({ windows }, JULY + 3 * 86_400_000)).toBe("not");
    expect(group({ verdict: "go", windows })).toBe("now");
  });

  it("needs the reader's word only if nothing else is missing", () => {
    expect(group({ verdict: "unknown", missing: ["broodless", "clustered"] })).toBe("word");
    expect(group({ verdict: "unknown", missing: ["broodless", "air_temperature_max_24h"] })).toBe("unknown");
    expect(group({ verdict: "unknown" })).toBe("unknown");
    expect(group({ missing: ["broodless"] })).toBe("not");
  });

  it("is out of season if winter is far too cold for it", () => {
    expect(group(cold(-0.3, 13), DECEMBER)).toBe("season");
    expect(group(cold(-0.3, 4), DECEMBER)).toBe("not");
    expect(group(cold(-0.3, 13), JULY)).toBe("not");
    expect(group(cold(-0.3, 13), DECEMBER, SYDNEY)).toBe("not");
    const windows = [{ from: "2026-12-02T10:00:00Z", to: "2026-12-02T12:00:00Z", verdict: "go", weakest: null, certainty: 0.9 }];
    expect(group({ ...cold(-0.3, 13), windows }, DECEMBER)).toBe("later");
  });

  it("of summer is out of season in winter, whatever its verdict", () => {
    expect(group({ chore: "leave_in_heat", verdict: "go" }, DECEMBER)).toBe("season");
    expect(group({ chore: "queen_mating", verdict: "unknown" }, DECEMBER)).toBe("season");
    expect(group({ chore: "leave_in_heat", verdict: "go" }, DECEMBER, SYDNEY)).toBe("now");
  });
});

it("winter depends on the hemisphere, and the tropics have none", () => {
  expect([BERLIN, SYDNEY, 1.3].map((latitude) => isWinter(DECEMBER, latitude))).toEqual([true, false, false]);
  expect([BERLIN, SYDNEY, 1.3].map((latitude) => isWinter(JULY, latitude))).toEqual([false, true, false]);
});
