import { describe, expect, it } from "vitest";
import { unroll } from "./land";

describe("a coast", () => {
  it("continues across the date line in both directions, and returns", () => {
    expect(
      unroll([
        [179, 65],
        [-179, 66],
        [-170, 66],
        [178, 64],
      ]),
    ).toEqual([
      [179, 65],
      [181, 66],
      [190, 66],
      [178, 64],
    ]);
    expect(
      unroll([
        [-179, 0],
        [179, 1],
      ]),
    ).toEqual([
      [-179, 0],
      [-181, 1],
    ]);
  });

  it("stays unchanged elsewhere", () => {
    expect(
      unroll([
        [-10, 50],
        [100, 50],
        [-10, 40],
      ]),
    ).toEqual([
      [-10, 50],
      [100, 50],
      [-10, 40],
    ]);
  });
});
