import { describe, expect, it } from "vitest";
import { agoText, bucketText, durationText, momentText } from "./time";

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
