import { describe, expect, it } from "vitest";
import type { BoxRow } from "../api/answers";
import { boxesAt } from "./boxes-at";

const box = (id: string, latitude: number | null, longitude: number | null) => ({ id, latitude, longitude }) as BoxRow;

describe("the boxes at a place", () => {
  const boxes = [
    box("here", 52.52004, 13.41),
    box("here, too", 52.51996, 13.41003),
    box("next door", 52.5202, 13.41),
    box("nowhere", null, null),
  ];

  it("are those that the map rounds to it", () => {
    expect(boxesAt(boxes, { lat: 52.52, lon: 13.41 }).map(({ id }) => id)).toEqual(["here", "here, too"]);
  });

  it("are all nearby ones if none is exactly there", () => {
    expect(boxesAt(boxes, { lat: 52.5206, lon: 13.41 })).toEqual(boxes);
  });
});
