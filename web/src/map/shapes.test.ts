import { describe, expect, it } from "vitest";
import { type Frame, type Shapes, trace } from "./shapes";

/** A line of many points near the corner of the world, and one of two points far away. */
const shapes: Shapes = (() => {
  const near = Array.from({ length: 1000 }, (_, index) => [10 + index / 1000, 10]).flat();
  const points = Float64Array.from([...near, 200, 200, 201, 201]);
  return { points, starts: Uint32Array.from([0, 1000, 1002]), boxes: Float64Array.from([10, 10, 10.999, 10, 200, 200, 201, 201]) };
})();

function traced(frame: Frame): { count: number; to: [number, number][] } {
  const to: [number, number][] = [];
  const add = (x: number, y: number) => void to.push([x, y]);
  return { count: trace({ moveTo: add, lineTo: add }, shapes, frame), to };
}

describe("tracing", () => {
  it("leaves out lines outside of the frame", () => {
    expect(traced({ scale: 1, left: 190, top: 190, width: 50, height: 50 }).to).toEqual([
      [10, 10],
      [11, 11],
    ]);
    expect(traced({ scale: 1, left: 100, top: 100, width: 50, height: 50 }).count).toBe(0);
  });

  it("leaves out points that are too close to see, but never the ends of a line", () => {
    const { count, to } = traced({ scale: 1, left: 0, top: 0, width: 50, height: 50 });
    expect(count).toBeLessThan(5);
    expect([to[0], to.at(-1)]).toEqual([
      [10, 10],
      [10.999, 10],
    ]);
    expect(traced({ scale: 1000, left: 9_900, top: 9_900, width: 500, height: 500 }).count).toBe(1000);
  });

  it("keeps its precision at the closest zoom", () => {
    const scale = 2 ** 18;
    const frame = { scale, left: 200 * scale - 100, top: 200 * scale - 100, width: 500, height: 500 };
    expect(traced(frame).to[0]).toEqual([100, 100]);
  });
});
