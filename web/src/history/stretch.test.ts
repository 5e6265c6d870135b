import { describe, expect, it } from "vitest";
import { fieldText, readStretch } from "./stretch";

describe("a stretch in two fields", () => {
  it("is what was written into them", () => {
    const from = new Date(2026, 0, 2, 3, 4).getTime();
    const to = new Date(2026, 10, 12, 13, 14).getTime();
    expect(fieldText(from)).toBe("2026-01-02T03:04");
    expect(readStretch(fieldText(from), fieldText(to))).toEqual({ from, to });
  });

  it("is none if it ends before it begins, or if a field is empty", () => {
    expect(readStretch("2026-01-02T03:04", "2026-01-02T03:04")).toBeNull();
    expect(readStretch("2026-01-03T00:00", "2026-01-02T00:00")).toBeNull();
    expect(readStretch("", "2026-01-02T00:00")).toBeNull();
  });
});
