import { describe, expect, it } from "vitest";
import { estimateAt, estimatesOf, opacityOf, PIXELS, pixelsOf, type SurfaceTile } from "./surface";

const SCALE = [-10, -5, 0, 5, 10, 15, 20, 30];
const tile = (value: (number | null)[], uncertainty: (number | null)[] = value.map((each) => each && 50)): SurfaceTile => ({
  as_of: "2026-12-01T12:00:00Z",
  unit: "°C",
  size: 2,
  value,
  uncertainty,
});

describe("the surface", () => {
  it("is smooth between its points, and the same at the edge of two tiles", () => {
    const one = estimatesOf(tile([0, 1000, 2000, 3000]));
    expect(estimateAt(one, 0.5, 0, false)?.value).toBeCloseTo(5, 1);
    expect(estimateAt(one, 0.5, 0.5, false)?.value).toBeCloseTo(15, 1);
    const next = estimatesOf(tile([1000, 700, 3000, 800]));
    expect(estimateAt(one, 1, 0.3, false)?.value).toBeCloseTo(estimateAt(next, 0, 0.3, false)?.value ?? NaN, 1);
  });

  it("is known only where a point around is", () => {
    const half = estimatesOf(tile([1000, null, 1000, null]));
    expect(estimateAt(half, 0.25, 0.5, false)).toMatchObject({ value: 10, known: 0.75 });
    expect(estimateAt(estimatesOf(tile([null, null, null, null])), 0.5, 0.5, false)).toBeNull();
  });

  it("turns directions the short way, across north", () => {
    const winds = estimatesOf(tile([35_000, 1_000, 35_000, 1_000]));
    const between = estimateAt(winds, 0.5, 0.5, true)?.value ?? NaN;
    expect(Math.min(between, 360 - between)).toBeLessThan(0.1);
  });

  it("is paler the less certain it is, and not drawn where nothing is known", () => {
    expect(opacityOf(0)).toBeGreaterThan(opacityOf(0.3));
    expect(opacityOf(0.3)).toBeGreaterThan(0);
    expect(opacityOf(2)).toBe(0);
    const alpha = (estimates: SurfaceTile) => pixelsOf(estimatesOf(estimates), SCALE)[2 * PIXELS * (PIXELS + 1) + 3] ?? NaN;
    const certain = alpha(tile([800, 800, 800, 800], [20, 20, 20, 20]));
    const vague = alpha(tile([800, 800, 800, 800], [140, 140, 140, 140]));
    expect(certain).toBeGreaterThan(vague);
    expect(vague).toBeGreaterThan(0);
    expect(alpha(tile([null, null, null, null]))).toBe(0);
  });
});
