import { describe, expect, it, vi } from "vitest";

vi.mock("uplot", () => ({ default: class {} }));
vi.mock("uplot/dist/uPlot.min.css", () => ({}));

describe("a point of its own", () => {
  it("is one with gaps on both sides", async () => {
    const { alone } = await import("./plot");
    expect(alone([1, null, 2, null, 3, 4, null, null, 5])).toEqual([0, 2, 8]);
    expect(alone([1, 2])).toEqual([]);
  });
});
