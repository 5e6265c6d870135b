import { afterEach, describe, expect, it, vi } from "vitest";
import { unpack, type View } from "../marks";
import { answer, buffersIn } from "./handler";

const world: View = { west: -180, south: -85, east: 180, north: 85, zoom: 1 };
const never = new AbortController().signal;

/** Two boxes in one place; the second stands indoors. */
const columns = {
  as_of: "2026-11-27T14:00:00Z",
  phenomenon: "air_temperature",
  unit: "°C",
  latitude: [525_200, 0],
  longitude: [134_100, 0],
  value: [1000, 2200],
  state: "uu",
  exposure: "oi",
};
const load = (body: object, status = 200) => {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(body, { status })));
  return answer("map", { path: "/api/v1/map", limit: 1000 }, never);
};

afterEach(() => vi.unstubAllGlobals());

describe("the map's worker", () => {
  it("summarises a map and keeps its boxes", async () => {
    const summary = await load(columns);
    expect(summary).toMatchObject({ as_of: columns.as_of, unit: "°C", boxes: 2, hasExposure: true });
    const shown = async (isOutdoorOnly: boolean) => {
      const packed = await answer("marks", { map: summary.map, view: world, isOutdoorOnly }, never);
      return packed && unpack(packed);
    };
    expect(await shown(true)).toMatchObject([{ kind: "box", state: "usable", value: 10 }]);
    expect(await shown(false)).toMatchObject([{ kind: "group", boxes: 2, usable: 1, mean: 10 }]);
  });

  it("has no marks of a map that has been replaced", async () => {
    const { map } = await load(columns);
    await load({ ...columns, as_of: "2026-11-27T14:05:00Z" });
    expect(await answer("marks", { map, view: world, isOutdoorOnly: true }, never)).toBeNull();
    expect(await answer("split", { map, group: 1, isOutdoorOnly: true }, never)).toBeNull();
  });

  it("says why there is no map", async () => {
    await expect(load({ detail: "No current data." }, 503)).rejects.toMatchObject({ kind: "unavailable", status: 503 });
  });

  it("hands over the buffers in its answers", () => {
    const [one, other] = [new Float64Array(2), new Uint32Array(3)];
    expect(buffersIn({ name: "x", one, inner: { other }, none: null })).toEqual([one.buffer, other.buffer]);
  });
});
