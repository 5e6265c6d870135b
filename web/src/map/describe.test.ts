import { describe, expect, it } from "vitest";
import { markKey } from "./describe";
import { Clusters, LAST_ZOOM } from "./worker/clusters";
import { pointsOf } from "./worker/points";

describe("the key of a mark", () => {
  it("differs for each box, even for several stale ones in one place", () => {
    const columns = {
      as_of: "2026-11-27T14:00:00Z",
      phenomenon: "pm10",
      unit: "µg/m³",
      latitude: [525_200, 0, 0],
      longitude: [134_100, 0, 0],
    };
    const clusters = new Clusters(pointsOf({ ...columns, value: [null, null, null], state: "ssn" }), false);
    const keys = clusters.marks({ west: 13, south: 52, east: 14, north: 53, zoom: LAST_ZOOM + 1 }).map(markKey);
    expect(new Set(keys).size).toBe(3);
  });
});
