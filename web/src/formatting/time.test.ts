import { describe, expect, it } from "vitest";
import { agoText, bucketText, durationText, momentText, offsetAt, startOfDay, stretchText, zoneName } from "./time";

const now = new Date(2026, 10, 27, 14, 30).getTime();
const MINUTE = 60_000;

describe("a relative time", () => {
  it.each([
    [0, "now"],
    [-MINUTE, "now"],
    [MINUTE, "1 minute ago"],
    [59.6 * MINUTE, "1 hour ago"],
    [90 * MINUTE, "2 hours ago"],
    [3 * 1440 * MINUTE, "3 days ago"],
    [800 * 1440 * MINUTE, "2 years ago"],
  ])("%d ms is %s", (length, text) => {
    expect(agoText(now - length, now, "en")).toBe(text);
  });

  it("is available in German", () => {
    expect(agoText(now - 5 * MINUTE, now, "de")).toBe("vor 5 Minuten");
    expect(agoText(now - 5 * MINUTE, now, "fr", "short").replaceAll("\u00a0", " ")).toBe("il y a 5 min");
  });
});

describe("a length of time", () => {
  it.each([
    [3600, "en", "1 hour"],
    [1800, "en", "30 minutes"],
    [5400, "en", "90 minutes"],
    [7 * 86_400, "de", "7 Tage"],
  ])("%d s in %s is %s", (seconds, locale, text) => {
    expect(durationText(seconds, locale)).toBe(text);
  });
});

describe("a moment", () => {
  it("includes the date unless it is today", () => {
    expect(momentText(now - MINUTE, now, "en-GB")).toBe("14:29");
    expect(momentText(now - 1440 * MINUTE, now, "en-GB")).toContain("26 Nov 2026");
  });
});

describe("a bucket", () => {
  it("of a day shows no time, even if clocks changed that day", () => {
    expect(bucketText(now, 23 * 60 * MINUTE, "en-GB")).toBe("27 Nov 2026");
    expect(bucketText(now, 60 * MINUTE, "en-GB")).toContain("14:30");
  });
});

describe("a moment at a far place", () => {
  const noon = Date.UTC(2026, 10, 27, 13);

  it("is in the time of the place", () => {
    expect(momentText(noon, noon, "en-GB", "Australia/Sydney")).toBe("00:00");
    expect(bucketText(noon, 3_600_000, "en-GB", "Australia/Sydney")).toBe("28/11/2026, 00:00");
    expect(zoneName("Australia/Sydney", noon, "en-GB")).toMatch(/Australia/);
  });

  it("is in a day that starts at the place's midnight, even when clocks change", () => {
    expect(startOfDay(noon, "Australia/Sydney")).toBe(noon);
    expect(startOfDay(noon - 1, "Australia/Sydney", 1)).toBe(noon);
    const afterChange = Date.UTC(2026, 9, 25, 12);
    expect(startOfDay(afterChange, "Europe/Berlin")).toBe(Date.UTC(2026, 9, 24, 22));
    expect(startOfDay(afterChange, "Europe/Berlin", 1)).toBe(Date.UTC(2026, 9, 25, 23));
    expect(offsetAt(noon, "Asia/Kolkata")).toBe(5.5 * 3_600_000);
  });
});

describe("a stretch of time ahead", () => {
  const noon = Date.UTC(2026, 10, 27, 12);
  const hour = 3_600_000;
  const text = (from: number, to: number) => stretchText(noon + from * hour, noon + to * hour, noon, "en-GB", "Europe/Berlin");

  it("names the day, near ones as people do", () => {
    expect(text(1, 2)).toBe("today, 14:00 – 15:00");
    expect(text(24, 26)).toBe("tomorrow, 13:00 – 15:00");
    expect(text(72, 74.5)).toBe("Monday, 13:00 – 15:30");
  });

  it("names both days if it lasts beyond midnight", () => {
    expect(text(1, 11)).toBe("today, 14:00 – 00:00");
    expect(text(1, 25)).toBe("today, 14:00 – tomorrow, 14:00");
  });
});
