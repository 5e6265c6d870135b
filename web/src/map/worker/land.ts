/** Decodes the base map: coasts and borders as lines on the map. */

import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { WORLD } from "../shapes";
import { type Flat, shapesOf } from "./lines";
import type { Land } from "./messages";

/** The last latitude of the Mercator projection. */
const LAST_LATITUDE = 85.05;

export type World = Topology<{ countries: GeometryCollection }>;

type Line = readonly (readonly number[])[];

export function landOf(world: World): Land {
  const { countries } = world.objects;
  const rings = feature(world, countries).features.flatMap(({ geometry }): readonly Line[] => {
    if (geometry.type === "Polygon") return geometry.coordinates;
    return geometry.type === "MultiPolygon" ? geometry.coordinates.flat() : [];
  });
  const borders = mesh(world, countries, (one, other) => one !== other).coordinates;
  return { countries: shapesOf(rings.flatMap(copies).map(projected)), borders: shapesOf(borders.flatMap(copies).map(projected)) };
}

/** A line; if it crosses the date line twice, once for each end of the map. */
function copies(line: Line): Line[] {
  const unrolled = unroll(line);
  const longitudes = unrolled.map(([lon = 0]) => lon);
  const shifted = (by: number) => unrolled.map(([lon = 0, lat = 0]) => [lon + by, lat]);
  const all: Line[] = [unrolled];
  if (Math.max(...longitudes) > 180) all.push(shifted(-360));
  if (Math.min(...longitudes) < -180) all.push(shifted(360));
  return all;
}

/** Lets longitudes continue beyond ±180 where a line crosses the date line, instead of jumping around the world. */
export function unroll(line: Line): number[][] {
  let turns = 0;
  let before = line[0]?.[0] ?? 0;
  return line.map(([lon = 0, lat = 0]) => {
    if (lon - before > 180) turns -= 360;
    if (lon - before < -180) turns += 360;
    before = lon;
    return [lon + turns, lat];
  });
}

function projected(line: Line): Flat {
  return line.flatMap(([lon = 0, lat = 0]) => [xOf(lon), yOf(lat)]);
}

function xOf(lon: number): number {
  return ((lon + 180) / 360) * WORLD;
}

function yOf(lat: number): number {
  const sine = Math.sin((Math.min(LAST_LATITUDE, Math.max(-LAST_LATITUDE, lat)) * Math.PI) / 180);
  return (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * WORLD;
}
