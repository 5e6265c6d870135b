import { describe, expect, it } from "vitest";
import { labels, type Sheet, type Towns } from "./towns";

const towns: Towns = {
  name: ["Vienna", "Graz", "Linz", "Sydney"],
  latitude: [4820, 4820, 4820, -3387],
  longitude: [1637, 1639, 1700, 15121],
  german: { 0: "Wien" },
};
const sheet: Sheet = {
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
  it("are in the reader's language, and of the sheet alone", () => {
    expect(names(labels(towns, false, sheet, []))).toEqual(["Vienna", "Graz", "Linz"]);
    expect(names(labels(towns, true, sheet, []))).toEqual(["Wien", "Graz", "Linz"]);
  });

  it("never touch each other: the smaller town gives way", () => {
    const [vienna, graz] = labels(towns, false, sheet, []);
    expect(Math.abs((vienna?.y ?? 0) - (graz?.y ?? 0))).toBeGreaterThan(14);
    expect(vienna?.y).toBeCloseTo(180);
  });

  it("hide no mark, and are left out where there is no room", () => {
    const [vienna] = labels(towns, false, sheet, [{ x: 637, y: 178, radius: 4 }]);
    expect(vienna?.y).toBeCloseTo(196);
    expect(names(labels(towns, false, sheet, [{ x: 637, y: 180, radius: 100 }]))).toEqual([]);
  });

  it("are of large towns only where much is seen", () => {
    expect(labels(towns, false, { ...sheet, zoom: 2 }, [])).toEqual([]);
  });
});
