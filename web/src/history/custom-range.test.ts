import { describe, expect, it } from "vitest";
import { fieldText, readCustomRange } from "./custom-range";

const BERLIN = "Europe/Berlin";

describe("a custom range in two fields", () => {
  it("is read as it was written, in the time zone of the chart", () => {
    const range = { from: Date.UTC(2026, 0, 2, 3, 4), to: Date.UTC(2026, 6, 12, 13, 14) };
    expect(fieldText(range.from, BERLIN)).toBe("2026-01-02T04:04");
    expect(fieldText(range.to, "Australia/Sydney")).toBe("2026-07-12T23:14");
    for (const zone of [BERLIN, "Australia/Sydney", "UTC"]) {
      expect(readCustomRange(fieldText(range.from, zone), fieldText(range.to, zone), zone)).toEqual(range);
    }
  });

  it("heeds a change of the clocks", () => {
    // On 29 March 2026 the clocks in Berlin go from 02:00 to 03:00, at 01:00 UTC.
    const range = readCustomRange("2026-03-29T00:30", "2026-03-29T03:30", BERLIN);
    expect(range).toEqual({ from: Date.UTC(2026, 2, 28, 23, 30), to: Date.UTC(2026, 2, 29, 1, 30) });
  });

  it("is rejected if its end is not after its start, or if a field is empty", () => {
    expect(readCustomRange("2026-01-02T03:04", "2026-01-02T03:04", BERLIN)).toBeNull();
    expect(readCustomRange("2026-01-03T00:00", "2026-01-02T00:00", BERLIN)).toBeNull();
    expect(readCustomRange("", "2026-01-02T00:00", BERLIN)).toBeNull();
  });
});
