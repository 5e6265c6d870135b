import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { WORLD } from "../src/map/shapes";
import { detailOf } from "../src/map/worker/detail";

/** The tile of Central Europe. */
const [COLUMN, ROW] = [4, 2];
const europe = detailOf(new Uint8Array(readFileSync(`public/detail-${COLUMN}-${ROW}.bin`)), COLUMN, ROW);
const SIZE = WORLD / 8;

describe("the detail of a tile", () => {
  it("has every layer, within the tile", () => {
    for (const [name, { points, starts }] of Object.entries(europe)) {
      expect(starts.length, name).toBeGreaterThan(30);
      expect(starts.at(-1), name).toBe(points.length / 2);
      const outside = points.findIndex((value, index) => {
        const start = (index % 2 === 0 ? COLUMN : ROW) * SIZE;
        return value < start || value > start + SIZE;
      });
      expect(outside, name).toBe(-1);
    }
  });

  it("has Berlin on land, and Lake Constance", () => {
    const [berlin, lakeConstance] = [spot(52.52, 13.4), spot(47.6, 9.4)];
    expect(covers(europe.land, ...berlin)).toBe(true);
    expect(covers(europe.lakes, ...lakeConstance)).toBe(true);
    expect(covers(europe.lakes, ...berlin)).toBe(false);
  });

  it("draws no coast along the edge of the tile", () => {
    const { points, starts } = europe.coasts;
    for (let line = 0; line + 1 < starts.length; line += 1) {
      for (let point = (starts[line] ?? 0) + 1; point < (starts[line + 1] ?? 0); point += 1) {
        const same = [0, 1].map((axis) => points[2 * point + axis] === points[2 * point - 2 + axis]);
        const isAtEdge = [0, 1].map((axis) => Number.isInteger((points[2 * point + axis] ?? NaN) / SIZE));
        expect((same[0] && isAtEdge[0]) || (same[1] && isAtEdge[1])).toBeFalsy();
      }
    }
  });
});

function spot(lat, lon) {
  return [((lon + 180) / 360) * WORLD, ((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * WORLD];
}

/** Whether an area covers a point, by the number of outlines east of it. */
function covers({ points, starts }, x, y) {
  let crossings = 0;
  for (let line = 0; line + 1 < starts.length; line += 1) {
    for (let point = (starts[line] ?? 0) + 1; point < (starts[line + 1] ?? 0); point += 1) {
      const [fromX = 0, fromY = 0, toX = 0, toY = 0] = points.subarray(2 * point - 2, 2 * point + 2);
      if (fromY > y !== toY > y && fromX + ((y - fromY) / (toY - fromY)) * (toX - fromX) > x) crossings += 1;
    }
  }
  return crossings % 2 === 1;
}
