import { describe, expect, it } from "vitest";
import type { History } from "../api/answers";
import { isEmpty, seriesOf } from "./series";

const HOUR = 3_600_000;

describe("a series", () => {
  const row = (hour: number, mean: number | null) => ({
    from: new Date(hour * HOUR).toISOString(),
    to: new Date((hour + 1) * HOUR).toISOString(),
    phenomenon: "air_temperature",
    unit: "°C",
    count: mean === null ? 0 : 3,
    mean,
    min: mean,
    max: mean,
    percentiles: [5, 95].map((percentile) => ({ percentile, value: mean })),
  });
  const history = (rows: History["rows"]): History => ({
    from: new Date(0).toISOString(),
    to: new Date(4 * HOUR).toISOString(),
    every: "PT1H",
    timezone: "UTC",
    source: "readings",
    percentiles_exact: true,
    through: null,
    rows,
  });

  it("keeps gaps, and puts each time in the middle of its bucket", () => {
    const series = seriesOf(history([row(0, 10), row(1, null), row(2, 0)]), { locale: "en", temperature: "F" });
    expect(series.times).toEqual([1800, 5400, 9000]);
    expect(series.mean).toEqual([50, null, 32]);
    expect(series.high).toEqual([50, null, 32]);
    expect([series.from, series.to]).toEqual([0, 14_400]);
  });

  it("has the averages of another history at the same times", () => {
    const one = history([row(0, 10), row(1, 11), row(2, 12)]);
    expect(seriesOf(one, { locale: "en", temperature: "C" }).other).toEqual([null, null, null]);
    expect(seriesOf(one, { locale: "en", temperature: "F" }, history([row(1, 0), row(2, null), row(3, 5)])).other).toEqual([
      null,
      32,
      null,
    ]);
  });

  it("starts with the first reading if the range before it is mostly empty", () => {
    const late = seriesOf(history([row(0, null), row(1, null), row(2, null), row(3, 5)]), { locale: "en", temperature: "C" });
    expect([late.from, late.to, late.isTrimmed]).toEqual([10_800, 14_400, true]);
    const early = seriesOf(history([row(0, null), row(1, 5)]), { locale: "en", temperature: "C" });
    expect([early.from, early.isTrimmed]).toEqual([0, false]);
  });

  it("is empty if no bucket has a reading", () => {
    expect(isEmpty(history([]))).toBe(true);
    expect(isEmpty(history([row(0, null)]))).toBe(true);
    expect(isEmpty(history([row(0, null), row(1, 0)]))).toBe(false);
  });
});
