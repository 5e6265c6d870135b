// Generates the base map: Natural Earth's countries at 1:50 million (package world-atlas), simplified for a coarse map.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { quantize } from "topojson-client";
import { filter, filterWeight, presimplify, quantile, simplify } from "topojson-simplify";

/** The share of points to keep. */
const KEPT = 0.22;
const ANTARCTICA = "010";

const source = createRequire(import.meta.url).resolve("world-atlas/countries-50m.json");
const world = JSON.parse(await readFile(source, "utf8"));
const { countries } = world.objects;
countries.geometries = countries.geometries.filter((country) => country.id !== ANTARCTICA).map(({ type, arcs }) => ({ type, arcs }));

let land = presimplify({ ...world, objects: { countries } });
const least = quantile(land, KEPT);
land = simplify(land, least);
land = filter(land, filterWeight(land, least));
delete land.bbox;
const folder = new URL("../public/", import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL("land.json", folder), JSON.stringify(quantize(land, 1e4)));
