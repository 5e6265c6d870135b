import { describe, expect, it } from "vitest";
import type { Forecast } from "../api/answers";
import { AHEAD, BACK, hourAt, momentAt, stripOf, WIDTH, xOf } from "./strip-shape";

const HOUR = 3_600_000;
const now = Date.UTC(2026, 10, 30, 12);
const ranged = (value: number) => ({ value, low_68: value - 1, high_68: value + 1, low_95: value - 2, high_95: value + 2 });
const hour = (offset: number, celsius: number, rain: number) => ({
  at: new Date(now + offset * HOUR).toISOString(),
  air_temperature: ranged(celsius),
  relative_humidity: null,
  wind_speed: ranged(3),
  wind_gust: null,
  precipitation: ranged(rain),
  precipitation_probability: null,
});
const forecast = { hours: [hour(0, 5, 0), hour(1, 6, 2), hour(80, 40, 0)] } as unknown as Forecast;

describe("the strip of hours", () => {
  it("has a day back and three ahead", () => {
    expect([xOf(now - BACK, now), xOf(now + AHEAD, now)]).toEqual([0, WIDTH]);
    expect(momentAt(0.25, now)).toBe(now);
  });

  it("shows rain only where it rains, and nothing beyond its end", () => {
    const strip = stripOf(forecast, null, [], now);
    expect(strip.rain).toHaveLength(1);
    expect(strip.wind).toHaveLength(2);
    expect(strip.high).toBeLessThan(15);
  });

  it("cuts windows at its end", () => {
    const [window] = stripOf(forecast, null, [{ from: now + 70 * HOUR, to: now + 90 * HOUR, verdict: "go" }], now).windows;
    expect((window?.x ?? 0) + (window?.width ?? 0)).toBe(WIDTH);
  });

  it("is not a cliff if the temperature hardly changes", () => {
    const { low, high } = stripOf(forecast, null, [], now);
    expect(high - low).toBeGreaterThanOrEqual(8);
  });

  it("shows the limit for opening the hive if the weather comes near it", () => {
    expect(stripOf(forecast, null, [], now).limit).toBeNull();
    const mild = { hours: [hour(0, 9, 0), hour(1, 10, 0)] } as unknown as Forecast;
    const { limit, high } = stripOf(mild, null, [], now);
    expect(high).toBeGreaterThan(13);
    expect(limit).toBeGreaterThan(0);
    const hot = { hours: [hour(0, 30, 0), hour(1, 31, 0)] } as unknown as Forecast;
    expect(stripOf(hot, null, [], now).limit).toBeNull();
  });

  it("tells the hour under the pointer", () => {
    expect(hourAt(forecast, now + 1.5 * HOUR)?.air_temperature?.value).toBe(6);
    expect(hourAt(forecast, now - 1)).toBeNull();
  });
});
