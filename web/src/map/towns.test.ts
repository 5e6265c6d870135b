import { describe, expect, it } from "vitest";
import type { Towns } from "../places/towns";
import { labels, type Viewport } from "./towns";

const towns: Towns = {
  name: ["Vienna", "Graz", "Linz", "Sydney"],
  latitude: [4820, 4820, 4820, -3387],
  longitude: [1637, 1639, 1700, 15121],
  countries: ["AT", "AU"],
  country: [0, 0, 0, 1],
  zones: ["Europe/Vienna", "Australia/Sydney"],
  zone: [0, 0, 0, 1],
};
const viewport: Viewport = {
  west: 10,
  east: 20,
  south: 40,
  north: 50,
  zoom: 9,
  spot: (lat, lon) => ({ x: (lon - 10) * 100, y: (50 - lat) * 100 }),
  widthOf: (name) => 8 * name.length,
};
const names = (found: readonly { name: string }[]) => found.map(({ name }) => name);

describe("the names of towns", () => {
  it("are in the reader's language, and only of visible towns", () => {
    expect(names(labels(towns, {}, viewport, []))).toEqual(["Vienna", "Graz", "Linz"]);
    expect(names(labels(towns, { Vienna: "Wien" }, viewport, []))).toEqual(["Wien", "Graz", "Linz"]);
  });

  it("never overlap: the name of the smaller town moves", () => {
    const [vienna, graz] = labels(towns, {}, viewport, []);
    expect(Math.abs((vienna?.y ?? 0) - (graz?.y ?? 0))).toBeGreaterThan(14);
    expect(vienna?.y).toBeCloseTo(180);
  });

  it("cover no mark, and are left out without room", () => {
    const [vienna] = labels(towns, {}, viewport, [{ x: 637, y: 178, radius: 4 }]);
    expect(vienna?.y).toBeCloseTo(196);
    expect(names(labels(towns, {}, viewport, [{ x: 637, y: 180, radius: 100 }]))).toEqual([]);
  });

  it("are limited to large towns at a low zoom", () => {
    expect(labels(towns, {}, { ...viewport, zoom: 2 }, [])).toEqual([]);
  });
});
