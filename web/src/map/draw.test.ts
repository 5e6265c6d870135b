import { describe, expect, it } from "vitest";
import { drawMark, type MarkStyle, radiusOf } from "./draw";
import type { Group } from "./marks";

const group: Group = { kind: "group", id: 1, lat: 0, lon: 0, boxes: 154, usable: 34, mean: 4.2 };
const style: MarkStyle = {
  colour: () => "#336699",
  text: (mean) => `${Math.round(mean)}°`,
  isDirection: false,
  halo: "#fff",
  ground: "#fff",
  grey: "#888",
};

/** A canvas that records the texts and turns of what is drawn. */
function canvas() {
  const [texts, turns]: [string[], number[]] = [[], []];
  const record: Record<string, unknown> = { fillText: (text: string) => texts.push(text), rotate: (angle: number) => turns.push(angle) };
  const context = new Proxy({} as CanvasRenderingContext2D, {
    get: (_, name) => record[String(name)] ?? (() => undefined),
    set: () => true,
  });
  return { context, texts, turns };
}

describe("a group of boxes", () => {
  it("shows the value, never the number of boxes", () => {
    const { context, texts } = canvas();
    drawMark(context, { mark: group, x: 0, y: 0 }, style);
    drawMark(context, { mark: { ...group, usable: 1 }, x: 0, y: 0 }, style);
    expect(texts).toEqual(["4°", "4°"]);
  });

  it("is larger the more boxes it has", () => {
    expect(radiusOf({ ...group, boxes: 2000 })).toBeGreaterThan(radiusOf(group) + 3);
    expect(radiusOf({ ...group, usable: 0 })).toBeLessThan(radiusOf(group));
  });

  it("of wind directions shows an arrow to where the wind blows", () => {
    const { context, texts, turns } = canvas();
    drawMark(context, { mark: { ...group, mean: 270 }, x: 0, y: 0 }, { ...style, isDirection: true });
    expect(texts).toEqual([]);
    expect(turns[0]).toBeCloseTo((450 * Math.PI) / 180);
  });
});
