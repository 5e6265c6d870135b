// Generates the names of places: towns of Natural Earth (package city-timezones), the largest first.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";

/** Smaller towns are left out to save bytes. */
const LEAST_PEOPLE = 20_000;
/** In degrees. Two towns closer than this are one town with two spellings. */
const SAME = 0.1;

/** Correct spellings, local or English. */
const SPELLED = {
  Århus: "Aarhus",
  Antwerpen: "Antwerp",
  Besancon: "Besançon",
  Bialystok: "Białystok",
  Brasilia: "Brasília",
  Furth: "Fürth",
  Gdansk: "Gdańsk",
  Gent: "Ghent",
  Gottingen: "Göttingen",
  Gyor: "Győr",
  København: "Copenhagen",
  Kosice: "Košice",
  Liege: "Liège",
  Lódz: "Łódź",
  Lubeck: "Lübeck",
  Nimes: "Nîmes",
  Nyiregyhaza: "Nyíregyháza",
  Orleans: "Orléans",
  Pecs: "Pécs",
  Pizen: "Plzeň",
  Poznan: "Poznań",
  Rzeszow: "Rzeszów",
  Saarbrucken: "Saarbrücken",
  "Saint-Etienne": "Saint-Étienne",
  "Sao Paulo": "São Paulo",
  Wroclaw: "Wrocław",
  Wurzburg: "Würzburg",
  Zlin: "Zlín",
};

const source = createRequire(import.meta.url).resolve("city-timezones/data/cityMap.json");
const all = JSON.parse(await readFile(source, "utf8")).filter(({ pop }) => pop >= LEAST_PEOPLE);
const towns = [];
for (const { city, lat, lng, iso2, timezone } of all.sort((one, other) => other.pop - one.pop)) {
  const isKnown = towns.some((town) => Math.abs(town.lat - lat) < SAME && Math.abs(town.lon - lng) < SAME);
  if (!isKnown) towns.push({ name: SPELLED[city] ?? city, lat, lon: lng, country: typeof iso2 === "string" ? iso2 : "", zone: timezone });
}
const hundredths = (degrees) => Math.round(degrees * 100);
/** A column of few different values: the list of them, and each town's index in it. */
const indexed = (column) => {
  const values = [...new Set(column)];
  return [values, column.map((value) => values.indexOf(value))];
};
const [countries, country] = indexed(towns.map((town) => town.country));
const [zones, zone] = indexed(towns.map((town) => town.zone));
const columns = {
  name: towns.map(({ name }) => name),
  latitude: towns.map(({ lat }) => hundredths(lat)),
  longitude: towns.map(({ lon }) => hundredths(lon)),
  countries,
  country,
  zones,
  zone,
};
const folder = new URL("../public/", import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL("towns.json", folder), JSON.stringify(columns));
