import { describe, expect, it } from "vitest";
import { type Mark, pack, STATES, unpack } from "./marks";

describe("marks", () => {
  it("survive the way from one thread to another", () => {
    const boxes = STATES.map((state, row): Mark => ({ kind: "box", lat: -row, lon: row / 3, row, state, value: row === 0 ? NaN : row }));
    const marks: Mark[] = [...boxes, { kind: "group", lat: 52.5, lon: 13.4, id: 4_294_967_297, boxes: 154, usable: 34, mean: 4.2 }];
    expect(unpack(pack(marks))).toEqual(marks);
    expect(unpack(pack([]))).toEqual([]);
  });
});
