import { describe, expect, it } from "vitest";
import { directionFrom, kilometresBetween, nearestTown, zoneOf } from "./naming";
import { findTowns, plain } from "./search";
import { type Towns, townName } from "./towns";

const towns: Towns = {
  name: ["São Paulo", "Berlin", "Naples", "Potsdam", "Bad Berleburg", "Naples", "Nadi"],
  latitude: [-2356, 5252, 4084, 5240, 5105, 2614, -1780],
  longitude: [-4663, 1341, 1424, 1307, 839, -8180, 17742],
  countries: ["BR", "DE", "IT", "US", "FJ"],
  country: [0, 1, 2, 1, 1, 3, 4],
  zones: ["America/Sao_Paulo", "Europe/Berlin", "Europe/Rome", "America/New_York", "Pacific/Fiji"],
  zone: [0, 1, 2, 1, 1, 3, 4],
};
const german = { Naples: "Neapel" };

describe("a search for a town", () => {
  it("needs no accents or capitals, and prefers large towns and first words", () => {
    expect(findTowns(towns, {}, "sao paulo")).toEqual([0]);
    expect(findTowns(towns, {}, "ber")).toEqual([1, 4]);
    expect(findTowns(towns, {}, "b")).toEqual([]);
  });

  it("knows names in the reader's language", () => {
    expect(findTowns(towns, german, "neap")).toEqual([2, 5]);
    expect([2, 5].map((index) => townName(towns, index, german))).toEqual(["Neapel", "Naples"]);
  });

  it("treats hyphens and special letters as people type them", () => {
    expect(plain("Łódź-Straße")).toBe("lodz strasse");
  });
});

describe("a place", () => {
  it("is named after the nearest town, with distance and direction", () => {
    const nearest = nearestTown(towns, { lat: 52.432, lon: 13.122 });
    expect(nearest).toMatchObject({ town: 3, direction: 1, isInside: false });
    expect(nearest?.distanceKm).toBeCloseTo(5, 0);
    expect(nearestTown(towns, { lat: 52.5, lon: 13.42 })).toMatchObject({ town: 1, isInside: true });
  });

  it("has no name far from every town", () => {
    expect(nearestTown(towns, { lat: 0, lon: -150 })).toBeNull();
  });

  it("is near a town across the date line", () => {
    expect(nearestTown(towns, { lat: -17.8, lon: -180 })).toMatchObject({ town: 6, direction: 2 });
  });

  it("has the time zone of the nearest town", () => {
    expect(zoneOf(towns, { lat: 26, lon: -81 })).toBe("America/New_York");
  });

  it("lies in one of eight directions", () => {
    const centre = { lat: 0, lon: 0 };
    expect(directionFrom(centre, { lat: 1, lon: 0 })).toBe(0);
    expect(directionFrom(centre, { lat: -1, lon: -1 })).toBe(5);
    expect(kilometresBetween(centre, { lat: 0, lon: 1 })).toBeCloseTo(111.2, 1);
  });
});
