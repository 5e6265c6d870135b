import { beforeEach, describe, expect, it, vi } from "vitest";
import { LIFETIME, readTold } from "./told";

const place = { lat: 52.52, lon: 13.41 };

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
});

describe("a report on rain and wind", () => {
  it("counts for its place, until it is taken back", async () => {
    const { tell, toldAt } = await import("./told");
    tell(place, "rain", "no");
    tell(place, "wind", "light");
    expect(toldAt(place)).toMatchObject({ rain: "no", wind: "light" });
    expect(toldAt({ lat: 1, lon: 2 })).toBeNull();
    tell(place, "rain", null);
    expect(toldAt(place)).not.toHaveProperty("rain");
  });

  it("expires after two hours, and invalid ones never count", () => {
    const text = JSON.stringify({ a: { rain: "no", at: 0 }, b: { rain: "perhaps", at: 0 }, c: { wind: "light" } });
    expect(Object.keys(readTold(text, LIFETIME - 1))).toEqual(["a"]);
    expect(readTold(text, LIFETIME)).toEqual({});
    expect(readTold("[", 0)).toEqual({});
  });
});
