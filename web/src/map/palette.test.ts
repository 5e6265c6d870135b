import { describe, expect, it } from "vitest";
import { CYCLE, colourAt, colourOf, colourOfDirection, luminance, needsDarkInk, RAMP, scaleOf, stepOf } from "./palette";

const contrast = (one: number, other: number) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);

/** The luminance of a colour as seen without red cones (Viénot et al. 1999). */
function withoutRed(colour: string): number {
  const channel = (at: number) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2;
  const [r, g, b] = [channel(1), channel(3), channel(5)];
  const seen = 0.11238 * r + 0.88762 * g;
  return 0.2126 * seen + 0.7152 * seen + 0.0722 * (0.00401 * r - 0.00401 * g + b);
}

describe("the colours", () => {
  it("get lighter at every step, with and without red cones", () => {
    for (const seen of [luminance, withoutRed]) {
      const lights = RAMP.map(seen);
      lights.slice(1).forEach((light, step) => expect(light).toBeGreaterThan((lights[step] ?? 1) * 1.15));
    }
  });

  it("are all different", () => {
    expect(new Set(RAMP).size).toBe(9);
  });

  it("keep the count on them readable", () => {
    const [dark, light] = [luminance("#000000"), 1];
    for (const colour of RAMP) expect(contrast(luminance(colour), needsDarkInk(colour) ? dark : light)).toBeGreaterThan(4.5);
  });
});

describe("a scale", () => {
  it("for air temperature does not depend on the values", () => {
    expect(scaleOf("air_temperature", [40, 41])).toEqual(scaleOf("air_temperature", []));
  });

  it("has even, round steps across the values", () => {
    const values = Array.from({ length: 101 }, (_, index) => 980 + index * 0.5);
    const scale = scaleOf("air_pressure", values);
    expect(scale).toHaveLength(8);
    expect(new Set(scale.slice(1).map((bound, index) => bound - (scale[index] ?? 0)))).toEqual(new Set([10]));
    expect(stepOf(981, scale)).toBe(0);
    expect(stepOf(1030, scale)).toBeGreaterThan(3);
  });

  it("has growing steps if a few values are many times the others", () => {
    const scale = scaleOf("pm10", [...Array<number>(97).fill(5), 80, 90, 100]);
    expect(scale).toEqual([0.5, 1, 2, 5, 10, 20, 50, 100]);
  });

  it("ascends for no value, one value, and negative values", () => {
    for (const values of [[], [7], [-100, -60, -80]]) {
      const scale = scaleOf("other", values);
      expect(scale).toHaveLength(8);
      expect([...scale].sort((one, other) => one - other)).toEqual(scale);
    }
  });

  it("puts a value on a bound into the higher step", () => {
    const scale = scaleOf("air_temperature", []);
    expect(colourOf(-50, scale)).toBe(RAMP[0]);
    expect(stepOf(-10, scale)).toBe(1);
    expect(colourOf(45, scale)).toBe(RAMP[8]);
  });
});

describe("the colours of directions", () => {
  it("have no seam at north, and are equally light", () => {
    expect(colourOfDirection(359)).toBe(colourOfDirection(1));
    expect(colourOfDirection(360)).toBe(colourOfDirection(0));
    expect(new Set(CYCLE).size).toBe(8);
    const lights = CYCLE.map(luminance);
    expect(Math.max(...lights) / Math.min(...lights)).toBeLessThan(1.5);
  });
});

describe("colours without steps", () => {
  const scale = scaleOf("air_temperature", []);
  const hexOf = (value: number, of: typeof scale | null) =>
    `#${colourAt(value, of)
      .map((part) => Math.round(part).toString(16).padStart(2, "0"))
      .join("")}`;

  it("are those of the legend in the middle of a step, and between them elsewhere", () => {
    expect(hexOf(7.5, scale)).toBe(colourOf(7.5, scale));
    expect(hexOf(-40, scale)).toBe(RAMP[0]);
    expect(hexOf(60, scale)).toBe(RAMP.at(-1));
    expect(RAMP).not.toContain(hexOf(10, scale));
  });

  it("lead from one end of the compass to the other", () => {
    expect(hexOf(0, null)).toBe(CYCLE[0]);
    expect(hexOf(360, null)).toBe(CYCLE[0]);
    expect(hexOf(315, null)).toBe(CYCLE[7]);
  });
});
