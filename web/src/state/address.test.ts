import { describe, expect, it } from "vitest";
import { type Choice, DEFAULT_CHOICE, readAddress, readCoordinates, writeAddress } from "./address";

const chosen: Choice = {
  place: { lat: 52.52, lon: -13.4105 },
  phenomenon: "pm2_5",
  isOutdoorOnly: false,
  isSurface: true,
  box: "592ca4b851d3460011ea2635",
  range: { from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 10, 2, 12) },
  scope: "place",
  compared: { scope: "place", place: { lat: -33.87, lon: 151.21 } },
  observations: { broodless: true, heavy_flight: false },
};

describe("an address", () => {
  it("restores every choice", () => {
    expect(readAddress(writeAddress(chosen))).toEqual(chosen);
  });

  it("is empty for the default choice", () => {
    expect(writeAddress(DEFAULT_CHOICE)).toBe("");
    expect(readAddress("")).toEqual(DEFAULT_CHOICE);
  });

  it("keeps parameters of others, such as the language", () => {
    expect(writeAddress({ ...DEFAULT_CHOICE, range: "7d" }, "?lang=de&box=592ca4b851d3460011ea2635")).toBe("?lang=de&range=7d");
  });

  it("restores what the chart compares with", () => {
    for (const compared of [{ scope: "all" }, { scope: "box", box: "592ca4b851d3460011ea2635" }] as const) {
      expect(readAddress(writeAddress({ ...DEFAULT_CHOICE, compared })).compared).toEqual(compared);
    }
    for (const nonsense of ["everybody", "91,13", "1,2,3", "52.52"]) expect(readAddress(`?with=${nonsense}`).compared).toBeNull();
  });

  it("ignores invalid values", () => {
    const nonsense = "?lat=91&lon=13&phenomenon=moonlight&box=../metrics&range=2026-11-02T00:00Z..2026-11-01T00:00Z&of=me&broodless=maybe";
    expect(readAddress(nonsense)).toEqual(DEFAULT_CHOICE);
    expect(readAddress("?lat=&lon=").place).toBeNull();
  });
});

describe("coordinates", () => {
  it.each([
    ["52.52, 13.41", 52.52, 13.41],
    ["52,52 13,41", 52.52, 13.41],
    ["52,52; 13,41", 52.52, 13.41],
    [" -33.9/151.2 ", -33.9, 151.2],
    ["33.9° S 151.2° E", -33.9, 151.2],
    ["52.52° N 13.41° O", 52.52, 13.41],
    ["40.7N, 74W", 40.7, -74],
  ])("are read the way people type them: %s", (typed, lat, lon) => {
    expect(readCoordinates(typed)).toEqual({ lat, lon });
  });

  it.each(["", "Berlin", "52.52", "91, 13", "52.52, 181", "1 2 3"])("are rejected if malformed: %s", (typed) => {
    expect(readCoordinates(typed)).toBeNull();
  });
});
