import { describe, expect, it } from "vitest";
import { fieldText, readCustomRange } from "./custom-range";

describe("a custom range in two fields", () => {
  it("is read as it was written", () => {
    const from = new Date(2026, 0, 2, 3, 4).getTime();
    const to = new Date(2026, 10, 12, 13, 14).getTime();
    expect(fieldText(from)).toBe("2026-01-02T03:04");
    expect(readCustomRange(fieldText(from), fieldText(to))).toEqual({ from, to });
  });

  it("is rejected if its end is not after its start, or if a field is empty", () => {
    expect(readCustomRange("2026-01-02T03:04", "2026-01-02T03:04")).toBeNull();
    expect(readCustomRange("2026-01-03T00:00", "2026-01-02T00:00")).toBeNull();
    expect(readCustomRange("", "2026-01-02T00:00")).toBeNull();
  });
});
