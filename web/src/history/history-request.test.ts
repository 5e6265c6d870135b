import { describe, expect, it } from "vitest";
import { BUCKETS, boundsOf, bucketFor, historyPath, scopeOf } from "./history-request";

const HOUR = 3_600_000;
const place = { lat: 52.52, lon: 13.41 };
const box = "592ca4b851d3460011ea2635";

describe("the request", () => {
  it("covers the most specific choice unless the reader selects another", () => {
    expect(scopeOf(null, null, null)).toBe("all");
    expect(scopeOf(null, place, null)).toBe("place");
    expect(scopeOf(null, place, box)).toBe("box");
    expect(scopeOf("all", place, box)).toBe("all");
    expect(scopeOf("box", place, null)).toBe("place");
  });

  it("asks for the box, the surroundings, or all boxes", () => {
    const path = (scope: "all" | "place" | "box") => historyPath({ phenomenon: "pm10", range: "7d", scope, place, box }, "Europe/Berlin");
    expect(path("all")).toBe("/api/v1/history?phenomenon=pm10&from=-P7D&every=PT1H&percentiles=5%2C95");
    expect(path("place")).toContain("lat=52.52&lon=13.41&radius_km=25&exposure=outdoor");
    expect(path("box")).toContain(`box=${box}`);
  });

  it("uses the time zone for buckets of a day", () => {
    const request = { phenomenon: "pm10", scope: "all", place: null, box: null } as const;
    expect(historyPath({ ...request, range: "1y" }, "Europe/Berlin")).toContain("timezone=Europe%2FBerlin");
    const custom = historyPath({ ...request, range: { from: 60_000, to: HOUR - 60_000 } }, "Europe/Berlin");
    expect(custom).toContain("from=1970-01-01T00%3A00%3A00.000Z&to=1970-01-01T01%3A00%3A00.000Z");
    expect(custom).not.toContain("timezone");
  });

  it("asks for whole buckets of a custom range", () => {
    const request = { phenomenon: "pm10", scope: "all", place: null, box: null } as const;
    const day = (date: number, hour: number) => Date.UTC(2026, 2, date, hour);
    const query = new URLSearchParams(historyPath({ ...request, range: { from: day(1, 5), to: day(1, 5) + 90 * 24 * HOUR } }, "UTC"));
    expect(query.get("from")).toBe("2026-03-01T00:00:00.000Z");
    expect(query.get("to")).toMatch(/T00:00:00.000Z$/);
  });

  it("has the same buckets as the history that it is compared with", () => {
    const request = { phenomenon: "pm10", range: "24h", place, box } as const;
    expect(historyPath({ ...request, scope: "place" }, "UTC")).toContain("every=PT30M");
    expect(historyPath({ ...request, scope: "place" }, "UTC", "all")).toContain("every=PT1H");
    expect(historyPath({ ...request, scope: "all" }, "UTC", "place")).toContain("every=PT1H");
  });

  it("has the bounds of a range", () => {
    expect(boundsOf("24h", 30 * HOUR)).toEqual({ from: 6 * HOUR, to: 30 * HOUR });
    expect(boundsOf({ from: 0, to: HOUR }, 30 * HOUR)).toEqual({ from: 0, to: HOUR });
  });

  it("never asks for more buckets than the chart can show", () => {
    for (const hours of [1, 6, 7, 24, 48, 49, 168, 720, 8760]) {
      for (const scope of ["all", "place"] as const) {
        const buckets = (hours * HOUR) / BUCKETS[bucketFor(hours * HOUR, scope)];
        expect(buckets).toBeGreaterThan(5);
        expect(buckets).toBeLessThan(400);
      }
    }
  });
});
