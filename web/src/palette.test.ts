import { describe, expect, it } from "vitest";
import { colourOf, luminance, needsDarkInk, RAMP, scaleOf, stepOf } from "./palette";

const contrast = (one: number, other: number) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);

/** How a colour looks to who lacks the cones for red (Viénot et al. 1999), as its luminance. */
function withoutRed(colour: string): number {
  const channel = (at: number) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2;
  const [r, g, b] = [channel(1), channel(3), channel(5)];
  const seen = 0.11238 * r + 0.88762 * g;
  return 0.2126 * seen + 0.7152 * seen + 0.0722 * (0.00401 * r - 0.00401 * g + b);
}

describe("the colours", () => {
  it("are lighter at each step, for all eyes", () => {
    for (const seen of [luminance, withoutRed]) {
      const lights = RAMP.map(seen);
      lights.slice(1).forEach((light, step) => expect(light).toBeGreaterThan((lights[step] ?? 1) * 1.15));
    }
  });

  it("are all told apart", () => {
    expect(new Set(RAMP).size).toBe(9);
  });

  it("let the count on them be read", () => {
    const [dark, light] = [luminance("#000000"), 1];
    for (const colour of RAMP) expect(contrast(luminance(colour), needsDarkInk(colour) ? dark : light)).toBeGreaterThan(4.5);
  });
});

describe("a scale", () => {
  it("of the air is the same whatever is measured", () => {
    expect(scaleOf("air_temperature", [40, 41])).toEqual(scaleOf("air_temperature", []));
  });

  it("has even steps of a round number over what there is", () => {
    const values = Array.from({ length: 101 }, (_, index) => 980 + index * 0.5);
    const scale = scaleOf("air_pressure", values);
    expect(scale).toHaveLength(8);
    expect(new Set(scale.slice(1).map((bound, index) => bound - (scale[index] ?? 0)))).toEqual(new Set([10]));
    expect(stepOf(981, scale)).toBe(0);
    expect(stepOf(1030, scale)).toBeGreaterThan(3);
  });

  it("has steps that grow where few values are many times the others", () => {
    const scale = scaleOf("pm10", [...Array<number>(97).fill(5), 80, 90, 100]);
    expect(scale).toEqual([0.5, 1, 2, 5, 10, 20, 50, 100]);
  });

  it("goes upwards also of nothing, of one value, and below nought", () => {
    for (const values of [[], [7], [-100, -60, -80]]) {
      const scale = scaleOf("other", values);
      expect(scale).toHaveLength(8);
      expect([...scale].sort((one, other) => one - other)).toEqual(scale);
    }
  });

  it("puts a value at a bound into the higher step", () => {
    const scale = scaleOf("air_temperature", []);
    expect(colourOf(-50, scale)).toBe(RAMP[0]);
    expect(stepOf(-10, scale)).toBe(1);
    expect(colourOf(45, scale)).toBe(RAMP[8]);
  });
});
