import { describe, expect, it } from "vitest";
import { tilesIn } from "./detail-grid";

const around = (lon: number, y: number, zoom: number) => {
  const scale = 2 ** zoom;
  return tilesIn({ scale, left: ((lon + 180) / 360) * 256 * scale - 500, top: y * scale - 300, width: 1000, height: 600 }).map(
    ({ key }) => key,
  );
};

describe("the tiles of the detail", () => {
  it("are those in view, one from near", () => {
    expect(around(10, 84, 9)).toEqual(["4-2"]);
    expect(around(0, 84, 6)).toEqual(["3-2", "4-2"]);
  });

  it("are none in the ocean and beyond the world", () => {
    expect(around(-100, 170, 9)).toEqual([]);
    expect(around(-200, 84, 9)).toEqual([]);
  });
});
