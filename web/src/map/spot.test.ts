import { describe, expect, it } from "vitest";
import type { BoxRow } from "../api/types";
import { atSpot } from "./spot";

const box = (id: string, latitude: number | null, longitude: number | null) => ({ id, latitude, longitude }) as BoxRow;

describe("a spot", () => {
  const boxes = [
    box("here", 52.52004, 13.41),
    box("here, too", 52.51996, 13.41003),
    box("next door", 52.5202, 13.41),
    box("nowhere", null, null),
  ];

  it("has the boxes that the map rounded to it", () => {
    expect(atSpot(boxes, { lat: 52.52, lon: 13.41 }).map(({ id }) => id)).toEqual(["here", "here, too"]);
  });

  it("without a box has all that stand near", () => {
    expect(atSpot(boxes, { lat: 52.5206, lon: 13.41 })).toEqual(boxes);
  });
});
