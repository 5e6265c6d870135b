import { describe, expect, it, vi } from "vitest";

vi.mock("uplot", () => ({ default: class {} }));
vi.mock("uplot/dist/uPlot.min.css", () => ({}));

describe("an isolated point", () => {
  it("has gaps on both sides", async () => {
    const { isolatedPoints } = await import("./plot");
    expect(isolatedPoints([1, null, 2, null, 3, 4, null, null, 5])).toEqual([0, 2, 8]);
    expect(isolatedPoints([1, 2])).toEqual([]);
  });
});

describe("the range of values", async () => {
  const { paddedRange } = await import("./plot");
  const thresholds = [10, 13].map((value) => ({ value, label: "" }));

  it("extends to thresholds that are near, and not to others", () => {
    expect(paddedRange(5, 9, thresholds)[1]).toBeGreaterThan(13);
    expect(paddedRange(-8, 2, thresholds)[1]).toBeLessThan(10);
  });

  it("has some height even for a single value", () => {
    const [low, high] = paddedRange(3, 3, []);
    expect(high).toBeGreaterThan(low);
  });
});
