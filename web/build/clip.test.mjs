import { describe, expect, it } from "vitest";
import { clipLine, clipRing } from "./clip.mjs";

const BOX = [0, 0, 10, 10];

describe("cutting at a box", () => {
  it("keeps what is inside as it is", () => {
    const ring = [
      [1, 1],
      [9, 1],
      [5, 9],
      [1, 1],
    ];
    expect(clipRing(ring, BOX)).toEqual([ring]);
    expect(
      clipLine(
        [
          [1, 1],
          [9, 9],
        ],
        BOX,
      ),
    ).toEqual([
      [
        [1, 1],
        [9, 9],
      ],
    ]);
  });

  it("closes a ring along the edge", () => {
    const [ring] = clipRing(
      [
        [5, 2],
        [15, 2],
        [15, 8],
        [5, 8],
        [5, 2],
      ],
      BOX,
    );
    expect(ring).toContainEqual([10, 2]);
    expect(ring).toContainEqual([10, 8]);
    expect(ring.every(([x]) => x >= 5 && x <= 10)).toBe(true);
  });

  it("makes the whole box of a ring around it, and nothing of one elsewhere", () => {
    const [around] = clipRing(
      [
        [-5, -5],
        [15, -5],
        [15, 15],
        [-5, 15],
        [-5, -5],
      ],
      BOX,
    );
    for (const corner of [
      [0, 0],
      [10, 0],
      [10, 10],
      [0, 10],
    ])
      expect(around).toContainEqual(corner);
    expect(
      clipRing(
        [
          [20, 20],
          [30, 20],
          [25, 30],
          [20, 20],
        ],
        BOX,
      ),
    ).toEqual([]);
  });

  it("keeps each part of a line that leaves and returns", () => {
    expect(
      clipLine(
        [
          [5, 5],
          [15, 5],
          [15, 7],
          [5, 7],
        ],
        BOX,
      ),
    ).toEqual([
      [
        [5, 5],
        [10, 5],
      ],
      [
        [10, 7],
        [5, 7],
      ],
    ]);
    expect(
      clipLine(
        [
          [-5, 5],
          [15, 5],
        ],
        BOX,
      ),
    ).toEqual([
      [
        [0, 5],
        [10, 5],
      ],
    ]);
  });
});
