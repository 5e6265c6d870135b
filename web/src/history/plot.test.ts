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
