import { describe, expect, it } from "vitest";
import type { View } from "../marks";
import { add, Clusters, meanOf, tallyOf } from "./clusters";
import { type Columns, pointsOf, usableValues } from "./points";

/** Four boxes in Berlin, one of them stale and one doubtful; one in Sydney; one in Berlin without a sensor for the phenomenon. */
const columns: Columns = {
  as_of: "2026-11-27T14:00:00Z",
  phenomenon: "air_temperature",
  unit: "°C",
  latitude: [525_200, 10, 10, 10, -864_230, 864_200],
  longitude: [134_100, 10, 10, 10, 1_378_070, -1_378_100],
  value: [1000, 2000, null, 9900, 2250, null],
  state: "uusdun",
};
const world: View = { west: -180, south: -85, east: 180, north: 85, zoom: 1 };

describe("the columns", () => {
  it("are decoded to places and values", () => {
    const points = pointsOf(columns);
    expect([...points.latitude]).toEqual([52.52, 52.521, 52.522, 52.523, -33.9, 52.52]);
    expect(points.longitude[4]).toBeCloseTo(151.22);
    expect(points.value[0]).toBe(10);
    expect(points.value[2]).toBeNaN();
    expect([...usableValues(points)]).toEqual([10, 20, 22.5]);
  });
});

describe("marks", () => {
  const clusters = new Clusters(pointsOf(columns), true);

  it("are grouped at a low zoom, with the mean of current values only", () => {
    const [group, ...others] = clusters.marks(world).filter((mark) => mark.kind === "group");
    expect(others).toEqual([]);
    expect(group).toMatchObject({ boxes: 4, usable: 2, mean: 15 });
  });

  it("are single at a high zoom, with their state", () => {
    const berlin = { west: 13, south: 52, east: 14, north: 53, zoom: 15 };
    const states = clusters.marks(berlin).map((mark) => (mark.kind === "box" ? mark.state : "group"));
    expect(states.sort()).toEqual(["doubtful", "none", "stale", "usable", "usable"]);
  });

  it("of boxes without a sensor are left out at a low zoom", () => {
    const shown = clusters.marks(world).reduce((sum, mark) => sum + (mark.kind === "group" ? mark.boxes : 1), 0);
    expect(shown).toBe(5);
  });

  it("split at the announced zoom", () => {
    const group = clusters.marks(world).find((mark) => mark.kind === "group");
    if (group?.kind !== "group") throw new Error("no group");
    const zoom = clusters.opensAt(group.id);
    const shownAt = (zoom: number) =>
      clusters.marks({ ...world, zoom }).filter((mark) => mark.kind === "group" || mark.state !== "none").length;
    expect(shownAt(zoom - 1)).toBe(2);
    expect(shownAt(zoom)).toBeGreaterThan(2);
  });
});

describe("boxes indoors", () => {
  // The first box in Berlin stands indoors, the second is mobile.
  const points = pointsOf({ ...columns, exposure: "imoooo" });
  const total = (isOutdoorOnly: boolean) => {
    const marks = new Clusters(points, isOutdoorOnly).marks(world);
    return marks.filter((mark) => mark.kind === "group").map(({ boxes, usable, mean }) => ({ boxes, usable, mean }));
  };

  it("are left out with all others that are not outdoors", () => {
    expect(total(true)).toEqual([{ boxes: 2, usable: 0, mean: NaN }]);
  });

  it("never count as weather, even if they are shown", () => {
    expect(total(false)).toEqual([{ boxes: 4, usable: 1, mean: 20 }]);
    const near = new Clusters(points, false).marks({ west: 13, south: 52, east: 14, north: 53, zoom: 15 });
    expect(near.find((mark) => mark.kind === "box" && mark.row === 0)).toMatchObject({ state: "indoor", value: 10 });
  });

  it("are not told apart by an older HiveBox", () => {
    expect(new Clusters(pointsOf(columns), true).marks(world)).toEqual(new Clusters(pointsOf(columns), false).marks(world));
  });
});

describe("boxes without a sensor", () => {
  it("are thinned where they are dense, so that drawing takes no longer", () => {
    const many = 5_000;
    const zeros = Array.from({ length: many }, () => 0);
    const dense = pointsOf({
      ...columns,
      latitude: [525_200, ...zeros.slice(1)],
      longitude: [134_100, ...zeros.slice(1)],
      value: zeros,
      state: "n".repeat(many),
    });
    expect(new Clusters(dense, true).marks({ west: 13, south: 52, east: 14, north: 53, zoom: 12 })).toHaveLength(1);
  });
});

describe("the mean of directions", () => {
  it("is circular, across north too", () => {
    const winds = pointsOf({ ...columns, unit: "°", value: [35_000, 1_000, null, 9_900, 9_000, null] });
    const tally = tallyOf(winds, 0);
    add(tally, tallyOf(winds, 1));
    add(tally, tallyOf(winds, 2));
    const mean = meanOf(tally, winds.unit);
    expect(Math.min(mean, 360 - mean)).toBeCloseTo(0);
    expect(tally).toMatchObject({ boxes: 3, usable: 2 });
    expect(meanOf(tallyOf(winds, 4), winds.unit)).toBeCloseTo(90);
  });
});
