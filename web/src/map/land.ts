/** Coasts and borders, as paths in pixels of the world at zoom 0, so that drawing them takes one call at any zoom. */

import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { getJson } from "../api/request";

export interface Land {
  readonly countries: Path2D;
  readonly borders: Path2D;
}

/** Leaflet's width of the world at zoom 0, in pixels. */
const WORLD = 256;
/** The last latitude of the Mercator projection. */
const LAST_LATITUDE = 85.05;

type World = Topology<{ countries: GeometryCollection }>;

/**
 * Loads the base map.
 *
 * @throws {Failure} without an answer
 */
export async function loadLand(): Promise<Land> {
  const world = await getJson<World>("/dashboard/land.json");
  const { countries } = world.objects;
  const land = new Path2D();
  for (const { geometry } of feature(world, countries).features) {
    if (geometry.type === "Polygon") trace(land, geometry.coordinates);
    if (geometry.type === "MultiPolygon") geometry.coordinates.forEach((polygon) => trace(land, polygon));
  }
  const borders = new Path2D();
  trace(borders, mesh(world, countries, (one, other) => one !== other).coordinates);
  return { countries: land, borders };
}

function trace(path: Path2D, lines: readonly (readonly (readonly number[])[])[]): void {
  for (const line of lines) {
    const unrolled = unroll(line);
    draw(path, unrolled, 0);
    // A line across the date line shows at both ends of the map.
    const longitudes = unrolled.map(([lon = 0]) => lon);
    if (Math.max(...longitudes) > 180) draw(path, unrolled, -360);
    if (Math.min(...longitudes) < -180) draw(path, unrolled, 360);
  }
}

/** Lets longitudes continue beyond ±180 where a line crosses the date line, instead of jumping around the world. */
export function unroll(line: readonly (readonly number[])[]): number[][] {
  let turns = 0;
  let before = line[0]?.[0] ?? 0;
  return line.map(([lon = 0, lat = 0]) => {
    if (lon - before > 180) turns -= 360;
    if (lon - before < -180) turns += 360;
    before = lon;
    return [lon + turns, lat];
  });
}

function draw(path: Path2D, line: readonly (readonly number[])[], shift: number): void {
  line.forEach(([lon = 0, lat = 0], index) => {
    if (index === 0) path.moveTo(x(lon + shift), y(lat));
    else path.lineTo(x(lon + shift), y(lat));
  });
}

function x(lon: number): number {
  return ((lon + 180) / 360) * WORLD;
}

function y(lat: number): number {
  const sine = Math.sin((Math.min(LAST_LATITUDE, Math.max(-LAST_LATITUDE, lat)) * Math.PI) / 180);
  return (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * WORLD;
}
